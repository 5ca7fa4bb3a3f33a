from __future__ import annotations

import itertools
import random
import tracemalloc
from datetime import date
from functools import cache
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import DuplicateGroup, SignedArticle
from index.ingestion import duplicates
from index.ingestion.duplicates import LIKENESS, duplicate_groups, signature_likeness
from tests.index.ingestion.reprints import articles, pairs

signature = cache(duplicates.signature)
TEXTS = articles()
TEXT = TEXTS["minitel"]
DAY = date(2025, 8, 29)


def signed(
    identity: str,
    text: str,
    published: date | None = DAY,
    updated: date | None = None,
    *,
    title: str = "Le Minitel a vécu",
    outlet: str | None = None,
    facts: int = 0,
) -> SignedArticle:
    compared = signature(text)
    return SignedArticle(identity, compared, published, updated, len(text), title, outlet, facts)


def test_a_pair_is_told_for_what_it_is() -> None:
    for pair in pairs():
        alike = signature_likeness(signature(pair.one), signature(pair.other))
        # With room on both sides: the threshold is not fitted to these pairs alone.
        assert alike >= LIKENESS + 0.1 if pair.same else alike <= LIKENESS - 0.4, pair.name
        grouped = duplicate_groups([signed("1", pair.one), signed("2", pair.other)])
        assert bool(grouped) == pair.same, pair.name


def test_signatures_stay_comparable_with_those_of_indexes_that_exist() -> None:
    """Another digest here needs indexes to be built anew."""
    many = " ".join(f"le {number}e jour de la {number % 7}e semaine" for number in range(20_000))
    one, other = (blake2b(signature(text), digest_size=8).hexdigest() for text in (TEXT, many))
    assert (one, other) == ("37c1e686e999f1fb", "efe6cb8f57e4a703")


def kept(*articles: SignedArticle) -> str:
    """The id of the one that all are answered from, whatever the order of the articles."""
    (group,) = duplicate_groups(articles)
    assert len(group.copies) == len(articles) - 1
    for order in itertools.permutations(articles):
        assert duplicate_groups(order) == (group,)
    return group.original


def test_the_same_words_are_one_article_however_short() -> None:
    one, other = "La mairie sera fermée lundi !", "LA MAIRIE sera fermee lundi."
    assert kept(signed("1", one), signed("2", other)) == "1"
    assert duplicate_groups([signed("1", one), signed("2", "La mairie sera fermée mardi.")]) == ()


def test_the_newest_is_kept_then_the_longest_then_the_smallest_id() -> None:
    old, new = date(2024, 1, 1), date(2025, 1, 1)
    mended = f"{TEXT}\n\nCette version a été relue."
    assert kept(signed("1", TEXT, old), signed("2", mended, new)) == "2"
    assert kept(signed("1", TEXT, old, date(2026, 1, 1)), signed("2", mended, new)) == "1"
    assert kept(signed("1", TEXT, None), signed("2", TEXT, old)) == "2"
    assert kept(signed("1", TEXT), signed("2", mended)) == "2"
    assert kept(signed("b", TEXT), signed("a", TEXT), signed("c", TEXT)) == "a"


@pytest.mark.parametrize("name", ["Europresse", "EUROPRESSE", "", "Le Phare du Littoral", "…"])
def test_a_copy_under_the_name_of_a_site_or_a_file_does_not_speak(name: str) -> None:
    assert kept(
        signed("1", f"{TEXT}\n\nDocument 3 sur 12.", date(2026, 1, 1), title=name, facts=2),
        signed("2", TEXT, None, outlet="Le Phare du littoral", facts=1),
        signed("3", TEXT, None, title=name),
    ) == ("2")


def test_parts_of_a_series_are_no_copies_of_each_other() -> None:
    first, second, again = (
        signed(f"{at}", f"{TEXT} {at}", title=f"Minitel : les résultats de la {part} demi-finale")
        for at, part in enumerate(("première", "seconde", "2e"))
    )
    assert duplicate_groups([first, second]) == ()
    assert kept(second, again) == "1"
    assert kept(signed("4", f"{TEXT} 4", title="Minitel"), second) == "1"


def test_of_two_titles_the_copy_that_tells_more_speaks_unless_many_bear_its_own() -> None:
    assert kept(signed("1", TEXT, facts=1), signed("2", TEXT, facts=3)) == "2"
    assert kept(signed("1", TEXT, None, facts=1), signed("2", TEXT, facts=1)) == "2"
    later = date(2026, 1, 1)
    assert kept(signed("1", TEXT, facts=3), signed("2", TEXT, later, facts=2)) == "1"
    assert kept(signed("1", TEXT, facts=3), signed("2", TEXT, later, facts=3)) == "2"
    others = [signed(f"{n}", f"{TEXTS['tgv']} {n}", title="Base de presse") for n in range(12)]
    copy = signed("a", TEXT, title="Base de presse", facts=1)
    groups = duplicate_groups([*others, copy, signed("b", TEXT)])
    assert "b" in {group.original for group in groups}


def test_what_is_like_a_copy_only_is_not_swallowed() -> None:
    """Versions A, B, C: A is like B, B is like C, A is not like C."""
    words = TEXT.split()
    size = len(words) // 6
    versions = {"a": words[: 4 * size], "b": words[: 5 * size], "c": words[size : 6 * size]}
    texts = {name: " ".join(version) for name, version in versions.items()}
    alike = [
        signature_likeness(signature(texts[one]), signature(texts[other])) >= LIKENESS
        for one, other in ("ab", "bc", "ac")
    ]
    assert alike == [True, True, False]
    newest_first = [signed(name, texts[name], date(2025, 1, 4 - n)) for n, name in enumerate("abc")]
    assert duplicate_groups(newest_first) == (DuplicateGroup("a", ("b",)),)


def test_an_exact_copy_follows_the_article_that_it_copies() -> None:
    reprint = TEXT.rpartition("\n\n")[0]
    found = duplicate_groups(
        [
            signed("new", TEXT, date(2025, 3, 3)),
            signed("wire", reprint, date(2025, 3, 1)),
            signed("echo", reprint.upper(), date(2025, 3, 2)),
            signed("other", TEXTS["tgv"]),
        ]
    )
    assert found == (DuplicateGroup("new", ("echo", "wire")),)


_VERSIONS = st.lists(
    st.tuples(
        st.sampled_from(sorted(TEXTS)[:4]),
        st.integers(2, 6),
        st.none() | st.dates(date(2025, 1, 1), date(2025, 1, 5)),
    ),
    max_size=12,
)


@given(_VERSIONS, st.randoms(use_true_random=False))
def test_groups_hang_on_the_articles_and_not_on_their_order(
    versions: list[tuple[str, int, date | None]], chance: random.Random
) -> None:
    told = [
        signed(f"{n:02}", "\n\n".join(TEXTS[name].split("\n\n")[:paragraphs]), day)
        for n, (name, paragraphs, day) in enumerate(versions)
    ]
    found = duplicate_groups(told)
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert duplicate_groups(iter(shuffled)) == found
    by_id = {article.id: article for article in told}
    seen = [article for one in found for article in (one.original, *one.copies)]
    assert len(seen) == len(set(seen))
    for one in found:
        for copy in one.copies:
            alike = signature_likeness(by_id[one.original].signature, by_id[copy].signature)
            assert alike >= LIKENESS


def test_texts_of_one_template_take_little_memory() -> None:
    template = " ".join(TEXT.split()[:60])
    told = [signed(f"{n}", f"{template} Nom{'abcdefghij'[n % 10]} {n:b}") for n in range(120)]
    tracemalloc.start()
    groups = duplicate_groups(told)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(group.copies) + 1 for group in groups) == 120
    assert peak < 10_000 * len(told)  # bytes


def test_a_thousand_articles_and_their_reprints_are_paired_without_a_miss() -> None:
    chance = random.Random(4)
    vocabulary = [f"mot{n}" for n in range(3000)]
    told = []
    for number in range(1000):
        words = [chance.choice(vocabulary) for _ in range(120)]
        told.append(signed(f"{number:04}a", " ".join(words)))
        if number % 2:
            told.append(signed(f"{number:04}b", " ".join(words[:105])))
    found = {(group.original, *group.copies) for group in duplicate_groups(told)}
    assert found == {(f"{n:04}a", f"{n:04}b") for n in range(1, 1000, 2)}

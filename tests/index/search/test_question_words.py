from __future__ import annotations

import random
from collections.abc import Collection

import pytest
from rapidfuzz.distance import OSA

from index.search.question_words import (
    correct_term,
    is_bare,
    question_names,
    restore_spelling,
    spell_out,
    weigh_subject,
    weigh_words,
)
from index.search.scoring import word_scores
from tests.index.store.words import word_index

KNOWN = {"fr:grott": 9, "fr:grotte": 2, "fr:moulin": 3, "fr:moulins": 5, "en:mouldy": 9, "1850": 4}
KNOWN |= {"fr:aujourd'hui": 1}


class Counted:
    """A vocabulary of terms with how many documents hold them."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts

    def __len__(self) -> int:
        return 100

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        return {term: self._counts[term] for term in terms if term in self._counts}


@pytest.mark.parametrize(
    ("term", "meant"),
    [
        ("fr:moulim", "fr:moulin"),  # another letter
        ("fr:moulinn", "fr:moulins"),  # two are as near: the more frequent
        ("fr:muolin", "fr:moulin"),  # swapped
        ("fr:mouln", "fr:moulin"),  # one less
        ("fr:aujourdhui", "fr:aujourd'hui"),
        ("fr:mauluns", None),  # two slips
        ("fr:grot", None),  # too short to tell
        ("1851", None),  # a number is never another
        ("en:moulin", None),  # of another language
    ],
)
def test_a_slip_is_mended_and_nothing_else(term: str, meant: str | None) -> None:
    assert correct_term(term, Counted(KNOWN)) == meant


def test_scores_are_a_share_of_the_weight_of_words_misspelt_or_not() -> None:
    index = word_index(
        [("fr", "Le phare de Cordouan veille sur l’estuaire de la Gironde."), ("fr", "Le moulin.")]
    )

    def scored(question: str) -> tuple[float, float]:
        words = weigh_words(question, "fr", index)
        return float(word_scores(index.match(words.idf).scores, words.idf)[0]), words.known_share

    whole, half = scored("phare estuaire Gironde"), scored("phare estuaire zeppelin dirigeable")
    assert 0.5 < whole[0] <= 1
    assert half[0] < whole[0]
    assert whole[1] == 1
    assert 0 < half[1] < 1
    for question in ("zeppelin", "et de la", ""):
        assert scored(question) == (0, 0)
    index = word_index([("fr", "Le phare de Cordouan."), ("fr", "Le moulin de Valmy.")])
    words = weigh_words("Où est le phare de Crodouan ?", "fr", index)
    scores = index.match(words.idf).scores
    assert scores[0] > scores[1]
    assert weigh_words("Crodouan", "fr", index).known_share == 1


@pytest.mark.parametrize("letters", ["abcz", "абвю"])
def test_what_is_mended_is_what_comparing_every_word_would_find(letters: str) -> None:
    chance = random.Random(4)
    words = {"".join(chance.choices(letters, k=chance.randint(4, 7))) for _ in range(300)}
    known = {f"fr:{word}": len(word) for word in words}
    vocabulary = Counted(known)
    for _ in range(300):
        term = f"fr:{''.join(chance.choices(letters, k=6))}"
        near = {other for other in known if OSA.distance(term, other) == 1}
        expected = max(near, key=lambda other: (known[other], other), default=None)
        if term not in known:
            assert correct_term(term, vocabulary) == expected


def test_a_subject_is_known_in_whatever_language_the_articles_are() -> None:
    index = word_index([("fr", "Le moulin de Valmy."), ("en", "The mill of Valmy.")])

    def known(subject: str) -> set[str]:
        return set(weigh_subject(subject, ("fr", "en"), index).idf)

    assert known("Valmy") == {"fr:valmy", "en:valmi"}
    assert known("mills") == {"en:mill"}
    assert known("moulim") == {"fr:moulin"}
    assert known("zzzzqqq") == set()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Combien de puces ont servi à entraîner MAI-1 ?", {"mai-1", "fr:mai", "1"}),
        ("Qui a découvert Lascaux ?", {"fr:lascal"}),
        ("Quelle est la durée du voyage ?", set()),
        ("CRISPR, c'est quoi ?", {"fr:crispr"}),
        ("que s'est-il passé en 1940", {"1940"}),
    ],
)
def test_names_of_a_question(question: str, expected: set[str]) -> None:
    found = question_names(question, "fr")
    assert expected <= found
    assert bool(expected) is bool(found)


TEXTS = ("L’État a voté, à Jérusalem, pour Valérie Plante. Elle plante un tilleul.", "Été à Lyon")


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("Pourquoi l’Etat a vote a Jerusalem ?", "Pourquoi l’État a voté a Jérusalem ?"),
        ("Que fait valérie plante à lyon ?", "Que fait Valérie plante à Lyon ?"),
        ("Ou vivait-on ?", "Où vivait-on ?"),
        ("jérusalem", "Jérusalem"),  # a subject, not a question
        ("Qui a voté pour l’Etat ?", "Qui a voté pour l’Etat ?"),  # typed with accents and capitals
    ],
)
def test_a_bare_question_is_spelled_as_the_articles_spell_it(typed: str, spelled: str) -> None:
    assert is_bare(typed) is (typed != spelled)
    if is_bare(typed):
        assert restore_spelling(typed, "fr", TEXTS) == spelled
    common = spell_out("Quand l’Etat a-t-il deja vote ?")
    respelled = restore_spelling(common, "fr", TEXTS, typed="Quand l’Etat a-t-il deja vote ?")
    assert respelled == "Quand l’État a-t-il déjà voté ?"


def test_abbreviations_of_phones_are_spelled_out() -> None:
    assert spell_out("slt c koi le minitel") == "c’est quoi le minitel"
    assert (
        spell_out("pk ya plus de minitel ? c'est qd")
        == "pourquoi il y a plus de minitel ? c'est quand"
    )
    assert spell_out("Pk la vitamine C ?") == "pourquoi la vitamine C ?"
    assert spell_out("stp") == "stp"
    assert spell_out("Quel age avait l'elu en 2012 ?") == "Quel âge avait l'élu en 2012 ?"
    assert spell_out("Qui a servi a Lyon, a l'Opera ?") == "Qui a servi à Lyon, à l'Opera ?"
    assert spell_out("Qui touche a mettre de cote ?") == "Qui touche à mettre de cote ?"
    assert spell_out("quelle est la capitale du togo ?") == "quelle est la capitale du Togo ?"
    assert spell_out("Était-ce un age du fer, togo ?") == "Était-ce un age du fer, Togo ?"

"""Find duplicates: the same words under two names, reprinted, or updated.

Two articles are compared by the sets of their three-word shingles. A signature estimates how much
two sets share (MinHash, Broder 1997); bands of signatures find the pairs worth comparing (Leskovec,
Rajaraman, Ullman, Mining of Massive Datasets, chapter 3).

Words alone would take every weather report for the same one: its figures say that it is not. The
second half of a signature keeps shingles with a figure in the middle, as they are.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from index.article import DuplicateGroup, SignedArticle

SIGNATURE_VERSION = 1  # raised whenever the same text gets another signature
LIKENESS = 0.6  # share of all shingles that two publications of one article share, at least
AGREEMENT = 0.6  # share of the figures of the one that the other has too, at least
FIGURES = 3  # with fewer figures than this, figures do not decide
_SHORTEST = 40  # words; shorter texts (notices, teasers) are the same only if every word is
_TITLE = 2  # words; a shorter title tells less of an article than any other
_TEXTS = 10  # of one title, from which on it is that of their site or of their column
_PERMUTATIONS = 128
# NumPy promises that a seeded RandomState draws the same numbers in every version.
_DRAWN = np.random.RandomState(1)
_FACTORS = _DRAWN.randint(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_SUMMANDS = _DRAWN.randint(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)
_AT_ONCE = 1 << 16  # shingles compared at once: 32 MiB
_BANDS, _ROWS = 32, 4  # a pair at 0.6 is found with probability 0.99, one at 0.2 with 0.05
_SHINGLE = 3  # words
_FIGURES_KEPT = 32
_DIGEST = 16  # bytes
_NONE = np.uint32(0xFFFFFFFF)  # what stands where there is no figure
_NEIGHBOURS = 200  # by band, how many of its bucket an article is compared with
_ACCENTS = re.compile("[\u0300-\u036f]+")
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # written without spaces: each is a word
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_Words = npt.NDArray[np.uint32]
_Numbers = npt.NDArray[np.uint32]
MOST_ALIKE = _NEIGHBOURS  # articles with a key in common that one is compared with


def signature(text: str) -> bytes:
    """Signature that a text is compared by: 16 bytes for a short one, 656 otherwise.

    Case, accents and punctuation do not count.
    """
    words = _words(text)
    # A text without a word (figures of a game, a drawing) is itself.
    digest = blake2b(" ".join(words).encode() or text.encode(), digest_size=_DIGEST).digest()
    if len(words) < _SHORTEST:
        return digest
    hashes = np.fromiter((zlib.crc32(word.encode()) for word in words), np.uint32, len(words))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, _SHINGLE)
    shingles = _mixed(windows).astype(np.uint32)
    numbers = np.fromiter((any(map(str.isdigit, word)) for word in words), np.bool_, len(words))
    figures = np.unique(shingles[numbers[1:-1]])[:_FIGURES_KEPT]
    kept = np.full(_FIGURES_KEPT, _NONE, dtype=np.uint32)
    kept[: len(figures)] = figures
    sketch = _sketch(np.unique(shingles))
    return digest + sketch.astype("<u4").tobytes() + kept.astype("<u4").tobytes()


def likeness_keys(signatures: Sequence[bytes]) -> tuple[npt.NDArray[np.uint64], _Numbers]:
    """What two texts that may be one have in common: keys, and the place of the text each is of.

    Texts of the same words share one, long ones that are alike another with high probability.
    """
    digests = np.frombuffer(b"".join(each[:8] for each in signatures), dtype="<u8")
    long = np.array(
        [n for n, each in enumerate(signatures) if len(each) > _DIGEST], dtype=np.uint32
    )
    keys, places = [digests.astype(np.uint64)], [np.arange(len(signatures), dtype=np.uint32)]
    if len(long):
        sketches, _ = _tables([signatures[number] for number in long])
        for band in range(_BANDS):
            rows = sketches[:, band * _ROWS : (band + 1) * _ROWS]
            # The band itself counts as a value: what is alike in other places is not alike.
            numbered = np.column_stack([np.full(len(rows), band, dtype=np.uint32), rows])
            keys.append(_mixed(numbered))
            places.append(long)
    return np.concatenate(keys), np.concatenate(places)


def duplicate_groups(
    signed: Iterable[SignedArticle], names: Collection[str] | None = None
) -> tuple[DuplicateGroup, ...]:
    """The articles that have copies, each with them; by id of the kept ones.

    Of a group, the one with a title of its own is kept, then the one of which most is known
    (author, outlet, address, day), then the newest (by its update, else its publication; undated is
    oldest), then the longest, then the one with the smallest id. Every copy is like the kept one,
    not only like another copy. The order of `signed` does not matter. `names` are the titles that
    name a site, where `signed` are not all articles.
    """
    articles = list(signed)
    if names is None:
        names = site_names((a.title, a.signature[:_DIGEST], a.outlet) for a in articles)

    def preference(article: SignedArticle) -> tuple[bool, int, int, int, str]:
        """What the kept article of a group has least of."""
        days = [day.toordinal() for day in (article.published, article.updated) if day]
        words = _words(article.title)
        nameless = len(words) < _TITLE or " ".join(words) in names
        facts = article.facts + bool(days)
        return nameless, -facts, -max(days, default=0), -article.length, article.id

    same_words: dict[bytes, list[SignedArticle]] = {}
    for article in sorted(articles, key=preference):
        same_words.setdefault(article.signature[:_DIGEST], []).append(article)
    classes = list(same_words.values())
    followers = _followers([each[0].signature for each in classes])
    grouped: set[int] = set()
    groups = []
    for number in range(len(classes)):
        if number in grouped:
            continue
        joined = [each for each in followers.get(number, ()) if each not in grouped]
        grouped.update(joined)
        alike = sorted((m for each in (number, *joined) for m in classes[each]), key=preference)
        if len(alike) > 1:
            groups.append(DuplicateGroup(alike[0].id, tuple(each.id for each in alike[1:])))
    return tuple(sorted(groups, key=lambda each: each.kept))


def signature_likeness(one: bytes, other: bytes) -> float:
    """The estimated share of shingles that two signatures have in common; 1 for the same words.

    0 where a text is too short to be compared with one that is not the same, or where their
    figures differ.
    """
    if one[:_DIGEST] == other[:_DIGEST]:
        return 1.0
    if len(one) == _DIGEST or len(other) == _DIGEST:
        return 0.0
    sketches, figures = _tables([one, other])
    first, second = np.array([0]), np.array([1])
    if not _agreeing(figures, first, second)[0]:
        return 0.0
    return float((sketches[0] == sketches[1]).mean())


def site_names(articles: Iterable[tuple[str, bytes, str | None]]) -> frozenset[str]:
    """Titles that name a site rather than an article: outlets, and what many texts are called.

    Of each article its title, the beginning of its signature, and its outlet.
    """
    known = set(articles)
    texts = Counter(title for title, _ in {(" ".join(_words(t)), digest) for t, digest, _ in known})
    outlets = {" ".join(_words(each)) for each in {outlet for _, _, outlet in known} if each}
    return frozenset({title for title, count in texts.items() if count >= _TEXTS} | outlets)


def _followers(signatures: Sequence[bytes]) -> dict[int, list[int]]:
    """For each number, the greater ones of the texts that are like its own."""
    long = [number for number, each in enumerate(signatures) if len(each) > _DIGEST]
    if not long:
        return {}
    sketches, figures = _tables([signatures[number] for number in long])
    alike: set[tuple[int, int]] = set()
    for first, second in _candidates(sketches):
        # A quarter of the sketch is enough to drop most pairs.
        likely = (sketches[first, :_BANDS] == sketches[second, :_BANDS]).mean(axis=1) > 0.3
        first, second = first[likely], second[likely]
        shared = (sketches[first] == sketches[second]).mean(axis=1)
        first, second = first[shared >= LIKENESS], second[shared >= LIKENESS]
        agreeing = _agreeing(figures, first, second)
        alike.update(zip(first[agreeing].tolist(), second[agreeing].tolist(), strict=True))
    followers: dict[int, list[int]] = {}
    for one, other in sorted(alike):
        followers.setdefault(long[one], []).append(long[other])
    return followers


def _candidates(sketches: _Words) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Pairs of rows, the lesser first, that share a band; in batches, each pair once or more.

    In a bucket, a row meets the next `_NEIGHBOURS` ones: those nearest in order of preference,
    so that a million bulletins of one template cost no more than as many different articles.
    """
    for band in range(_BANDS):
        keys = _mixed(sketches[:, band * _ROWS : (band + 1) * _ROWS])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        at = np.arange(len(order))
        for distance in range(1, _NEIGHBOURS + 1):
            at = at[at + distance < len(order)]
            at = at[keys[at] == keys[at + distance]]
            if not len(at):
                break
            yield order[at], order[at + distance]


def _agreeing(
    figures: _Words, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """By pair of rows, whether enough of the figures of the one are in the other."""
    ours, theirs = figures[first], figures[second]
    # Each row keeps its least figures: both are complete only up to the lesser of their last.
    limit = np.minimum(ours[:, -1], theirs[:, -1])[:, np.newaxis]
    counted = [((side <= limit) & (side != _NONE)).sum(axis=1) for side in (ours, theirs)]
    fewest = np.minimum(*counted)
    both = np.sort(np.concatenate([ours, theirs], axis=1), axis=1)
    common = (both[:, 1:] == both[:, :-1]) & (both[:, 1:] != _NONE)
    return np.asarray((fewest < FIGURES) | (common.sum(axis=1) >= AGREEMENT * fewest))


def _tables(signatures: Sequence[bytes]) -> tuple[_Words, _Words]:
    """The sketches and the figures of long texts, a row each."""
    rows = np.frombuffer(b"".join(each[_DIGEST:] for each in signatures), dtype="<u4")
    table = rows.reshape(len(signatures), _PERMUTATIONS + _FIGURES_KEPT)
    return table[:, :_PERMUTATIONS], table[:, _PERMUTATIONS:]


def _words(text: str) -> list[str]:
    folded = text.casefold()
    if not folded.isascii():
        folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
    return _WORD.findall(folded)


def _mixed(rows: _Words) -> npt.NDArray[np.uint64]:
    """Each row as one number that hangs on every value and on their order."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in range(rows.shape[1]):
        mixed = (mixed ^ rows[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _sketch(values: _Words) -> _Words:
    """MinHash: for each permutation of all numbers of 32 bits, the least that a value becomes.

    What datasketch 2 makes with `scheme="affine32"`, to the bit: each value through MurmurHash3's
    finaliser, then `a * value + b` for its 128 pairs of an odd `a` and a `b`.
    """
    mixed = values ^ (values >> np.uint32(16))
    mixed = mixed * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed = mixed * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    parts = np.split(mixed, range(_AT_ONCE, len(mixed), _AT_ONCE))
    least = [(part[:, np.newaxis] * _FACTORS + _SUMMANDS).min(axis=0) for part in parts]
    return np.asarray(np.min(least, axis=0))

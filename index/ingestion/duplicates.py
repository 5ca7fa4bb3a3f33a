"""Find duplicates: the same text under two names, reprinted, or updated.

Articles are compared as sets of three-word shingles. A MinHash signature (Broder 1997) estimates
the overlap of two sets; bands of signatures find the pairs worth comparing (Leskovec, Rajaraman,
Ullman, Mining of Massive Datasets, chapter 3).

Words alone would make all weather reports duplicates; their figures differ. The second half of a
signature therefore keeps the shingles with a figure in the middle. Titles with other ordinals name
other parts of a series: the first and the second semi-final.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from index.article import DuplicateGroup, SignedArticle
from index.text.language import detect
from index.text.quantities import find_quantities

LIKENESS = 0.6  # minimum share of shingles that duplicates have in common
AGREEMENT = 0.6  # minimum share of figures that duplicates have in common
FIGURES = 3  # texts with fewer figures than this are compared by words only
_SHORTEST = 40  # words; shorter texts (notices, teasers) are duplicates only if identical
_TITLE = 2  # words; a shorter title is the least preferred
_TEXTS = 10  # a title shared by this many texts names a site or a column
_PERMUTATIONS = 128
# NumPy guarantees the stream of a seeded RandomState across versions.
_DRAWN = np.random.RandomState(1)
_FACTORS = _DRAWN.randint(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_SUMMANDS = _DRAWN.randint(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)
_AT_ONCE = 1 << 16  # shingles compared at once: 32 MiB
_BANDS, _ROWS = 32, 4  # finds a pair at 0.6 with probability 0.99, one at 0.2 with 0.05
_SHINGLE = 3  # words
_SIGNATURE_SIZE = 32
_DIGEST = 16  # bytes
_NONE = np.uint32(0xFFFFFFFF)  # padding where there is no figure
_ROW_BITS = 32  # a pair of rows is a number: the lesser row, then these bits of the other
_ROW_MASK = (1 << _ROW_BITS) - 1
_NEIGHBOURS = 200  # articles of the same bucket that one is compared with, by band
_ACCENTS = re.compile("[\u0300-\u036f]+")
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # written without spaces: each is a word
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_Words = npt.NDArray[np.uint32]
_Numbers = npt.NDArray[np.uint32]
_Indices = npt.NDArray[np.intp]
MOST_ALIKE = _NEIGHBOURS  # articles sharing a key that one is compared with


def signature(text: str) -> bytes:
    """Signature of a text, ignoring case, accents and punctuation: 16 bytes if short, else 656."""
    words = _words(text)
    # Texts without words (game figures, drawings) are compared as they are.
    digest = blake2b(" ".join(words).encode() or text.encode(), digest_size=_DIGEST).digest()
    if len(words) < _SHORTEST:
        return digest
    hashes = np.fromiter((zlib.crc32(word.encode()) for word in words), np.uint32, len(words))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, _SHINGLE)
    shingles = _mix(windows).astype(np.uint32)
    numbers = np.fromiter((any(map(str.isdigit, word)) for word in words), np.bool_, len(words))
    figures = np.unique(shingles[numbers[1:-1]])[:_SIGNATURE_SIZE]
    lowest = np.full(_SIGNATURE_SIZE, _NONE, dtype=np.uint32)
    lowest[: len(figures)] = figures
    sketch = _sketch(np.unique(shingles))
    return digest + sketch.astype("<u4").tobytes() + lowest.astype("<u4").tobytes()


def likeness_keys(signatures: Sequence[bytes]) -> tuple[npt.NDArray[np.uint64], _Numbers]:
    """Keys that likely duplicates share, and for each key the position of its text. Texts with the
    same words share one key; similar long texts share another with high probability."""
    digests = np.frombuffer(b"".join(sketch[:8] for sketch in signatures), dtype="<u8")
    long = np.array(
        [n for n, sketch in enumerate(signatures) if len(sketch) > _DIGEST], dtype=np.uint32
    )
    keys, places = [digests.astype(np.uint64)], [np.arange(len(signatures), dtype=np.uint32)]
    if len(long):
        sketches, _ = _tables([signatures[number] for number in long])
        for band in range(_BANDS):
            rows = sketches[:, band * _ROWS : (band + 1) * _ROWS]
            # The band number counts as a value: likeness must be in the same band.
            banded_rows = np.column_stack([np.full(len(rows), band, dtype=np.uint32), rows])
            keys.append(_mix(banded_rows))
            places.append(long)
    return np.concatenate(keys), np.concatenate(places)


def duplicate_groups(
    signed_articles: Iterable[SignedArticle], names: Collection[str] | None = None
) -> tuple[DuplicateGroup, ...]:
    """Groups of an article and its copies, by id of the kept article.

    The kept article has a title of its own; then, in this order, the most metadata (author, outlet,
    address, day), the newest date (update, else publication; undated is oldest), the longest text,
    the smallest id. Every copy resembles the kept article, not only another copy. The order of
    `signed_articles` does not matter. `names` are the titles that name a site; needed if they are
    not all articles.
    """
    articles = list(signed_articles)
    if names is None:
        names = site_names((a.title, a.signature[:_DIGEST], a.outlet) for a in articles)

    def is_nameless(article: SignedArticle) -> bool:
        words = _words(article.title)
        return len(words) < _TITLE or " ".join(words) in names

    def preference(article: SignedArticle) -> tuple[bool, int, int, int, str]:
        """Sort key: the kept article of a group comes first."""
        days = [day.toordinal() for day in (article.published, article.updated) if day]
        facts = article.facts + bool(days)
        nameless = is_nameless(article)
        return nameless, -facts, -max(days, default=0), -article.length, article.id

    def are_parts(one: SignedArticle, other: SignedArticle) -> bool:
        """True if the titles name two parts of a series."""
        titles = [article.title for article in (one, other) if not is_nameless(article)]
        return len(set(map(_ordinals, titles))) > 1

    same_words: dict[bytes, list[SignedArticle]] = {}
    for article in sorted(articles, key=preference):
        same_words.setdefault(article.signature[:_DIGEST], []).append(article)
    classes = list(same_words.values())
    followers = _followers([group[0].signature for group in classes])
    members: set[int] = set()
    groups = []
    for number in range(len(classes)):
        if number in members:
            continue
        copies = [
            follower
            for follower in followers.get(number, ())
            if follower not in members and not are_parts(classes[number][0], classes[follower][0])
        ]
        members.update(copies)
        alike = sorted((m for member in (number, *copies) for m in classes[member]), key=preference)
        if len(alike) > 1:
            groups.append(DuplicateGroup(alike[0].id, tuple(article.id for article in alike[1:])))
    return tuple(sorted(groups, key=lambda group: group.original))


@lru_cache(maxsize=4_096)
def _ordinals(title: str) -> frozenset[frozenset[float]]:
    quantities = find_quantities(title, detect(title))
    return frozenset(quantity.values for quantity in quantities if quantity.ordinal)


def signature_likeness(one: bytes, other: bytes) -> float:
    """Estimated share of shingles that two signatures have in common; 1 for the same words. 0 if
    the words differ and a text is too short to compare, or if the figures differ."""
    if one[:_DIGEST] == other[:_DIGEST]:
        return 1.0
    if len(one) == _DIGEST or len(other) == _DIGEST:
        return 0.0
    sketches, figures = _tables([one, other])
    first, second = np.array([0]), np.array([1])
    if not _agreement(figures, first, second)[0]:
        return 0.0
    return float((sketches[0] == sketches[1]).mean())


def site_names(articles: Iterable[tuple[str, bytes, str | None]]) -> frozenset[str]:
    """Titles that name a site rather than an article: outlets, and titles shared by many texts.
    `articles` are tuples of title, digest (start of the signature) and outlet."""
    distinct = set(articles)
    texts = Counter(
        title for title, _ in {(" ".join(_words(t)), digest) for t, digest, _ in distinct}
    )
    outlets = {" ".join(_words(name)) for name in {outlet for _, _, outlet in distinct} if name}
    return frozenset({title for title, count in texts.items() if count >= _TEXTS} | outlets)


def _followers(signatures: Sequence[bytes]) -> dict[int, _Indices]:
    """By number, the greater numbers of the texts that resemble it, ascending."""
    long = np.array(
        [n for n, sketch in enumerate(signatures) if len(sketch) > _DIGEST], dtype=np.int64
    )
    if not len(long):
        return {}
    sketches, figures = _tables([signatures[number] for number in long])
    # Pairs of rows as numbers, ascending: thousands of texts of one template give millions.
    pairs = np.array([np.iinfo(np.int64).max])
    for band in range(_BANDS):
        found = [pairs]
        for first, second in _candidates(sketches, band):
            keys = (first << _ROW_BITS) | second
            new = np.flatnonzero(pairs[np.searchsorted(pairs, keys)] != keys)
            found.append(keys[new[_resemble(sketches, figures, first[new], second[new])]])
        pairs = np.sort(np.concatenate(found))
    starts = np.searchsorted(pairs, np.arange(len(long) + 1) << _ROW_BITS).tolist()
    return {
        int(number): long[pairs[start:end] & _ROW_MASK]
        for number, (start, end) in zip(long, pairwise(starts), strict=True)
        if start < end
    }


def _candidates(sketches: _Words, band: int) -> Iterator[tuple[_Indices, _Indices]]:
    """Yield batches of row pairs that share a band, lesser row first.

    In a bucket, a row meets only the next `_NEIGHBOURS` rows (nearest in order of preference), so a
    million bulletins of one template cost no more than as many different articles.
    """
    keys = _mix(sketches[:, band * _ROWS : (band + 1) * _ROWS])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    at = np.arange(len(order))
    for distance in range(1, _NEIGHBOURS + 1):
        at = at[at + distance < len(order)]
        at = at[keys[at] == keys[at + distance]]
        if not len(at):
            break
        yield order[at], order[at + distance]


def _resemble(sketches: _Words, figures: _Words, first: _Indices, second: _Indices) -> _Indices:
    """Positions of the pairs of rows that are duplicates."""
    # A quarter of the sketch rules out most pairs.
    likely = (sketches[first, :_BANDS] == sketches[second, :_BANDS]).mean(axis=1) > 0.3
    at: _Indices = np.flatnonzero(likely)
    at = at[(sketches[first[at]] == sketches[second[at]]).mean(axis=1) >= LIKENESS]
    return at[_agreement(figures, first[at], second[at])]


def _agreement(figures: _Words, first: _Indices, second: _Indices) -> npt.NDArray[np.bool_]:
    """By pair of rows, True if enough figures of one are in the other."""
    ours, theirs = figures[first], figures[second]
    # Each row keeps only its smallest figures: compare up to the lesser of the two maxima.
    limit = np.minimum(ours[:, -1], theirs[:, -1])[:, np.newaxis]
    counts = [((side <= limit) & (side != _NONE)).sum(axis=1) for side in (ours, theirs)]
    fewest = np.minimum(*counts)
    both = np.sort(np.concatenate([ours, theirs], axis=1), axis=1)
    common = (both[:, 1:] == both[:, :-1]) & (both[:, 1:] != _NONE)
    return np.asarray((fewest < FIGURES) | (common.sum(axis=1) >= AGREEMENT * fewest))


def _tables(signatures: Sequence[bytes]) -> tuple[_Words, _Words]:
    """Sketches and figures of long texts, one row each."""
    rows = np.frombuffer(b"".join(sketch[_DIGEST:] for sketch in signatures), dtype="<u4")
    table = rows.reshape(len(signatures), _PERMUTATIONS + _SIGNATURE_SIZE)
    return table[:, :_PERMUTATIONS], table[:, _PERMUTATIONS:]


def _words(text: str) -> list[str]:
    lower = text.casefold()
    if not lower.isascii():
        lower = _ACCENTS.sub("", unicodedata.normalize("NFKD", lower))
    return _WORD.findall(lower)


def _mix(rows: _Words) -> npt.NDArray[np.uint64]:
    """Hash each row to one number; order matters."""
    hashes = np.zeros(len(rows), dtype=np.uint64)
    for column in range(rows.shape[1]):
        hashes = (hashes ^ rows[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    return hashes


def _sketch(values: _Words) -> _Words:
    """MinHash: for each permutation of the 32-bit numbers, the minimum over the values.

    Bit for bit what datasketch 2 computes with `scheme="affine32"`: MurmurHash3's finaliser, then
    `a * value + b` for 128 pairs of an odd `a` and a `b`.
    """
    hashes = values ^ (values >> np.uint32(16))
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes = hashes * np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    parts = np.split(hashes, range(_AT_ONCE, len(hashes), _AT_ONCE))
    least = [(part[:, np.newaxis] * _FACTORS + _SUMMANDS).min(axis=0) for part in parts]
    return np.asarray(np.min(least, axis=0))

"""Articles of invented French, without end, and vectors for them: what `scale.py` measures with.

Words follow Zipf's law and the frequent ones are short; an article keeps to a topic and to a few
names of its own, so that vectors crowd and words repeat as they do in a newspaper. The same number
always gives the same article.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from index.article import Article, article_id
from index.models.base import Vectors

PASSAGES, SENTENCES = 4, 5  # an article, a passage
WORDS = 150_000  # of the language; names and numbers come on top
TOPICS, TOPIC_WORDS = 400, 1_500
DIMENSION = 384

_SMALL = tuple(
    "le la les un une des de du à au aux en dans par pour sur sous avec sans et ou mais que qui ne "  # noqa: SIM905
    "pas ce cette son sa ses leur il elle on est sont a ont".split()
)
_SMALL_SHARE, _TOPIC_SHARE = 0.4, 0.35
_ONSETS = "b bl br c ch cr d dr f fl fr g gl gr j l m n p pl pr qu r s t tr v vr".split()  # noqa: SIM905
_RHYMES = "a ai an ar e eau el er eur i in ir o oi on or ou u ur ure ance ette ier ine ion".split()  # noqa: SIM905
_FIRST_DAY = date(2005, 1, 1)
_DAYS = 7_500
_WORD = re.compile(r"\w+")


class Prose:
    """The articles, and questions about them."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        chance = np.random.default_rng(seed)
        self._words = _vocabulary(WORDS, seed)
        weights = 1 / np.arange(2, WORDS + 2)
        self._zipf = np.cumsum(weights / weights.sum())
        self._topics = np.searchsorted(self._zipf, chance.random((TOPICS, TOPIC_WORDS)))
        ranks = 1 / np.arange(1, TOPIC_WORDS + 1) ** 0.8
        self._within = np.cumsum(ranks / ranks.sum())

    def articles(self, passages: int) -> Iterator[Article]:
        """Articles of this many passages together."""
        for number in range(-(-passages // PASSAGES)):
            yield self.article(number, min(PASSAGES, passages - number * PASSAGES))

    def article(self, number: int, passages: int = PASSAGES) -> Article:
        chance = np.random.default_rng((self._seed, number))
        names = [_name(chance) for _ in range(3)]
        paragraphs = [
            " ".join(self._sentence(chance, number, names) for _ in range(SENTENCES))
            for _ in range(passages)
        ]
        address = f"https://example.org/{number}"
        title = " ".join([names[0], *self._drawn(chance, number, 5)])
        return Article(
            id=article_id(address),
            text="\n\n".join(paragraphs),
            title=title,
            path=f"articles/{number}.md",
            language="fr",
            published=_FIRST_DAY + timedelta(days=int(chance.integers(_DAYS))),
            url=address,
        )

    def questions(self, passages: int, count: int) -> list[str]:
        """Each asks for a sentence of a random article: half its words, one of them changed, and
        one in four misspelt."""
        chance = np.random.default_rng((self._seed, 10**9, passages))
        return [self._question(chance, -(-passages // PASSAGES)) for _ in range(count)]

    def _question(self, chance: np.random.Generator, articles: int) -> str:
        number = int(chance.integers(articles))
        sentences = re.split(r"(?<=\.)\s+", self.article(number).text)
        said = sentences[int(chance.integers(len(sentences)))].rstrip(".").split()
        kept = [word for word in said if word in _SMALL or chance.random() < 0.5]
        kept[int(chance.integers(len(kept)))] = self._drawn(chance, number, 1)[0]
        if chance.random() < 0.25:
            longest = max(range(len(kept)), key=lambda at: len(kept[at]))
            kept[longest] = _misspelt(kept[longest])
        return f"Pourquoi {' '.join(kept)} ?"

    def _sentence(self, chance: np.random.Generator, number: int, names: Sequence[str]) -> str:
        words = self._drawn(chance, number, int(chance.integers(14, 28)))
        words[0] = words[0].capitalize()
        if chance.random() < 0.5:
            words[len(words) // 2] = names[int(chance.integers(len(names)))]
        if chance.random() < 0.2:
            words[-1] = f"en {int(chance.integers(1850, 2026))}"
        return f"{' '.join(words)}."

    def _drawn(self, chance: np.random.Generator, number: int, count: int) -> list[str]:
        """Words of the topic of this article, of the language, and those without a meaning."""
        topic = self._topics[number * 7919 % TOPICS]
        common = np.searchsorted(self._zipf, chance.random(count))
        own = topic[np.searchsorted(self._within, chance.random(count))]
        small = chance.integers(len(_SMALL), size=count)
        kinds = chance.random(count)
        return [
            _SMALL[s]
            if kind < _SMALL_SHARE
            else self._words[t if kind < _SMALL_SHARE + _TOPIC_SHARE else c]
            for kind, s, t, c in zip(kinds, small, own, common, strict=True)
        ]


class StandIn:
    """An `Embedder` as fast as a look-up: close vectors for texts that share their long words.

    A text is the normalised sum of a Gaussian vector a word, heavier for longer words, of one that
    all texts share, as those of real models do, and of some noise.
    """

    NAME, DIMENSION = "stand-in", DIMENSION

    _TABLE = 1 << 16  # words told apart
    _COMMON, _NOISE = 1.5, 0.35  # shares, the words' being 1

    def __init__(self) -> None:
        chance = np.random.default_rng(3)
        scale = np.float32(DIMENSION**-0.5)
        shape = (self._TABLE, DIMENSION)
        self._words = chance.standard_normal(shape, dtype=np.float32) * scale
        self._common = chance.standard_normal(DIMENSION, dtype=np.float32) * scale
        pool = chance.standard_normal(self._TABLE + DIMENSION, dtype=np.float32) * scale
        self._noise = np.lib.stride_tricks.sliding_window_view(pool, DIMENSION)

    @property
    def id(self) -> str:
        return self.NAME

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        from scipy.sparse import csr_array

        places: list[int] = []
        weights: list[float] = []
        starts = [0]
        for text in texts:
            for word in _WORD.findall(text):
                places.append(zlib.crc32(word.encode()) % self._TABLE)
                weights.append(min(len(word), 12) ** 1.5)
            starts.append(len(places))
        bags = csr_array(
            (np.array(weights, dtype=np.float32), places, starts), shape=(len(texts), self._TABLE)
        )
        vectors = _normalised(bags @ self._words)
        hashes = [zlib.crc32(text.encode()) % self._TABLE for text in texts]
        vectors += self._COMMON * self._common + self._NOISE * self._noise[hashes]
        if progress is not None and texts:
            progress(len(texts))
        return _normalised(vectors)

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self.embed_passages([text])[0]
        return vector


@dataclass(frozen=True, slots=True)
class _Syllables:
    chance: random.Random

    def word(self, count: int) -> str:
        choice = self.chance.choice
        return "".join(choice(_ONSETS) + choice(_RHYMES) for _ in range(count))


def _vocabulary(size: int, seed: int) -> list[str]:
    """Distinct words, the most frequent first and shortest."""
    syllables = _Syllables(random.Random(seed))
    words: dict[str, None] = {}
    while len(words) < size:
        length = 2 + (len(words) > 3_000) + (len(words) > 40_000)
        words[syllables.word(length)] = None
    return list(words)


def _misspelt(word: str) -> str:
    return f"{word[:2]}{word[3:4]}{word[2:3]}{word[4:]}"


def _name(chance: np.random.Generator) -> str:
    syllables = _Syllables(random.Random(int(chance.integers(2**40))))
    return syllables.word(3).capitalize()


def _normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return scaled

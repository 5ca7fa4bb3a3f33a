"""Texts read word by word, and kept, so that a sentence is read once however often it is cited."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from bot.verification.moments import Moment, moments
from bot.verification.proper_names import Name, proper_names
from bot.verification.quantities import Quantity, quantities
from index.models.base import Vectors
from index.models.bundled.words import WordVectors
from index.text.folding import fold
from index.text.language import terms
from index.text.stopwords import stop_words

_KEPT = 2_000  # texts; some forty kilobytes each


class Annotator(Protocol):
    """What tells the words of a text and what each means where it stands."""

    def read(self, text: str) -> WordVectors: ...


@dataclass(frozen=True, slots=True)
class AnnotatedWord:
    """A word where it stands. `stem` is empty for one that says nothing by itself."""

    start: int
    end: int
    key: str
    stem: str

    @property
    def telling(self) -> bool:
        return bool(self.stem)


@dataclass(frozen=True)
class AnnotatedText:
    """A sentence with its words; `vectors` has shape (number of words, dimension)."""

    text: str
    language: str
    words: tuple[AnnotatedWord, ...]
    vectors: Vectors

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(moments(self.text))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(quantities(self.text, self.language))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        figures: list[Moment | Quantity] = [*self.moments]
        figures += [each for each in self.quantities if each.spelled]
        return tuple(
            name
            for name in proper_names(self.text, self.language)
            if not any(name.start < each.end and each.start < name.end for each in figures)
        )

    def at(self, start: int, end: int) -> tuple[int, int]:
        """From which word to which a stretch of the text goes."""
        places = [
            place for place, word in enumerate(self.words) if word.start < end and start < word.end
        ]
        return (places[0], places[-1] + 1) if places else (0, 0)

    @cached_property
    def figures(self) -> frozenset[int]:
        """The words that are part of a number or a date."""
        every: tuple[Moment | Quantity, ...] = (*self.moments, *self.quantities)
        return frozenset(place for each in every for place in range(*self.at(each.start, each.end)))

    @cached_property
    def named(self) -> frozenset[int]:
        """The words that are surely part of a name."""
        return frozenset(
            place
            for name in self.names
            if name.sure
            for place in range(*self.at(name.start, name.end))
        )


class AnnotationCache:
    """Texts as read by one reader, the latest kept. Thread-safe."""

    def __init__(self, reader: Annotator, kept: int = _KEPT) -> None:
        self._reader = reader
        self._kept = kept
        self._texts: OrderedDict[tuple[str, str], AnnotatedText] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, text: str, language: str) -> AnnotatedText:
        key = (text, language)
        with self._lock:
            known = self._texts.get(key)
            if known is not None:
                self._texts.move_to_end(key)
                return known
        read = _read(self._reader, text, language)
        with self._lock:
            self._texts[key] = read
            while len(self._texts) > self._kept:
                self._texts.popitem(last=False)
        return read


def _read(reader: Annotator, text: str, language: str) -> AnnotatedText:
    annotation = reader.read(text)
    stops = stop_words(language)
    words, rows = [], []
    for row, (start, end) in enumerate(annotation.spans):
        word = text[start:end]
        if not word[0].isalnum():
            continue
        plain = word.lower()
        stem = ""
        if plain not in stops and len(plain) > 1:
            stem = next(iter(terms(word, language)[-1:]), "")
        words.append(AnnotatedWord(start, end, fold(plain), stem))
        rows.append(row)
    vectors = (
        annotation.vectors[rows] if rows else np.zeros((0, annotation.vectors.shape[1]), np.float32)
    )
    return AnnotatedText(text, language, tuple(words), vectors)

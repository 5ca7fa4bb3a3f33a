"""Annotate texts word by word, with a cache: a sentence is often cited more than once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

from bot.verification.moments import Moment, find_moments
from bot.verification.proper_names import Name, find_proper_names
from bot.verification.quantities import Quantity, find_quantities
from index.models.base import Vectors
from index.models.bundled.words import WordVectors
from index.text.folding import fold
from index.text.language import terms
from index.text.stopwords import stop_words

_CACHED_TEXTS = 2_000  # some forty kilobytes each


class Annotator(Protocol):
    """A model that splits a text into words and embeds them in context."""

    def read(self, text: str) -> WordVectors: ...


@dataclass(frozen=True, slots=True)
class AnnotatedWord:
    """A word and its offsets; `key` is folded, `stem` is empty for function words."""

    start: int
    end: int
    key: str
    stem: str

    @property
    def is_content(self) -> bool:
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
        return tuple(find_moments(self.text))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(find_quantities(self.text, self.language))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        in_words = (each for each in self.quantities if each.spelled)
        figures: list[Moment | Quantity] = [*self.moments, *in_words]
        return tuple(
            name
            for name in find_proper_names(self.text, self.language)
            if not any(name.start < each.end and each.start < name.end for each in figures)
        )

    def word_range(self, start: int, end: int) -> tuple[int, int]:
        """The words that overlap a span of the text, as a half-open range."""
        places = [
            place for place, word in enumerate(self.words) if word.start < end and start < word.end
        ]
        return (places[0], places[-1] + 1) if places else (0, 0)

    @cached_property
    def figure_words(self) -> frozenset[int]:
        """The words that are part of a number or a date."""
        return self._words_of([*self.moments, *self.quantities])

    @cached_property
    def name_words(self) -> frozenset[int]:
        """The words that are surely part of a name."""
        return self._words_of([name for name in self.names if name.sure])

    def _words_of(self, spans: Iterable[Moment | Quantity | Name]) -> frozenset[int]:
        ranges = (range(*self.word_range(each.start, each.end)) for each in spans)
        return frozenset(place for words in ranges for place in words)


class AnnotationCache:
    """An annotator with the most recently used texts in memory. Thread-safe."""

    def __init__(self, annotator: Annotator) -> None:
        self._annotator = annotator
        self._cached_annotate = lru_cache(_CACHED_TEXTS)(self._annotate)

    def read(self, text: str, language: str) -> AnnotatedText:
        return self._cached_annotate(text, language)

    def _annotate(self, text: str, language: str) -> AnnotatedText:
        annotation = self._annotator.read(text)
        stops = stop_words(language)
        words, rows = [], []
        for row, (start, end) in enumerate(annotation.spans):
            word = text[start:end]
            if not word[0].isalnum():
                continue
            plain = word.lower()
            is_content = plain not in stops and len(plain) > 1
            stem = next(iter(terms(word, language)[-1:]), "") if is_content else ""
            words.append(AnnotatedWord(start, end, fold(plain), stem))
            rows.append(row)
        return AnnotatedText(text, language, tuple(words), annotation.vectors[rows])

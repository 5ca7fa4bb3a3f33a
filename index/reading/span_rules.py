"""Which stretch of a sentence answers a question, by rules; nothing when they are not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from index.language import terms
from index.reading import span_names, span_numbers, span_words
from index.reading.span import Stretch
from index.reading.span_rules_span_wanted import Kind, Wanted, wanted
from index.stopwords import fold, stop_words

# How far the best stretch must stand above the next; above this, fewer highlights and hardly
# better ones (docs/evaluation.md, "The highlighted span").
MARGIN = 0.15
COUNTED = 1.0  # added when what is counted is what the question counts
PLACED = 0.2  # added when « à », « dans » rather than « de » stands before a place
MARK = 2  # words that a comma between counts for
STEM = 5  # letters that tell a noun whatever its ending
NEAR = 3  # words behind a number among which is what it counts

_WORD = re.compile(r"\w+")


class SpanFinder(Protocol):
    """Finds the words of a sentence that answer a question."""

    def highlight(
        self, question: str, sentence: str, language: str, question_language: str
    ) -> tuple[int, int] | None:
        """Start and end in the sentence, or None; `language` is the sentence's."""
        ...


class RuleSpans:
    """Goes by the asking word: dates, numbers with units, names, places."""

    def highlight(
        self, question: str, sentence: str, language: str, question_language: str
    ) -> tuple[int, int] | None:
        return highlight(question, sentence, language, question_language)


def highlight(
    question: str, sentence: str, language: str, question_language: str
) -> tuple[int, int] | None:
    """The words of the sentence that answer the question; no highlight beats a wrong one."""
    want = wanted(question, question_language)
    if want is None:
        return None
    asked = _Asked(question, sentence, language, question_language)
    stretches = [each for each in _stretches(want, sentence, language) if not asked.says(each)]
    if want.kind is Kind.PERSON:
        stretches = span_names.together(sentence, stretches)
    ranked = sorted(
        ((asked.near(each) + _bonus(want, each), each) for each in stretches), key=_sure
    )
    if not ranked or (len(ranked) > 1 and _sure(ranked[1]) - _sure(ranked[0]) < MARGIN):
        return None
    best = ranked[0][1]
    end = _counted_end(want, best, sentence, language) if _counts(want, best) else best.end
    return best.start, end


def _sure(ranked: tuple[float, Stretch]) -> float:
    return -ranked[0]


class _Asked:
    """A question's words, and where they stand in a sentence."""

    def __init__(self, question: str, sentence: str, language: str, question_language: str) -> None:
        self._sentence = sentence
        self._words = {fold(word) for word in _WORD.findall(question.lower())}
        self._stops = stop_words(language) | stop_words(question_language)
        stems = set(terms(question, question_language))
        self._met = [
            match.span()
            for match in _WORD.finditer(sentence)
            if self._meets(match[0].lower(), stems, language)
        ]

    def _meets(self, word: str, stems: set[str], language: str) -> bool:
        if word in self._stops or len(word) < 2:
            return False
        return fold(word) in self._words or not stems.isdisjoint(terms(word, language))

    def says(self, stretch: Stretch) -> bool:
        """Whether the question holds these words itself."""
        text = _WORD.findall(self._sentence[stretch.start : stretch.end].lower())
        return all(word in self._stops or fold(word) in self._words for word in text)

    def near(self, stretch: Stretch) -> float:
        """How close the question's words stand: the sum of one over their distances."""
        total = 0.0
        for start, end in self._met:
            if end <= stretch.start:
                total += 1 / self._distance(end, stretch.start)
            elif start >= stretch.end:
                total += 1 / self._distance(stretch.end, start)
        return total

    def _distance(self, start: int, end: int) -> int:
        gap = self._sentence[start:end]
        marks = sum(character in ",;:()" for character in gap)
        return 2 + len(_WORD.findall(gap)) + MARK * marks


def _stretches(want: Wanted, sentence: str, language: str) -> Sequence[Stretch]:
    """Everything of the kind wanted, in reading order."""
    match want.kind:
        case Kind.DATE | Kind.YEAR | Kind.MONTH | Kind.CENTURY:
            return span_numbers.dates(sentence, want.kind.value, want.edge)
        case Kind.COUNT:
            found = span_numbers.numbers(sentence)
            return [each for each in found if not want.noun or _may_count(want, each)]
        case Kind.MEASURE:
            return [each for each in span_numbers.numbers(sentence) if each.unit in want.units]
        case Kind.PERSON:
            people = span_names.names(sentence, language)
            return [each for each in people if want.noun or not span_names.placed(sentence, each)]
        case Kind.PLACE:
            return span_names.places(sentence, language)
        case Kind.NAME:
            return span_names.titles(sentence, language)
        case Kind.NAMED:
            titles = span_names.titles(sentence, language)
            return [each for each in titles if fold(each.before) == want.noun]


def _may_count(want: Wanted, each: Stretch) -> bool:
    return not each.unit or each.unit in want.units


def _counts(want: Wanted, each: Stretch) -> bool:
    return want.kind is Kind.COUNT and bool(want.noun) and want.noun[:STEM] in fold(each.noun)


def _bonus(want: Wanted, each: Stretch) -> float:
    if want.kind is Kind.PLACE and each.before in span_words.PLACED:
        return PLACED
    return COUNTED if _counts(want, each) else 0.0


def _counted_end(want: Wanted, each: Stretch, sentence: str, language: str) -> int:
    """Behind a number, what is counted is shown when it bears a name (« 15 000 puces Nvidia »)."""
    for noun in islice(_WORD.finditer(sentence, each.end), NEAR):
        if fold(noun[0].lower()).startswith(want.noun[:STEM]):
            found = span_names.names(sentence, language)
            return next((name.end for name in found if name.start == noun.end() + 1), each.end)
    return each.end

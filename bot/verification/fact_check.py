"""Check whether articles confirm or contradict a claim that somebody made elsewhere.

Stricter than the check of a chat model's sentences: one sentence, with its lead and the titles,
must support or contradict the whole claim. Otherwise the nearest sentence is only quoted.
Figures: docs/faithfulness.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from bot.verification.alignment import KIN_COSINE, SAME_COSINE, Alignment
from bot.verification.annotation import AnnotatedText, AnnotatedWord
from bot.verification.claim import NumberedPassage
from bot.verification.evidence import EvidenceLine
from bot.verification.moments import Moment
from bot.verification.proper_names import Name, SourceNames, fold_words, is_named
from bot.verification.quantities import Quantity
from index.article import Sentence
from index.text.dates import weekday_names

Conclusion = Literal["confirmed", "contradicted", "near"]
"""`near`: the articles are about it, but neither confirm nor contradict it as a whole."""

# Minimum mean and minimum coverage of a claim's words by a sentence.
CONFIRMED_SHARES = (0.85, 0.3)
CONTRADICTED_SHARES = (0.95, 0.75)  # names, numbers and dates aside
NEAR_SHARE = 0.8
COUNTED_COSINE = 0.6  # minimum between the nouns that two numbers count
DENIAL_REACH = 4  # words between a negation and the word it negates
MAX_DENIED = 2  # negated words of a claim; more belong to another clause
_DENIALS = frozenset(
    (
        *("n", "ne", "aucun", "aucune", "sans", "jamais", "non", "ni"),
        *("not", "never", "no", "nor", "without", "neither", "cannot"),
        *("don", "doesn", "didn", "isn", "aren", "wasn", "weren", "hasn", "haven", "hadn", "won"),
        *("wouldn", "couldn", "shouldn"),
    )
)
_WEEKDAYS = weekday_names("fr", "en")


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What a sentence of an article concludes on a claim."""

    conclusion: Conclusion
    passage: NumberedPassage
    sentence: Sentence


@dataclass(frozen=True)
class Comparison:
    """A claim beside the sentence of a passage that covers it best."""

    alignment: Alignment

    @cached_property
    def line(self) -> EvidenceLine:
        return self.alignment.source.lines[self.place]

    @property
    def place(self) -> int:
        return self.alignment.evidence[0]

    @cached_property
    def places(self) -> list[int]:
        """The sentence and its lead."""
        return self.alignment.with_leads([self.place])

    @cached_property
    def texts(self) -> list[AnnotatedText]:
        """The sentence, its lead, and the titles."""
        source = self.alignment.source
        return [*(source.lines[place].text for place in self.places), *source.titles]

    @cached_property
    def missing_names(self) -> list[Name]:
        passage = self.alignment.source_names
        words = fold_words(" . ".join(each.text for each in self.texts))
        source = SourceNames(words, passage.article_words, passage.is_foreign)
        names = self.alignment.claim.names
        return [each for each in names if each.sure and not is_named(each, source)]

    @cached_property
    def missing_numbers(self) -> list[Quantity]:
        present = [each for text in self.texts for each in text.quantities]
        mentions = self.alignment.claim.quantities
        return [each for each in mentions if not any(own.supports(each) for own in present)]

    @cached_property
    def missing_dates(self) -> list[Moment]:
        source = self.alignment.source
        present = [each for place in self.places for each in source.moments[place]]
        present += [each for text in source.titles for each in text.moments]
        mentions = self.alignment.claim.moments
        return [each for each in mentions if not any(own.supports(each) for own in present)]

    @property
    def missing(self) -> list[Name | Quantity | Moment]:
        return [*self.missing_names, *self.missing_numbers, *self.missing_dates]

    @property
    def lacks_weekday(self) -> bool:
        days = {word.key for word in self.alignment.claim.words} & _WEEKDAYS
        return not days <= {word.key for text in self.texts for word in text.words}

    @cached_property
    def denial_mismatches(self) -> list[int]:
        """The claim's words that are negated in only one of the two."""
        claim, line = self.alignment.claim, self.line.text.words
        mismatches = []
        for at in self.alignment.content_words:
            if at not in claim.figure_words | claim.name_words:
                match, cosine = self._closest(at)
                is_denied = _is_denied(claim.words, at)
                if cosine >= KIN_COSINE and is_denied != _is_denied(line, match):
                    mismatches.append(at)
        return mismatches

    @property
    def differs_in_denial(self) -> bool:
        """True if only one of the two has a negation."""
        claim, line = self.alignment.claim.words, self.line.text.words
        return _has_denial(claim) != _has_denial(line)

    @property
    def denies_the_same(self) -> bool:
        """True if the first word after each negation of the claim is negated in the sentence."""
        claim, line = self.alignment.claim.words, self.line.text.words
        for at, word in enumerate(claim):
            after = [to for to in self.alignment.content_words if at < to <= at + DENIAL_REACH]
            if word.key in _DENIALS and after:
                match, cosine = self._closest(after[0])
                if cosine < KIN_COSINE or not _is_denied(line, match):
                    return False
        return True

    @property
    def counts_the_same(self) -> bool:
        """True if each number counts the same thing in both."""
        source = self.alignment.source
        for mention in self.alignment.claim.quantities:
            noun = _counted_word(self.alignment.claim, mention)
            same = [
                (source.lines[place], own)
                for place in self.places
                for own in source.lines[place].text.quantities
                if own.supports(mention)
            ]
            if noun is None or not same:
                continue
            if not any(self._is_counted(noun, line, own) for line, own in same):
                return False
        return True

    @property
    def repeats(self) -> bool:
        """True if the sentence has the claim's own words, in the same order."""
        cosines = self.alignment.cosines[:, self.line.first : self.line.last]
        last = -1
        for at in self.alignment.content_words:
            matches = np.flatnonzero(cosines[at] >= SAME_COSINE)
            next_matches = matches[matches >= last]
            if not next_matches.size:
                return False
            last = int(next_matches[0])
        return True

    def shares(self, *, exact: bool = True) -> tuple[float, float]:
        """Mean and minimum coverage of the claim's words.

        Without those of names, numbers and dates unless `exact`.
        """
        claim = self.alignment.claim
        other_words = frozenset[int]() if exact else claim.figure_words | claim.name_words
        rows = [at for at in self.alignment.content_words if at not in other_words]
        coverage = self.alignment.coverage[rows, self.place]
        return (float(coverage.mean()), float(coverage.min())) if rows else (0.0, 0.0)

    @property
    def nearness(self) -> tuple[int, float]:
        """Sort key: fewest missing names, numbers and dates, then best coverage."""
        return -len(self.missing), self.shares()[0]

    def has_rival_number(self, mention: Quantity) -> bool:
        """True if the sentence has another number of the same thing."""
        claim = self.alignment.claim
        rivals = [
            own
            for own in self.line.text.quantities
            if (own.unit, own.ordinal) == (mention.unit, mention.ordinal)
            and not any(own.supports(each) or each.supports(own) for each in claim.quantities)
        ]
        noun = _counted_word(claim, mention)
        if noun is None:
            return bool(mention.unit) and len(rivals) == 1
        return any(self._is_counted(noun, self.line, own, KIN_COSINE) for own in rivals)

    def has_rival_date(self, mention: Moment) -> bool:
        """True if the sentence has a single date that is as precise."""
        dates = [
            own
            for own in self.alignment.source.moments[self.place]
            if own.start >= 0
            and all(mine or not other for mine, other in zip(own.grain, mention.grain, strict=True))
        ]
        return len(dates) == 1

    def has_rival_name(self, mention: Name) -> bool:
        """True if the sentence has another name after the same word: « au Louvre »."""
        claim, line = self.alignment.claim, self.line.text
        before = _word_before(claim, mention)
        return bool(before) and any(
            _word_before(line, own) == before and not _may_be_same(own, mention)
            for own in line.names
            if own.parts not in [each.parts for each in claim.names]
        )

    def _closest(self, at: int) -> tuple[int, float]:
        """The sentence's word that is most similar to a word of the claim, and its cosine."""
        cosines = self.alignment.cosines[at, self.line.first : self.line.last]
        if not cosines.size:
            return 0, 0.0
        match = int(cosines.argmax())
        return match, float(cosines[match])

    def _is_counted(
        self, counted: int, line: EvidenceLine, own: Quantity, least: float = COUNTED_COSINE
    ) -> bool:
        noun = _counted_word(line.text, own)
        if noun is None:
            return least < KIN_COSINE
        return bool(self.alignment.cosines[counted, line.first + noun] >= least)


def is_confirmed(comparison: Comparison) -> bool:
    """True if the sentence covers the claim, lacks nothing of it and denies nothing of it.

    Unless the sentence repeats the claim, the caller must also ask the reader.
    """
    mean, least = comparison.shares()
    return (
        not comparison.missing
        and not comparison.lacks_weekday
        and not comparison.differs_in_denial
        and not comparison.denial_mismatches
        and comparison.denies_the_same
        and comparison.counts_the_same
        and mean >= CONFIRMED_SHARES[0]
        and least >= CONFIRMED_SHARES[1]
    )


def is_contradicted(comparison: Comparison) -> bool:
    """True if the sentence differs by one negation, number, date or name only.

    The passage must not have that number, date or name anywhere.
    """
    source = comparison.alignment.source
    numbers, dates = comparison.missing_numbers, comparison.missing_dates
    names, gaps = comparison.missing_names, comparison.missing
    mean, least = comparison.shares(exact=False)
    if len(gaps) > 1 or mean < CONTRADICTED_SHARES[0] or least < CONTRADICTED_SHARES[1]:
        return False
    if not gaps:
        mismatches = len(comparison.denial_mismatches)
        return comparison.differs_in_denial and 0 < mismatches <= MAX_DENIED
    if comparison.denial_mismatches:
        return False
    if numbers:
        elsewhere = any(own.supports(numbers[0]) for own in source.every_quantity)
        return not elsewhere and comparison.has_rival_number(numbers[0])
    if dates:
        elsewhere = any(own.supports(dates[0]) for own in source.every_moment)
        return not elsewhere and comparison.has_rival_date(dates[0])
    elsewhere = is_named(names[0], comparison.alignment.source_names)
    return not elsewhere and comparison.has_rival_name(names[0])


def _may_be_same(name: Name, other: Name) -> bool:
    """True if two names share a part, or one may be short for the other: « UE »."""
    initials = {"".join(part[0] for part in each.parts) for each in (name, other)}
    return not {*name.parts}.isdisjoint(other.parts) or bool(initials & {*name.parts, *other.parts})


def _word_before(text: AnnotatedText, name: Name) -> str:
    first, _ = text.word_range(name.start, name.end)
    return text.words[first - 1].key if first else ""


def _counted_word(text: AnnotatedText, number: Quantity) -> int | None:
    """The index of the word that a number counts, if it closely follows."""
    _, after = text.word_range(number.start, number.end)
    for at in range(after, min(after + 3, len(text.words))):
        if text.words[at].is_content and at not in text.figure_words:
            return at
    return None


def _is_denied(words: Sequence[AnnotatedWord], at: int) -> bool:
    return _has_denial(words[max(0, at - DENIAL_REACH) : at])


def _has_denial(words: Sequence[AnnotatedWord]) -> bool:
    return any(word.key in _DENIALS for word in words)

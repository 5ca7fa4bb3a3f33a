"""Whether articles confirm or contradict a claim that somebody made elsewhere.

Stricter than the check of a chat model's sentences: one sentence, with the one it leans on and the
titles above it, must bear or contradict the whole claim. Where neither is proved, the nearest
sentence speaks for itself. Figures: docs/faithfulness.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from bot.verification.alignment import KIN, SAME, Alignment
from bot.verification.annotation import AnnotatedText, AnnotatedWord
from bot.verification.claim import GivenPassage
from bot.verification.evidence import EvidenceLine
from bot.verification.moments import Moment
from bot.verification.proper_names import KnownNames, Name, folded_name_parts, name_borne
from bot.verification.quantities import Quantity
from index.article import Sentence
from index.text.dates import weekday_names

Conclusion = Literal["confirmed", "contradicted", "near"]
"""`near`: the articles speak of it, and neither confirm nor contradict it as a whole."""

# Of the claim's words, how far a sentence bears them: on average, and the least borne one.
CONFIRMED_SHARES = (0.85, 0.3)
CONTRADICTED_SHARES = (0.95, 0.75)  # without the words that differ
NEAR_SHARE = 0.8
COUNTED_COSINE = 0.6  # from which on two numbers count the same thing
DENIAL_REACH = 4  # words from a denial to the word that it denies
MOST_DENIED = 2  # words of a claim; more tell of another clause
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
    passage: GivenPassage
    sentence: Sentence


@dataclass(frozen=True)
class Comparison:
    """A claim beside the sentence of a passage that bears most of it."""

    alignment: Alignment

    @cached_property
    def place(self) -> int:
        """Of the sentence among the lines of the passage."""
        return self.alignment.evidence[0]

    @cached_property
    def line(self) -> EvidenceLine:
        return self.alignment.ground.lines[self.place]

    @cached_property
    def places(self) -> list[int]:
        return self.alignment.with_leads([self.place])

    @cached_property
    def texts(self) -> list[AnnotatedText]:
        """The sentence, the one it leans on, and the titles."""
        ground = self.alignment.ground
        return [*(ground.lines[place].text for place in self.places), *ground.heads]

    @cached_property
    def missing_names(self) -> list[Name]:
        passage = self.alignment.known
        words = folded_name_parts(" . ".join(each.text for each in self.texts))
        known = KnownNames(words, passage.whole, passage.foreign)
        names = self.alignment.claim.names
        return [each for each in names if each.sure and not name_borne(each, known)]

    @cached_property
    def missing_numbers(self) -> list[Quantity]:
        present = [each for text in self.texts for each in text.quantities]
        stated = self.alignment.claim.quantities
        return [each for each in stated if not any(own.bears(each) for own in present)]

    @cached_property
    def missing_dates(self) -> list[Moment]:
        ground = self.alignment.ground
        present = [each for place in self.places for each in ground.moments[place]]
        present += [each for text in ground.heads for each in text.moments]
        stated = self.alignment.claim.moments
        return [each for each in stated if not any(own.bears(each) for own in present)]

    @cached_property
    def missing(self) -> list[Name | Quantity | Moment]:
        return [*self.missing_names, *self.missing_numbers, *self.missing_dates]

    @cached_property
    def missing_weekdays(self) -> bool:
        days = {word.key for word in self.alignment.claim.words} & _WEEKDAYS
        return not days <= {word.key for text in self.texts for word in text.words}

    @cached_property
    def denied(self) -> list[int]:
        """The words of the claim that are denied in one of both, and not in the other."""
        claim = self.alignment.claim
        plain = [at for at in self.alignment.telling if at not in claim.figures | claim.named]
        differing = []
        for at in plain:
            there, cosine = self._nearest(at)
            own = _is_denied(claim.words, at)
            if cosine >= KIN and own != _is_denied(self.line.text.words, there):
                differing.append(at)
        return differing

    @property
    def denies(self) -> bool:
        """True if one of both has a denial, and the other none."""
        claim, line = self.alignment.claim.words, self.line.text.words
        return _has_denial(claim) != _has_denial(line)

    @property
    def denies_the_same(self) -> bool:
        """True if the first word behind each denial of the claim is denied in the sentence, too."""
        claim, line = self.alignment.claim.words, self.line.text.words
        for at, word in enumerate(claim):
            behind = [to for to in self.alignment.telling if at < to <= at + DENIAL_REACH]
            if word.key in _DENIALS and behind:
                there, cosine = self._nearest(behind[0])
                if cosine < KIN or not _is_denied(line, there):
                    return False
        return True

    @property
    def counts_the_same(self) -> bool:
        """True if each number counts in the article what it counts in the claim."""
        ground = self.alignment.ground
        for stated in self.alignment.claim.quantities:
            counted = _counted_word(self.alignment.claim, stated)
            bearing = [
                (ground.lines[place], own)
                for place in self.places
                for own in ground.lines[place].text.quantities
                if own.bears(stated)
            ]
            if (
                counted is not None
                and bearing
                and not any(self._is_counted(counted, line, own) for line, own in bearing)
            ):
                return False
        return True

    @property
    def repeats(self) -> bool:
        """True if the very words of the claim stand in the sentence, in the same order."""
        cosines = self.alignment.cosines[:, self.line.first : self.line.last]
        last = -1
        for at in self.alignment.telling:
            there = np.flatnonzero(cosines[at] >= SAME)
            following = there[there >= last]
            if not following.size:
                return False
            last = int(following[0])
        return True

    def shares(self, *, exact: bool = True) -> tuple[float, float]:
        """How far the sentence bears the words of the claim: mean, least; without those of names,
        numbers and dates unless `exact`."""
        claim = self.alignment.claim
        left_out = frozenset[int]() if exact else claim.figures | claim.named
        rows = [at for at in self.alignment.telling if at not in left_out]
        borne = self.alignment.borne[rows, self.place]
        return (float(borne.mean()), float(borne.min())) if rows else (0.0, 0.0)

    @property
    def nearness(self) -> tuple[int, float]:
        """Sort key: the fewer names, numbers and dates are missing, and then the more is borne."""
        return -len(self.missing), self.shares()[0]

    def rival_number(self, stated: Quantity) -> bool:
        """True if the sentence has another number of the same thing."""
        claim = self.alignment.claim
        rivals = [
            own
            for own in self.line.text.quantities
            if (own.unit, own.ordinal) == (stated.unit, stated.ordinal)
            and not any(own.bears(each) or each.bears(own) for each in claim.quantities)
        ]
        counted = _counted_word(claim, stated)
        if counted is None:
            return bool(stated.unit) and len(rivals) == 1
        return any(self._is_counted(counted, self.line, own, KIN) for own in rivals)

    def rival_date(self, stated: Moment) -> bool:
        """True if the sentence has one date that tells as much, and another."""
        dates = [
            own
            for own in self.alignment.ground.moments[self.place]
            if own.start >= 0
            and all(
                mine or not theirs for mine, theirs in zip(own.grain, stated.grain, strict=True)
            )
        ]
        return len(dates) == 1

    def rival_name(self, stated: Name) -> bool:
        """True if the sentence has another name behind the same word: « au Louvre »."""
        claim, line = self.alignment.claim, self.line.text
        before = _word_before(claim, stated)
        return bool(before) and any(
            _word_before(line, own) == before and not _may_be_one(own, stated)
            for own in line.names
            if own.parts not in [each.parts for each in claim.names]
        )

    def _nearest(self, at: int) -> tuple[int, float]:
        """The word of the sentence that says what a word of the claim says, and its cosine."""
        cosines = self.alignment.cosines[at, self.line.first : self.line.last]
        if not cosines.size:
            return 0, 0.0
        there = int(cosines.argmax())
        return there, float(cosines[there])

    def _is_counted(
        self, counted: int, line: EvidenceLine, own: Quantity, least: float = COUNTED_COSINE
    ) -> bool:
        there = _counted_word(line.text, own)
        if there is None:
            return least < KIN
        return bool(self.alignment.cosines[counted, line.first + there] >= least)


def is_confirmed(comparison: Comparison) -> bool:
    """True if nothing of the claim is missing in the sentence or denied, and its words are borne.

    What the reader makes of both is up to the caller, unless the sentence repeats the claim.
    """
    mean, least = comparison.shares()
    return (
        not comparison.missing
        and not comparison.missing_weekdays
        and not comparison.denies
        and not comparison.denied
        and comparison.denies_the_same
        and comparison.counts_the_same
        and mean >= CONFIRMED_SHARES[0]
        and least >= CONFIRMED_SHARES[1]
    )


def is_contradicted(comparison: Comparison) -> bool:
    """True if the sentence says the same but for one number, date or name, which the passage has
    nowhere, or but for a denial."""
    ground, known = comparison.alignment.ground, comparison.alignment.known
    numbers, dates = comparison.missing_numbers, comparison.missing_dates
    names, missing = comparison.missing_names, comparison.missing
    mean, least = comparison.shares(exact=False)
    if len(missing) > 1 or mean < CONTRADICTED_SHARES[0] or least < CONTRADICTED_SHARES[1]:
        return False
    if not missing:
        return comparison.denies and 0 < len(comparison.denied) <= MOST_DENIED
    if comparison.denied:
        return False
    if numbers:
        elsewhere = any(own.bears(numbers[0]) for own in ground.every_quantity)
        return not elsewhere and comparison.rival_number(numbers[0])
    if dates:
        every_date = [own for line in ground.moments for own in line] + [*ground.head_moments]
        elsewhere = any(own.bears(dates[0]) for own in every_date)
        return not elsewhere and comparison.rival_date(dates[0])
    return not name_borne(names[0], known) and comparison.rival_name(names[0])


def _may_be_one(name: Name, other: Name) -> bool:
    """True if two names share a part, or one may be short for the other: « UE »."""
    initials = {"".join(part[0] for part in each.parts) for each in (name, other)}
    return not {*name.parts}.isdisjoint(other.parts) or bool(initials & {*name.parts, *other.parts})


def _word_before(text: AnnotatedText, name: Name) -> str:
    first, _ = text.at(name.start, name.end)
    return text.words[first - 1].key if first else ""


def _counted_word(text: AnnotatedText, number: Quantity) -> int | None:
    """The place of the word that a number counts, if it stands right behind it."""
    _, behind = text.at(number.start, number.end)
    places: Iterator[int] = (
        at
        for at in range(behind, min(behind + 3, len(text.words)))
        if text.words[at].telling and at not in text.figures
    )
    return next(places, None)


def _is_denied(words: Sequence[AnnotatedWord], at: int) -> bool:
    return _has_denial(words[max(0, at - DENIAL_REACH) : at])


def _has_denial(words: Sequence[AnnotatedWord]) -> bool:
    return any(word.key in _DENIALS for word in words)

"""Which word of the passages cited says what a word of the claim says, and which sentences bear it.

After SimAlign (Jalili Sabet et al., 2020): words are matched by the cosine of their states in
context, halfway up a multilingual network. Equal stems, figures and names count as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.verification import proper_names
from bot.verification.annotation import AnnotatedText
from bot.verification.evidence import Evidence
from bot.verification.moments import Moment
from bot.verification.place_names import forms
from bot.verification.quantities import Quantity
from index.models.base import Vectors

_ENOUGH = 0.04  # a further sentence must bear this much more of the claim to be evidence
MOST_LINES = 3
FIRST_HAND = 0.1  # what a sentence's own words count for over those that it leans on
WEAK = 0.30  # a cosine at which two words have nothing in common
STRONG = 0.70  # and at which they say the same
ROOT = 5  # letters that words of one family have in common
KIN = 0.75  # cosine of such words at the least
SAME = 0.99  # and at which they are one

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Alignment:
    """A claim laid over its ground."""

    claim: AnnotatedText
    ground: Evidence

    @cached_property
    def cosines(self) -> Vectors:
        """Of shape (words of the claim, words of the ground); 1 where a word is there itself."""
        products: Vectors = self.claim.vectors @ self.ground.vectors.T
        stems: dict[str, list[int]] = {}
        keys: dict[str, list[int]] = {}
        kin: dict[str, list[int]] = {}
        for place, word in enumerate(self.ground.words):
            if word.stem:
                stems.setdefault(word.stem, []).append(place)
                kin.setdefault(word.key[:ROOT], []).append(place)
            keys.setdefault(word.key, []).append(place)
        for at, word in enumerate(self.claim.words):
            if word.telling:
                same = stems.get(word.stem, []) + [
                    place for form in forms(word.key) for place in keys.get(form, [])
                ]
                if len(word.key) > ROOT:
                    near = kin.get(word.key[:ROOT], [])
                    products[at, near] = np.maximum(products[at, near], KIN)
                products[at, same] = 1.0
        for at, line in self._figures():
            products[at, line] = 1.0
        return products

    def _figures(self) -> list[tuple[int, int]]:
        """Pairs of words of equal numbers and dates."""
        figures: tuple[Moment | Quantity, ...] = (*self.claim.moments, *self.claim.quantities)
        pairs: list[tuple[int, int]] = []
        for place, line in enumerate(self.ground.lines):
            known: tuple[Moment | Quantity, ...] = (
                *self.ground.moments[place],
                *self.ground.quantities[place],
            )
            for mine in figures:
                theirs = [each for each in known if _bears(each, mine)]
                pairs += [
                    (at, line.first + there)
                    for each in theirs
                    for at in range(*self.claim.at(mine.start, mine.end))
                    for there in range(*line.text.at(each.start, each.end))
                ]
        return pairs

    @cached_property
    def telling(self) -> list[int]:
        """The words of the claim that must be borne, figures and names among them."""
        return [at for at, word in enumerate(self.claim.words) if word.telling]

    @cached_property
    def borne(self) -> Vectors:
        """How far each word of the claim (rows) is borne by each line with its lead and the heads
        (columns), from 0 to 1; a title bears only the very words it has."""
        ground = self.ground
        titles: npt.NDArray[np.bool_] = self.cosines[:, ground.length :] >= SAME
        head = np.any(titles, axis=1, keepdims=True)
        own = self.own
        led = own.copy()
        for place, line in enumerate(ground.lines):
            if line.lead is not None:
                led[:, place] = np.maximum(led[:, place], own[:, line.lead])
        borne: Vectors = np.maximum(led, head.astype(np.float32))
        return borne

    @cached_property
    def shares(self) -> Vectors:
        """How far each word of the ground (columns) says what one of the claim says, 0 to 1."""
        shares: Vectors = np.clip((self.cosines - WEAK) / (STRONG - WEAK), 0.0, 1.0)
        return shares

    @cached_property
    def own(self) -> Vectors:
        """How far each word of the claim is borne by the words of each line alone."""
        own: Vectors = np.zeros((len(self.claim.words), len(self.ground.lines)), np.float32)
        for place, line in enumerate(self.ground.lines):
            own[:, place] = self.shares[:, line.first : line.last].max(axis=1, initial=0.0)
        return own

    @cached_property
    def headed(self) -> frozenset[int]:
        """The words of the claim that stand in the titles themselves."""
        head = (self.cosines[:, self.ground.length :] >= SAME).any(axis=1)
        return frozenset(int(at) for at in np.flatnonzero(head))

    @cached_property
    def evidence(self) -> tuple[int, ...]:
        """The lines that bear the claim together, the best first."""
        rows = self.borne[self.telling] if self.telling else self.borne
        if not rows.size:
            return ()
        own = self.own[self.telling] if self.telling else self.own
        chosen = [int((rows.sum(axis=0) + FIRST_HAND * own.sum(axis=0)).argmax())]
        while len(chosen) < min(MOST_LINES, rows.shape[1]):
            had: Vectors = rows[:, chosen].max(axis=1)
            joined: Vectors = np.maximum(rows, had[:, None]).mean(axis=0)
            best = int(joined.argmax())
            if joined[best] - had.mean() < _ENOUGH:
                break
            chosen.append(best)
        return tuple(chosen)

    def with_leads(self, lines: Sequence[int]) -> list[int]:
        """Lines and those they lean on, in reading order."""
        leads = [self.ground.lines[place].lead for place in lines]
        return sorted({*lines, *(lead for lead in leads if lead is not None)})

    @cached_property
    def known(self) -> proper_names.KnownNames:
        return self.ground.known(self.claim.language)


def _bears(known: Moment | Quantity, stated: Moment | Quantity) -> bool:
    if isinstance(known, Moment):
        return isinstance(stated, Moment) and known.bears(stated)
    return isinstance(stated, Quantity) and known.bears(stated)

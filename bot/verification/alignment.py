"""Align the words of a claim with those of its source, and choose the sentences that support it.

After SimAlign (Jalili Sabet et al., 2020): words are matched by the cosine of their contextual
states halfway up a multilingual network. Equal stems, figures and names get a cosine of 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.verification.annotation import AnnotatedText
from bot.verification.evidence import Evidence
from bot.verification.place_names import translations_of
from bot.verification.proper_names import SourceNames
from index.models.base import Vectors

_MIN_GAIN = 0.04  # mean coverage that a further line must add to become evidence
_MAX_LINES = 3
_OWN_WORDS_BONUS = 0.1  # weight of a line's own words, to rank it above one that borrows its lead's
_UNRELATED_COSINE, _SYNONYM_COSINE = 0.30, 0.70  # scaled to a similarity of 0 and 1
_ROOT_LETTERS = 5  # shared by words of one family
KIN_COSINE = 0.75  # minimum for such words
SAME_COSINE = 0.99  # of identical words


@dataclass(frozen=True)
class Alignment:
    """A claim aligned with its source."""

    claim: AnnotatedText
    source: Evidence

    @cached_property
    def cosines(self) -> Vectors:
        """Shape (claim words, source words)."""
        cosines: Vectors = self.claim.vectors @ self.source.vectors.T
        stems, keys, roots = (defaultdict[str, list[int]](list) for _ in range(3))
        for place, word in enumerate(self.source.words):
            if word.is_content:
                stems[word.stem].append(place)
                roots[word.key[:_ROOT_LETTERS]].append(place)
            keys[word.key].append(place)
        for at, word in enumerate(self.claim.words):
            if word.is_content:
                if len(word.key) > _ROOT_LETTERS:
                    kin = roots[word.key[:_ROOT_LETTERS]]
                    cosines[at, kin] = np.maximum(cosines[at, kin], KIN_COSINE)
                cosines[at, stems[word.stem]] = 1.0
                for form in translations_of(word.key):
                    cosines[at, keys[form]] = 1.0
        self._match_figures(cosines)
        return cosines

    def _match_figures(self, cosines: Vectors) -> None:
        """Set the cosines of equal numbers and dates to 1."""
        for dates, line in zip(self.source.moments, self.source.lines, strict=True):
            spans = [
                ((mention.start, mention.end), (own.start, own.end))
                for mention in self.claim.moments
                for own in dates
                if own.supports(mention)
            ]
            spans += [
                ((mention.start, mention.end), (own.start, own.end))
                for mention in self.claim.quantities
                for own in line.text.quantities
                if own.supports(mention)
            ]
            for in_claim, in_line in spans:
                first, last = line.text.word_range(*in_line)
                columns = slice(line.first + first, line.first + last)
                cosines[slice(*self.claim.word_range(*in_claim)), columns] = 1.0

    @cached_property
    def content_words(self) -> list[int]:
        """The claim's words that need support, figures and names included."""
        return [at for at, word in enumerate(self.claim.words) if word.is_content]

    @cached_property
    def own_coverage(self) -> Vectors:
        """How well each line's own words (columns) cover each word of the claim (rows), 0 to 1."""
        scale = _SYNONYM_COSINE - _UNRELATED_COSINE
        similarities: Vectors = np.clip((self.cosines - _UNRELATED_COSINE) / scale, 0.0, 1.0)
        coverage: Vectors = np.zeros((len(self.claim.words), len(self.source.lines)), np.float32)
        for place, line in enumerate(self.source.lines):
            coverage[:, place] = similarities[:, line.first : line.last].max(axis=1, initial=0.0)
        return coverage

    @cached_property
    def coverage(self) -> Vectors:
        """Like `own_coverage`, with the lines' leads and the titles.

        Titles only cover identical words.
        """
        own = self.own_coverage
        coverage = own.copy()
        for place, line in enumerate(self.source.lines):
            if line.lead is not None:
                coverage[:, place] = np.maximum(own[:, place], own[:, line.lead])
        coverage[list(self.title_words)] = 1.0
        return coverage

    @cached_property
    def title_words(self) -> frozenset[int]:
        """The claim's words that occur in the titles."""
        present = (self.cosines[:, self.source.line_words :] >= SAME_COSINE).any(axis=1)
        return frozenset(np.flatnonzero(present).tolist())

    @cached_property
    def evidence(self) -> tuple[int, ...]:
        """The lines that together support the claim, best first."""
        words = self.content_words or list(range(len(self.claim.words)))
        if not words or not self.source.lines:
            return ()
        rows, own = self.coverage[words], self.own_coverage[words]
        lines = [int((rows.sum(axis=0) + _OWN_WORDS_BONUS * own.sum(axis=0)).argmax())]
        while len(lines) < min(_MAX_LINES, rows.shape[1]):
            before: Vectors = rows[:, lines].max(axis=1)
            after: Vectors = np.maximum(rows, before[:, None]).mean(axis=0)
            best = int(after.argmax())
            if after[best] - before.mean() < _MIN_GAIN:
                break
            lines.append(best)
        return tuple(lines)

    def with_leads(self, lines: Sequence[int]) -> list[int]:
        """These lines and their leads, in reading order."""
        leads = [self.source.lines[place].lead for place in lines]
        return sorted({*lines, *(lead for lead in leads if lead is not None)})

    @cached_property
    def source_names(self) -> SourceNames:
        return self.source.names_for(self.claim.language)

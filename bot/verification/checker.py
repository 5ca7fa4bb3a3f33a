"""The verdict on a sentence that a chat model wrote: kept, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bot.verification import presence
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache, Annotator
from bot.verification.claim import Claim, ClaimFault, ClaimVerdict, GivenPassage
from bot.verification.evidence import Evidence, evidence_of
from bot.verification.fact_check import (
    NEAR_SHARE,
    Comparison,
    FactCheck,
    is_confirmed,
    is_contradicted,
)
from bot.verification.support import ClaimReader, is_supported
from index.article import Sentence
from index.models.base import Vectors
from index.text.language import detect

GAIN = 0.1  # share of a claim that a further citation must add to be shown with it
LIKE_THE_BEST = 0.75  # or bear, beside what is borne already
REST = 0.2  # share that a second sentence of a passage must add
TAKEN_UP = 0.05  # what it counts for that a sentence says nothing but the claim
LEANT = 0.5  # what a word counts for that only the sentence before has
FIGURE = 2.0  # and one that is part of a number or a date
RELATED = 0.62  # mean share of its words below which no line says something of the kind

# In this order; the first that holds is the fault.
_EXACT: tuple[tuple[ClaimFault, Callable[[Alignment], bool]], ...] = (
    ("quote", presence.unknown_quote),
    ("number", presence.unknown_number),
    ("date", presence.unknown_date),
    ("name", presence.unknown_name),
)


class FactChecker:
    """Holds what a chat model writes against the passages that it was given. Thread-safe."""

    def __init__(self, words: Annotator, reader: ClaimReader, *, threads: int = 1) -> None:
        self._readings = AnnotationCache(words)
        self._reader = reader
        self._threads = threads

    def prepare(self, passages: Sequence[GivenPassage]) -> None:
        """Read the passages ahead, while the model is still thinking."""
        texts = [
            (text, each.article.language)
            for each in passages
            for text in (
                *(sentence.text for sentence in each.sentences),
                each.article.title,
                each.passage.heading,
            )
            if text
        ]
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(lambda text: self._readings.read(*text), texts))

    def check_fact(self, text: str, passages: Sequence[GivenPassage]) -> FactCheck | None:
        """What passages, each by itself, conclude on a claim; None if they say nothing of it."""
        annotated = self._readings.read(text, detect(text))
        compared: list[tuple[Comparison, GivenPassage]] = []
        for each in passages:
            alignment = Alignment(annotated, evidence_of([each], self._readings))
            if not alignment.evidence or not alignment.telling:
                continue
            comparison = Comparison(alignment)
            compared.append((comparison, each))
            if self._confirms(comparison):
                return FactCheck("confirmed", each, comparison.line.sentence)
        for comparison, each in compared:
            if is_contradicted(comparison):
                return FactCheck("contradicted", each, comparison.line.sentence)
        near = [
            (comparison, each)
            for comparison, each in compared
            if comparison.shares()[0] >= NEAR_SHARE and _is_related(comparison.alignment)
        ]
        if not near:
            return None
        comparison, each = max(near, key=lambda pair: pair[0].nearness)
        return FactCheck("near", each, comparison.line.sentence)

    def _confirms(self, comparison: Comparison) -> bool:
        alignment = comparison.alignment
        if find_exact_fault(alignment) is not None or not is_confirmed(comparison):
            return False
        return comparison.repeats or is_supported(alignment, self._reader)

    def check(self, claim: Claim, passages: Sequence[GivenPassage], question: str) -> ClaimVerdict:
        """Whether the passages that a claim cites bear it out.

        `question` tells its language where the claim is too short to tell.
        """
        cited = [each for each in passages if each.number in claim.citations]
        if not cited or not claim.text.strip():
            return ClaimVerdict(False, "uncited")
        language = detect(claim.text, fallback=detect(question))
        if own := _verbatim(claim, cited):
            return ClaimVerdict(True, None, (own,))
        annotated = self._readings.read(claim.text, language)
        alignment = Alignment(annotated, evidence_of(cited, self._readings))
        if not alignment.evidence or presence.repeats_order(alignment):
            return ClaimVerdict(False, "meaning")
        evidence = _evidence(alignment, alignment.ground, claim.citations)
        fault = find_exact_fault(alignment)
        # Sentences on something else are not what the weights were fitted on.
        related = _is_related(alignment)
        if fault is None and not (related and is_supported(alignment, self._reader)):
            fault = "meaning"
        if fault is None:
            return ClaimVerdict(True, None, evidence)
        # A question states nothing, and may be part of a prompt that somebody put into an article.
        states = not evidence[0][1].text.rstrip().endswith("?")
        return ClaimVerdict(False, fault, evidence[:1] if related and states else ())


def find_exact_fault(alignment: Alignment) -> ClaimFault | None:
    """What of the claim is surely nowhere in its passages, if anything."""
    return next((fault for fault, holds in _EXACT if holds(alignment)), None)


def _is_related(alignment: Alignment) -> bool:
    """True if the lines, without the titles above them, say something of the kind."""
    rows = [at for at in alignment.telling if at not in alignment.claim.named] or alignment.telling
    own = alignment.own[rows][:, alignment.with_leads(alignment.evidence)]
    return bool(rows) and float(own.max(axis=1).mean()) >= RELATED


def _verbatim(claim: Claim, cited: Sequence[GivenPassage]) -> tuple[int, Sentence] | None:
    """The sentence that a claim repeats word for word, if it does."""
    plain = _plain(claim.text)
    for each in cited:
        for sentence in each.sentences:
            if _plain(sentence.text) == plain:
                return each.number, sentence
    return None


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).rstrip(".… ")


def _evidence(
    alignment: Alignment, base: Evidence, citations: Sequence[int]
) -> tuple[tuple[int, Sentence], ...]:
    """For each passage cited, its sentence that bears most of the claim, if that adds anything, and
    a second one that bears much of the rest."""
    shares = _shares(alignment)
    coverage = shares.sum(axis=0) + TAKEN_UP * _taken_up(alignment)
    best_of: dict[int, int] = {}
    for place, line in enumerate(base.lines):
        if line.number not in best_of or coverage[place] > coverage[best_of[line.number]]:
            best_of[line.number] = place
    chosen: list[int] = []
    had = np.zeros(len(shares), np.float32)
    for first in sorted(best_of.values(), key=lambda place: -float(coverage[place])):
        column = shares[:, first]
        gain = float(np.maximum(column - had, 0.0).sum())
        if chosen and float(column.sum()) < LIKE_THE_BEST * float(had.sum()) and gain < GAIN:
            continue
        had = np.maximum(had, column)
        chosen.append(first)
        rest = np.maximum(shares - had[:, None], 0.0).sum(axis=0)
        mine = [
            place
            for place, line in enumerate(base.lines)
            if line.number == base.lines[first].number
        ]
        second = max(mine, key=lambda place: float(rest[place]))
        if float(rest[second]) >= REST:
            had = np.maximum(had, shares[:, second])
            chosen.append(second)
    order = {number: at for at, number in enumerate(citations)}
    chosen.sort(key=lambda place: (order.get(base.lines[place].number, 0), place))
    return tuple((base.lines[place].number, base.lines[place].sentence) for place in chosen)


def _taken_up(alignment: Alignment) -> Vectors:
    """How much of each line's words the claim takes up."""
    most = alignment.cosines.max(axis=0)
    lines = alignment.ground.lines
    means = [most[line.first : line.last].mean() if line.last > line.first else 0 for line in lines]
    return np.array(means, np.float32)


def _shares(alignment: Alignment) -> Vectors:
    """What each line bears of each word of the claim, so that a claim borne whole sums up to one.

    Words of the title, which any line may do without, count only where there are no others.
    """
    rows = [at for at in alignment.telling if at not in alignment.headed]
    rows = rows or alignment.telling or list(range(len(alignment.claim.words)))
    own = alignment.own[rows]
    shares: Vectors = own + LEANT * np.maximum(alignment.borne[rows] - own, 0.0)
    figures = alignment.claim.figures
    weights = np.array([FIGURE if at in figures else 1.0 for at in rows], np.float32)
    weighted: Vectors = shares * (weights / weights.sum())[:, None]
    return weighted


def open_checker(cache_dir: Path, *, threads: int = 1) -> FactChecker:
    """A checker on the bundled models, whatever model the index is made with.

    Raises `ModelError`.
    """
    from index.models.bundled.reader import load_bundled_reader
    from index.models.bundled.words import load_word_reader

    reader = load_bundled_reader(cache_dir, threads=1)
    return FactChecker(load_word_reader(cache_dir), reader, threads=threads)

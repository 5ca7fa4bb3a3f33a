"""Check a chat model's sentences against passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bot.verification import presence
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache, Annotator
from bot.verification.claim import Claim, ClaimFault, ClaimVerdict, NumberedPassage
from bot.verification.evidence import annotate_evidence
from bot.verification.support import ClaimReader, is_supported
from index.article import Sentence
from index.models.base import Vectors
from index.text.language import detect

# Shares of a claim's words.
MIN_GAIN = 0.1  # that a further citation must add to be shown
MIN_RELATIVE_COVERAGE = 0.75  # or cover, compared with the citations before it
MIN_SECOND_GAIN = 0.2  # that a second sentence of a passage must add
MIN_RELATED_SHARE = 0.62  # mean below which the evidence is about something else
# Weights.
CLAIM_ONLY_BONUS = 0.05  # for a line that says nothing but the claim
LEAD_WEIGHT = 0.5  # of a word that only the line's lead has
FIGURE_WEIGHT = 2.0  # of a word in a number or date

# The first that holds is the fault.
_EXACT_CHECKS: tuple[tuple[ClaimFault, Callable[[Alignment], bool]], ...] = (
    ("quote", presence.has_unknown_quote),
    ("number", presence.has_unknown_number),
    ("date", presence.has_unknown_date),
    ("name", presence.has_unknown_name),
)


class FactChecker:
    """Checks claims against passages. Thread-safe."""

    def __init__(self, words: Annotator, reader: ClaimReader, *, threads: int = 1) -> None:
        self._annotations = AnnotationCache(words)
        self._reader = reader
        self._threads = threads

    def prepare(self, passages: Sequence[NumberedPassage]) -> None:
        """Annotate passages ahead of time, while the chat model is still busy."""
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
            list(pool.map(lambda text: self._annotations.read(*text), texts))

    def check(
        self, claim: Claim, passages: Sequence[NumberedPassage], question: str
    ) -> ClaimVerdict:
        """Check a claim against the passages it cites.

        The language of `question` is assumed if the claim is too short to tell.
        """
        cited_passages = [each for each in passages if each.number in claim.citations]
        if not cited_passages or not claim.text.strip():
            return ClaimVerdict(False, "uncited")
        for each in cited_passages:
            for sentence in each.sentences:
                if _normalize(sentence.text) == _normalize(claim.text):
                    return ClaimVerdict(True, None, ((each.number, sentence),))
        claim_text = self._annotations.read(
            claim.text, detect(claim.text, fallback=detect(question))
        )
        alignment = Alignment(claim_text, annotate_evidence(cited_passages, self._annotations))
        if not alignment.evidence or presence.repeats_order(alignment):
            return ClaimVerdict(False, "meaning")
        evidence = _evidence(alignment, claim.citations)
        fault = find_exact_fault(alignment)
        # The weights were not fitted on unrelated sentences.
        is_related = _is_related(alignment)
        if fault is None and not (is_related and is_supported(alignment, self._reader)):
            fault = "meaning"
        if fault is None:
            return ClaimVerdict(True, None, evidence)
        # A question states nothing, and may belong to a prompt injected into an article.
        is_statement = not evidence[0][1].text.rstrip().endswith("?")
        return ClaimVerdict(False, fault, evidence[:1] if is_related and is_statement else ())


def find_exact_fault(alignment: Alignment) -> ClaimFault | None:
    """The kind of detail in a claim that its source does not have, if any."""
    return next((fault for fault, has_fault in _EXACT_CHECKS if has_fault(alignment)), None)


def _is_related(alignment: Alignment) -> bool:
    """True if the evidence, titles aside, is about the same thing."""
    words = [at for at in alignment.content_words if at not in alignment.claim.name_words]
    rows = words or alignment.content_words
    own = alignment.own_coverage[rows][:, alignment.with_leads(alignment.evidence)]
    return bool(rows) and float(own.max(axis=1).mean()) >= MIN_RELATED_SHARE


def _normalize(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).rstrip(".… ")


def _evidence(alignment: Alignment, citations: Sequence[int]) -> tuple[tuple[int, Sentence], ...]:
    """The evidence of a verdict: see `ClaimVerdict`."""
    lines = alignment.source.lines
    shares = _weighted_shares(alignment)
    coverage = shares.sum(axis=0) + CLAIM_ONLY_BONUS * _line_coverage(alignment)
    by_number: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        by_number.setdefault(line.number, []).append(place)
    best = {
        max(places, key=lambda at: float(coverage[at])): places for places in by_number.values()
    }
    evidence: list[int] = []
    coverage_by_word = np.zeros(len(shares), np.float32)
    for first in sorted(best, key=lambda place: -coverage[place]):
        column = shares[:, first]
        gain = float(np.maximum(column - coverage_by_word, 0.0).sum())
        relative = MIN_RELATIVE_COVERAGE * float(coverage_by_word.sum())
        if evidence and float(column.sum()) < relative and gain < MIN_GAIN:
            continue
        coverage_by_word = np.maximum(coverage_by_word, column)
        evidence.append(first)
        gains = np.maximum(shares - coverage_by_word[:, None], 0.0).sum(axis=0)
        second = max(best[first], key=gains.__getitem__)
        if float(gains[second]) >= MIN_SECOND_GAIN:
            coverage_by_word = np.maximum(coverage_by_word, shares[:, second])
            evidence.append(second)
    order = {number: at for at, number in enumerate(citations)}
    evidence.sort(key=lambda place: (order.get(lines[place].number, 0), place))
    return tuple((lines[place].number, lines[place].sentence) for place in evidence)


def _line_coverage(alignment: Alignment) -> Vectors:
    """The mean similarity of each line's words to the claim's."""
    closest = alignment.cosines.max(axis=0)
    words = (closest[line.first : line.last] for line in alignment.source.lines)
    return np.array([each.mean() if each.size else 0 for each in words], np.float32)


def _weighted_shares(alignment: Alignment) -> Vectors:
    """How well each line covers each word of the claim; a claim covered entirely sums up to 1.

    Words in the title count only if there are no others.
    """
    rows = [at for at in alignment.content_words if at not in alignment.title_words]
    rows = rows or alignment.content_words or list(range(len(alignment.claim.words)))
    own = alignment.own_coverage[rows]
    shares: Vectors = own + LEAD_WEIGHT * np.maximum(alignment.coverage[rows] - own, 0.0)
    figures = alignment.claim.figure_words
    weights = np.array([FIGURE_WEIGHT if at in figures else 1.0 for at in rows], np.float32)
    shares_by_weight: Vectors = shares * (weights / weights.sum())[:, None]
    return shares_by_weight


def open_checker(cache_dir: Path, *, threads: int = 1) -> FactChecker:
    """A checker on the bundled models, whatever model the index uses. Raises ModelError."""
    from index.models.bundled.reader import load_bundled_reader
    from index.models.bundled.words import load_word_reader

    reader = load_bundled_reader(cache_dir, threads=1)
    return FactChecker(load_word_reader(cache_dir), reader, threads=threads)

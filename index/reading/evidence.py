"""The best passages of a search read for the answer: which answers, and how surely.

The reader sees a window around the best sentences of each passage, not the whole: what a question
costs grows with the tokens read.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace

from index.article import Sentence
from index.findings import Findings, Hit, HitReading, SearchEvidence
from index.models.base import PassageReader, PassageReading, PassageText
from index.reading.confidence import ReadingConfidence
from index.reading.constraints import UnmetConstraints, find_unmet

READ_HITS = 6
"""How many of the best hits are read."""

WINDOW_CHARACTERS = 420
"""How much of a passage is read, whole sentences around the best one; more where that is longer."""

READING_WEIGHT = 0.025
"""What one logit of the reader weighs in the ranking, beside the total of the search."""


@dataclass(frozen=True, slots=True)
class ReadingEvidence:
    """What is read off the passage ranked first before the confidence is told.

    `logit` and `span_logit` are the reader's, `best_logit` the best of any passage read.
    """

    logit: float
    span_logit: float
    best_logit: float
    unmet: UnmetConstraints
    search: SearchEvidence

    def values(self) -> dict[str, float]:
        """Every reading by its name."""
        own = {
            "logit": self.logit,
            "span_logit": self.span_logit,
            "best_logit": self.best_logit,
        }
        for part in (self.unmet, self.search):
            own |= dict(zip((each.name for each in fields(part)), astuple(part), strict=True))
        return own


class EvidenceReader:
    """Reads what a search has found. Processor work; safe to call from several threads.

    `judge` is calibrated for one reader; without it the confidence stays that of the search.
    """

    def __init__(self, reader: PassageReader, judge: ReadingConfidence | None) -> None:
        self._reader, self._judge = reader, judge

    def read(self, findings: Findings) -> Findings:
        """The same, its best hits read and ranked anew, with the confidence that follows."""
        if not findings.hits:
            return findings
        read = replace(findings, hits=self.rank(findings))
        if self._judge is None:
            return read
        return replace(read, confidence=self._judge.confidence(read_evidence(read).values()))

    def rank(self, findings: Findings) -> tuple[Hit, ...]:
        """The hits with what the reader makes of the best of them, which stay before the others."""
        best, others = findings.hits[:READ_HITS], findings.hits[READ_HITS:]
        windows = [choose_window(hit) for hit in best]
        texts = [
            PassageText(hit.article.title, hit.article.published, hit.article.text[slice(*window)])
            for hit, window in zip(best, windows, strict=True)
        ]
        readings = self._reader.read(findings.question, texts)
        read = [
            replace(hit, reading=_placed(reading, window[0]))
            for hit, window, reading in zip(best, windows, readings, strict=True)
        ]
        return (*sorted(read, key=_rank, reverse=True), *others)


def read_evidence(findings: Findings) -> ReadingEvidence:
    """What the confidence is told from, of findings that have been read."""
    first = findings.hits[0]
    readings = [hit.reading for hit in findings.hits if hit.reading is not None]
    if first.reading is None:
        raise ValueError("the first hit was not read")
    return ReadingEvidence(
        first.reading.logit,
        first.reading.span_logit,
        max(reading.logit for reading in readings),
        find_unmet(findings.question, first),
        findings.evidence,
    )


def choose_window(hit: Hit) -> tuple[int, int]:
    """What is read of a passage, as offsets in its article: whole sentences around the best."""
    sentences = [each.sentence for each in hit.sentences]
    if not sentences:
        return hit.passage.start, hit.passage.end
    best = max(range(len(sentences)), key=lambda at: hit.sentences[at].score)
    first = last = best
    while (wider := _widened(sentences, first, last)) is not None:
        first, last = wider
    return sentences[first].start, sentences[last].end


def _widened(sentences: list[Sentence], first: int, last: int) -> tuple[int, int] | None:
    """With the sentence before or the one behind, the shorter first, as long as there is room."""
    wider = [
        (left, right)
        for left, right in ((first - 1, last), (first, last + 1))
        if left >= 0
        and right < len(sentences)
        and sentences[right].end - sentences[left].start <= WINDOW_CHARACTERS
    ]
    return min(
        wider, key=lambda ends: sentences[ends[1]].end - sentences[ends[0]].start, default=None
    )


def reading_gain(hit: Hit) -> float:
    """What its reading adds to the total of a hit; nothing where it was not read."""
    return READING_WEIGHT * hit.reading.logit if hit.reading else 0.0


def _rank(hit: Hit) -> float:
    return hit.scores.total + reading_gain(hit)


def _placed(reading: PassageReading, start: int) -> HitReading:
    span = reading.span and (reading.span[0] + start, reading.span[1] + start)
    return HitReading(reading.logit, span, reading.span_logit)

"""The best passages of a search read for the answer: which answers, and how surely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace

from index.findings import Findings, FoundSpan, Hit, PassageReading, SearchEvidence
from index.models.base import PassageReader, PassageText
from index.reading.confidence import ReadingConfidence
from index.reading.constraints import UnmetConstraints, find_unmet
from index.reading.sentences import best_sentence, rank_sentences

READ_HITS = 4
"""How many of the best hits are read at most: what a question costs grows with them."""

READ_AT_ONCE = 2
"""Passages are read in pairs, as long as an unread one may still come first."""

SUREST_LOGIT = 13.0
"""A span logit that the bundled reader hardly ever gives. A passage that could not come first even
with it is not read."""


_LEAST_SUBJECT, _MOST_SUBJECT = 0.0005, 0.9
"""Between these the confidence of the search counts: it tells whether the articles speak of this at
all, not whether they answer."""


@dataclass(frozen=True, slots=True)
class ReadingEvidence:
    """What is read off the passage ranked first before the confidence is told.

    `logit` and `span_logit` (that of its best words) are the reader's, `best_logit` the best of any
    passage read; `subject` is the log-odds that the search alone gives, within bounds.
    """

    logit: float
    span_logit: float
    best_logit: float
    subject: float
    unmet: UnmetConstraints
    search: SearchEvidence

    def values(self) -> dict[str, float]:
        """Every reading by its name."""
        own = {
            "logit": self.logit,
            "span_logit": self.span_logit,
            "best_logit": self.best_logit,
            "subject": self.subject,
        }
        for part in (self.unmet, self.search):
            own |= dict(zip((each.name for each in fields(part)), astuple(part), strict=True))
        return own


class EvidenceReader:
    """Reads what a search has found. Processor work; safe to call from several threads.

    `judge` is calibrated for one reader; without it the confidence stays that of the search.
    `surest` is the highest logit that words are to be expected to get: without it, all the best are
    read.
    """

    def __init__(
        self, reader: PassageReader, judge: ReadingConfidence | None, surest: float = math.inf
    ) -> None:
        self._reader, self._judge, self._surest = reader, judge, surest

    def read(self, findings: Findings) -> Findings:
        """The same, its best hits read and ranked anew, with the confidence that follows."""
        if not findings.hits:
            return findings
        read = replace(findings, hits=self.rank(findings))
        if self._judge is None:
            return read
        return replace(read, confidence=self._judge.confidence(read_evidence(read).values()))

    def rank(self, findings: Findings) -> tuple[Hit, ...]:
        """The hits with what the reader makes of the best of them, which stay before the others,
        that with the best sentence first."""
        best = list(findings.hits[:READ_HITS])
        for at in range(0, len(best), READ_AT_ONCE):
            if at and self._is_settled(best[:at], best[at]):
                break
            several = slice(at, at + READ_AT_ONCE)
            best[several] = self._read(findings.question, best[several])
        best_hits = rank_sentences([*best, *findings.hits[READ_HITS:]])
        first, rest = best_hits[:READ_HITS], best_hits[READ_HITS:]
        return (*sorted(first, key=_best_rank, reverse=True), *rest)

    def _is_settled(self, read: Sequence[Hit], unread: Hit) -> bool:
        """Whether one that was read comes first, whatever those behind may say."""
        if math.isinf(self._surest):
            return False
        best = best_sentence(rank_sentences([unread])[0])
        span = FoundSpan(best.start, best.end, self._surest)
        hypothetical = replace(unread, reading=PassageReading(self._surest, (span,)), ranks=())
        *ranks, rank = map(_best_rank, rank_sentences([*read, hypothetical]))
        return max(ranks) >= rank

    def _read(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        readings = self._reader.read(question, [_text(hit) for hit in hits])
        return [
            replace(hit, reading=_placed(reading, hit.passage.start), ranks=())
            for hit, reading in zip(hits, readings, strict=True)
        ]


def read_evidence(findings: Findings) -> ReadingEvidence:
    """What the confidence is told from, of findings that have been read; theirs is the search's."""
    first = findings.hits[0]
    readings = [hit.reading for hit in findings.hits if hit.reading is not None]
    if first.reading is None:
        raise ValueError("the first hit was not read")
    return ReadingEvidence(
        first.reading.logit,
        first.reading.span.logit if first.reading.span else 0.0,
        max(reading.logit for reading in readings),
        _log_odds(min(max(findings.confidence, _LEAST_SUBJECT), _MOST_SUBJECT)),
        find_unmet(findings.question, first),
        findings.evidence,
    )


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _best_rank(hit: Hit) -> float:
    """How well its best sentence answers."""
    return max(hit.ranks, default=-math.inf)


def _text(hit: Hit) -> PassageText:
    article, passage = hit.article, hit.passage
    sentences = (
        (each.start - passage.start, each.end - passage.start) for each in passage.sentences
    )
    return PassageText(article.title, article.published, passage.text, tuple(sentences))


def _placed(reading: PassageReading, start: int) -> PassageReading:
    """The reading of a text that begins at this place of its article."""
    spans = (FoundSpan(each.start + start, each.end + start, each.logit) for each in reading.spans)
    return replace(reading, spans=tuple(spans))

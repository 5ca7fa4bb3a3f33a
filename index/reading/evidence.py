"""The best passages of a search read for the answer: which answers, and how surely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from index.article import Sentence
from index.findings import AnswerSpan, Findings, Hit, PassageReading
from index.models.base import PassageReader, PassageText
from index.reading.confidence import ReadingConfidence, ReadingEvidence
from index.reading.sentences import best_sentence, rank_sentences
from index.reading.years import is_of_other_years

QUOTED_HITS = 5  # how many of the best hits have sentences that may be shown
READ_HITS = 4  # how many of the best hits are read at most: what a question costs grows with them
SUREST_LOGIT = 11.0
"""A span logit that the bundled reader hardly ever gives. A passage that could not come first even
with it is not read."""

_LEAST_SUBJECT, _MOST_SUBJECT = 0.0005, 0.9
"""Between these the confidence of the search counts: it tells whether the articles speak of this at
all, not whether they answer."""

_WIDEST_MARGIN = 0.3  # of rank; nothing is surer than that


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
        foreign = bool(read.evidence.foreign)
        return replace(
            read, confidence=self._judge.confidence(read_evidence(read), foreign=foreign)
        )

    def rank(self, findings: Findings) -> tuple[Hit, ...]:
        """The hits with what the reader makes of the best of them, which stay before the others,
        that with the best sentence first."""
        best = list(findings.hits[:READ_HITS])
        for at, hit in enumerate(best):
            if at and self._is_settled(best[:at], hit):
                break
            best[at] = self._read(findings.question, hit)
        best_hits = rank_sentences([*best, *findings.hits[READ_HITS:]])
        first, rest = best_hits[:READ_HITS], best_hits[READ_HITS:]
        return (*sorted(first, key=_best_rank, reverse=True), *rest)

    def _is_settled(self, read: Sequence[Hit], unread: Hit) -> bool:
        """Whether one that was read comes first, whatever those behind may say."""
        if math.isinf(self._surest):
            return False
        best = best_sentence(rank_sentences([unread])[0])
        span = AnswerSpan(best.start, best.end, self._surest)
        hypothetical = replace(unread, reading=PassageReading(self._surest, (span,)), ranks=())
        *ranks, rank = map(_best_rank, rank_sentences([*read, hypothetical]))
        return max(ranks) >= rank

    def _read(self, question: str, hit: Hit) -> Hit:
        (reading,) = self._reader.read(question, [_text(hit)])
        return replace(hit, reading=_placed(reading, hit.passage.start), ranks=())


def read_evidence(findings: Findings) -> ReadingEvidence:
    """What the confidence is told from, of findings that have been read; theirs is the search's."""
    if all(hit.reading is None for hit in findings.hits):
        raise ValueError("no hit was read")
    (best, hit, sentence), *others = sorted(
        _quotable(findings.hits), key=lambda ranked: ranked[0], reverse=True
    )
    margins = [min(_WIDEST_MARGIN, best - rank) for rank, *_ in others[:2]]
    margin, margin_3 = [*margins, _WIDEST_MARGIN, _WIDEST_MARGIN][:2]
    span = hit.reading.span if hit.reading else None
    return ReadingEvidence(
        margin=margin,
        margin_3=margin_3,
        span_logit=span.logit if span else 0.0,
        subject=_log_odds(min(max(findings.confidence, _LEAST_SUBJECT), _MOST_SUBJECT)),
        other_years=float(is_of_other_years(findings.question, hit, sentence)),
    )


def _quotable(hits: Sequence[Hit]) -> list[tuple[float, Hit, Sentence]]:
    """The sentences that may be shown, with their ranks: all but announcements (« Trois inventions
    suffisent : »), if there are others."""
    every = [
        (rank, hit, each.sentence)
        for hit in hits[:QUOTED_HITS]
        for rank, each in zip(hit.ranks, hit.sentences, strict=True)
    ]
    return [each for each in every if not each[2].text.endswith(":")] or every


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
    spans = (AnswerSpan(each.start + start, each.end + start, each.logit) for each in reading.spans)
    return replace(reading, spans=tuple(spans))

"""Read the best passages of a search for the answer, and estimate the confidence in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from index.article import Sentence
from index.findings import AnswerSpan, Findings, Hit, PassageReading
from index.models.base import PassageReader, PassageText
from index.reading.confidence import ReadingConfidence, ReadingEvidence
from index.reading.extracts import rank_extracts
from index.reading.sentences import best_sentence, rank_sentences
from index.reading.years import is_of_other_years

READ_HITS = 4  # best hits that are read; the cost of a question grows with it
UNREAD_LOGIT = 7.0
"""The span logit assumed for a passage before it is read; it is left unread if it would not come
first even so."""
_ALWAYS_READ_HITS = 2  # unless settled even at `UNREAD_LOGIT`; the third and fourth seldom matter
_LATER_UNREAD_LOGIT = 3.0  # the same assumption for those; 13 % less is read than with 11 and 7

_LEAST_SUBJECT, _MOST_SUBJECT = 0.0005, 0.9
"""Bounds on the search's confidence: it says whether the articles treat the subject, not whether
they answer."""

_UPDATE_MARGIN = 0.2  # of the search's score, within which a newer article may update an older one

_WIDEST_MARGIN = 0.3  # of rank; wider margins add no confidence


class EvidenceReader:
    """Reads the hits of a search. CPU-bound and thread-safe.

    `judge` is calibrated for one reader; without it, the search's confidence stands.
    `unread_logit` is the span logit assumed for an unread passage, for stopping early; without it,
    all of the best hits are read.
    """

    def __init__(
        self, reader: PassageReader, judge: ReadingConfidence | None, unread_logit: float = math.inf
    ) -> None:
        self._reader, self._judge, self._unread_logit = reader, judge, unread_logit

    def read(self, findings: Findings) -> Findings:
        """Read and rank the best hits, and update the confidence."""
        if not findings.hits:
            return findings
        reranked = replace(findings, hits=self.rank(findings))
        if self._judge is None:
            return reranked
        if not rank_extracts(reranked.hits):
            return replace(reranked, confidence=0.0)
        foreign = bool(reranked.evidence.foreign)
        return replace(
            reranked, confidence=self._judge.confidence(read_evidence(reranked), foreign=foreign)
        )

    def read_all(self, findings: Findings) -> Findings:
        """Read every hit, beside the confidence of reading the best ones."""
        hits = [self._read(findings.question, hit) for hit in findings.hits]
        return replace(self.read(findings), hits=rank_sentences(hits))

    def rank(self, findings: Findings) -> tuple[Hit, ...]:
        """Read the best hits and sort them by their best sentence; they stay before the others.

        Once it is settled which comes first, only a newer second is read, which may update it.
        """
        best = list(findings.hits[:READ_HITS])
        settled = False
        for at, hit in enumerate(best):
            settled = settled or (at > 0 and self._is_settled(best[:at], hit))
            if not settled or (at < _ALWAYS_READ_HITS and _may_update(best[:at], hit)):
                best[at] = self._read(findings.question, hit)
        best_hits = rank_sentences([*best, *findings.hits[READ_HITS:]])
        first, rest = best_hits[:READ_HITS], best_hits[READ_HITS:]
        return (*sorted(first, key=_best_rank, reverse=True), *rest)

    def _is_settled(self, read_hits: Sequence[Hit], unread: Hit) -> bool:
        """True if a hit already read comes first even if the unread one gets a high logit."""
        if math.isinf(self._unread_logit):
            return False
        logit = self._unread_logit
        if len(read_hits) >= _ALWAYS_READ_HITS:
            logit = min(logit, _LATER_UNREAD_LOGIT)
        best = best_sentence(rank_sentences([unread])[0])
        span = AnswerSpan(best.start, best.end, logit)
        hypothetical = replace(unread, reading=PassageReading(logit, (span,)), ranks=())
        *ranks, rank = map(_best_rank, rank_sentences([*read_hits, hypothetical]))
        return max(ranks) >= rank

    def _read(self, question: str, hit: Hit) -> Hit:
        (reading,) = self._reader.read(question, [_text(hit)])
        shift = hit.passage.start  # from the passage's offsets to the article's
        spans = (AnswerSpan(e.start + shift, e.end + shift, e.logit) for e in reading.spans)
        return replace(hit, reading=replace(reading, spans=tuple(spans)), ranks=())


def _may_update(read_hits: Sequence[Hit], unread: Hit) -> bool:
    """True if a newer article treats the subject about as closely as the best one that was read."""
    first = max(rank_sentences(read_hits), key=_best_rank)
    newer, older = unread.article.published, first.article.published
    return (
        newer is not None
        and older is not None
        and newer > older
        and unread.scores.total > first.scores.total - _UPDATE_MARGIN
    )


def read_evidence(findings: Findings) -> ReadingEvidence:
    """The evidence in findings that have been read but still have the search's confidence."""
    if all(hit.reading is None for hit in findings.hits):
        raise ValueError("no hit was read")
    best, *others = rank_extracts(findings.hits)
    sentence = Sentence(best.start, best.end, best.text)
    margins = [min(_WIDEST_MARGIN, best.rank - other.rank) for other in others[:2]]
    margin, margin_3 = [*margins, _WIDEST_MARGIN, _WIDEST_MARGIN][:2]
    span = best.hit.reading.span if best.hit.reading else None
    subject = min(max(findings.confidence, _LEAST_SUBJECT), _MOST_SUBJECT)
    return ReadingEvidence(
        margin=margin,
        margin_3=margin_3,
        span_logit=span.logit if span else 0.0,
        subject=math.log(subject / (1 - subject)),
        other_years=float(is_of_other_years(findings.question, best.hit, sentence)),
    )


def _best_rank(hit: Hit) -> float:
    """The rank of its best sentence."""
    return max(hit.ranks, default=-math.inf)


def _text(hit: Hit) -> PassageText:
    article, passage = hit.article, hit.passage
    sentences = (
        (sentence.start - passage.start, sentence.end - passage.start)
        for sentence in passage.sentences
    )
    return PassageText(article.title, article.published, passage.text, tuple(sentences))

"""Results of searching and reading for a question: passages with their scores, best first."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article, Passage, Period, Sentence


@dataclass(frozen=True, slots=True)
class SearchEvidence:
    """Signals of a search for its confidence.

    `passage` and `sentence` are the best cosines of any passage and any sentence; `words` is the
    word score (0..1) of the first passage and `sentence_words` that of its best sentence; `known`
    is the share of the question's IDF whose words are in the index; `lead` is the first total minus
    the mean of the next ten; `foreign` is 1 if the first passage is in another language than the
    question (few common words), else 0.
    """

    passage: float
    sentence: float
    words: float
    sentence_words: float
    known: float
    lead: float
    foreign: float


NOTHING = SearchEvidence(*[0.0] * 7)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a passage.

    `passage` and `sentence` are cosines with the question (its own, and its best sentence's),
    `words` is its BM25 over the question's total IDF (0..1), `total` is for the ranking.
    """

    passage: float
    sentence: float
    words: float
    total: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a hit with its search score (higher is better).

    `echo` is the share (0..1) of the question's words that it repeats, except the subject's; None
    if it is in another language than the question.
    """

    sentence: Sentence
    score: float
    echo: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A possible answer from `start` to `end` of a text; `logit` is the reader's, relative to no
    answer."""

    start: int
    end: int
    logit: float

    def words(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PassageReading:
    """A reader's verdict on a passage.

    `logit` is the uncalibrated log-odds that it answers; `spans` has the best span per sentence,
    best first, empty for readers without spans. A reader's offsets are in its input text, a hit's
    in its article's text.
    """

    logit: float
    spans: tuple[AnswerSpan, ...] = ()

    @property
    def span(self) -> AnswerSpan | None:
        return self.spans[0] if self.spans else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores; `sentences` are in the order of `passage.sentences`.

    `reading` is None if no reader has read it. `ranks` are the scores of the sentences among those
    of all hits (higher is better), set by `index.reading.sentences`.
    """

    article: Article
    passage: Passage
    scores: Scores
    sentences: tuple[RankedSentence, ...]
    reading: PassageReading | None = None
    ranks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Hits for a question, best first, and their confidence.

    `confidence` is the probability (0..1) that the corpus has the answer, computed from `evidence`.
    `period` restricts the time of publication, if set.
    """

    question: str
    language: str
    hits: tuple[Hit, ...]
    confidence: float
    evidence: SearchEvidence = NOTHING
    period: Period | None = None

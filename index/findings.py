"""What searching and reading find for a question: passages with their scores, best first."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article, Passage, Period, Sentence


@dataclass(frozen=True, slots=True)
class SearchEvidence:
    """Features of a search that its confidence is computed from.

    `passage` and `sentence` are the best cosines of any passage and any sentence; `words` is the
    word score (0..1) of the passage ranked first and `sentence_words` that of its best sentence;
    `known` is the share of the question's IDF that stands anywhere in the index; `lead` is how far
    the first total stands above the mean of the ten behind it; `foreign` is 1 where the
    passage ranked first is in another language than the question (words hardly meet), or 0.
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

    `passage` and `sentence` are cosines with the question (the passage's own, and that of its best
    sentence), `words` is its BM25 over the question's total IDF (0..1), `total` is what the
    passages are ranked by.
    """

    passage: float
    sentence: float
    words: float
    total: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a hit with its search score (higher is better).

    `echo` is the share (0..1) of the question's words that it repeats, not counting the word that
    names the subject; None if it is in another language than the question.
    """

    sentence: Sentence
    score: float
    echo: float | None = None


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """Words that may answer, from `start` to `end` of a text; `logit` sets them against there being
    no answer, as the reader sees it."""

    start: int
    end: int
    logit: float

    def words(self, text: str) -> str:
        """The words of the span."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PassageReading:
    """A reader's verdict on a passage.

    `logit` is the logarithm of the odds that it answers, as the reader sees them (not calibrated);
    `spans` are the best words of each of its sentences, the best first, none where the reader tells
    no words. A reader places them in the text that it was given, a hit in its article's.
    """

    logit: float
    spans: tuple[FoundSpan, ...] = ()

    @property
    def span(self) -> FoundSpan | None:
        """The best span, if any."""
        return self.spans[0] if self.spans else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `sentences` follow `passage.sentences`, in reading order.

    `reading` is None where no reader has read it. `ranks` tells how well each sentence answers
    beside those of all hits (higher is better), once `index.reading.sentences` has ranked them.
    """

    article: Article
    passage: Passage
    scores: Scores
    sentences: tuple[RankedSentence, ...]
    reading: PassageReading | None = None
    ranks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What the index finds for a question: hits, best first, and how sure it is.

    `confidence` is the probability (0..1) that the corpus holds the answer at all, told from
    `evidence`. `period` is the time of publication that the question is held to, if any.
    """

    question: str
    language: str
    hits: tuple[Hit, ...]
    confidence: float
    evidence: SearchEvidence = NOTHING
    period: Period | None = None

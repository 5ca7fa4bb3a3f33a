"""Rank what may be quoted of passages: sentences, and lists with their introductions.

The confidence and the answer rest on this one ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from index.article import Article, Passage, Sentence
from index.findings import AnswerSpan, Hit
from index.reading.sentences import is_question, span_within

QUOTED_HITS = 5  # best hits whose sentences may be shown
MAX_LIST_WORDS = 60  # of a list quoted with its introduction


@dataclass(frozen=True, slots=True)
class Extract:
    """A sentence or a list: the sentences of a ranked hit from `at` to `last`.

    `intro` is the index of the introduction of a list that is too long to quote whole.
    """

    hit: Hit
    at: int
    last: int
    rank: float
    intro: int | None = None

    @property
    def start(self) -> int:
        return self.hit.sentences[self.at].sentence.start

    @property
    def end(self) -> int:
        return self.hit.sentences[self.last].sentence.end

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def article(self) -> Article:
        return self.hit.article

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.hit.passage.sentences[self.at : self.last + 1]

    @property
    def span(self) -> AnswerSpan | None:
        """The reader's best span in the text; it may end after it."""
        return span_within(self.hit.reading, self.start, self.end)


def rank_extracts(hits: Sequence[Hit]) -> list[Extract]:
    """Rank the extracts of the best of these ranked hits; introductions (« Trois inventions
    suffisent : ») only if there is nothing else."""
    every = [extract for hit in hits[:QUOTED_HITS] for extract in find_extracts(hit)]
    extracts = [extract for extract in every if not extract.text.endswith(":")] or every
    return sorted(extracts, key=lambda extract: -extract.rank)


def find_extracts(hit: Hit) -> list[Extract]:
    """The extracts of a ranked hit, in reading order; a sentence that asks is none."""
    extracts = [Extract(hit, at, at, rank) for at, rank in enumerate(hit.ranks)]
    for found in reversed(_find_lists(hit.passage)):
        rest = range(found.last_quote + 1, found.last + 1)
        best = max(hit.ranks[found.intro : found.last_quote + 1])
        extracts[found.intro : found.last + 1] = [
            Extract(hit, found.intro, found.last_quote, best),
            *(Extract(hit, at, at, hit.ranks[at], found.intro) for at in rest),
        ]
    return [extract for extract in extracts if not is_question(extract.text)]


@dataclass(frozen=True, slots=True)
class _PassageList:
    """Indices of a list's introduction, of the last sentence quoted with it, and of its end."""

    intro: int
    last_quote: int
    last: int


def _find_lists(passage: Passage) -> list[_PassageList]:
    """Find lists of two or more items after a sentence that ends with a colon.

    All parsers write one item a line, and a blank line between paragraphs.
    """
    lists: list[_PassageList] = []
    sentences = passage.sentences
    for at, sentence in enumerate(sentences[:-1]):
        if not sentence.text.endswith(":") or (lists and at <= lists[-1].last):
            continue
        gaps = [
            passage.text[one.end - passage.start : other.start - passage.start].count("\n")
            for one, other in zip(sentences[at:], sentences[at + 1 :], strict=False)
        ]
        if not gaps[0]:
            continue
        lines = next((n for n, gap in enumerate(gaps[1:]) if gap > 1), len(gaps) - 1)
        ends = [at + 1 + n for n in range(lines + 1) if n == lines or gaps[n + 1]]
        if len(ends) > 1:
            words = accumulate(len(sentence.text.split()) for sentence in sentences[at:])
            most = sum(total <= MAX_LIST_WORDS for total in words)  # sentences, from `at` on
            short = [end for end in ends if end < at + most]
            lists.append(_PassageList(at, max(short, default=ends[0]), ends[-1]))
    return lists

"""Searches known to be answerable or not, for `fit_confidence.py` to learn from."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

import numpy as np

from bot.evaluation.questions import GoldQuestion, QuestionSet
from bot.evaluation.run import temporary_index
from index.article import Article
from index.findings import SearchEvidence
from index.models.base import Embedder, Vectors
from index.search.confidence import ConfidenceModel, Thresholds

FILES = ("fquad-dev.json", "cnil.json", "xquad-es.json")
LEFT_OUT = SMALL = ("fquad-dev.json", "xquad-es.json")
PARTS = 3  # indexes that each leave out one part of the entries
CONTEXTS = 5  # contexts of the smallest indexes: about one article of a newspaper
TIMES = 3  # such indexes for each entry
SOME = 60  # questions at most, of each unanswerable kind, asked of each small index
OWN, SIBLINGS = "own", "few: siblings"
SEED = 1

NAMES = tuple(field.name for field in fields(SearchEvidence))
UNSURE = ConfidenceModel(0.0, dict.fromkeys(NAMES, 0.0), Thresholds.at(0.5))


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a search comes from; cells weigh the same, however many searches they hold."""

    file: str
    kind: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One search: what was read off it, and the entry its question is on."""

    cell: Cell
    entry: str
    evidence: SearchEvidence


@dataclass(frozen=True, slots=True)
class Entries:
    """A question file by its entries: the articles of each, and the questions on each."""

    name: str
    articles: dict[str, list[Article]]
    questions: dict[str, list[GoldQuestion]]

    @classmethod
    def of(cls, read: QuestionSet) -> Entries:
        entry_of = dict(read.groups)
        articles: dict[str, list[Article]] = {entry: [] for entry in entry_of.values()}
        questions: dict[str, list[GoldQuestion]] = {entry: [] for entry in articles}
        for article in read.articles:
            articles[entry_of[article.id]].append(article)
        for question in read.questions:
            for article_id in question.articles:
                questions[entry_of[article_id]].append(question)
        return cls(read.name, articles, questions)


class Remembering:
    """An embedder that embeds no text twice: the many indexes here share their texts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._passages: dict[str, Vectors] = {}
        self._questions: dict[str, Vectors] = {}
        self.id, self.dimension = embedder.id, embedder.dimension

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        new = list(dict.fromkeys(text for text in texts if text not in self._passages))
        if new:
            self._passages.update(zip(new, self._embedder.embed_passages(new), strict=True))
        return np.array([self._passages[text] for text in texts], dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        if text not in self._questions:
            self._questions[text] = self._embedder.embed_question(text)
        return self._questions[text]


def read(files: Sequence[Entries], embedder: Embedder) -> Iterator[Reading]:
    """Every search that the fit learns from."""
    for file in files:
        others = [other for other in files if other is not file]
        print(f"{file.name}: searching…", file=sys.stderr, flush=True)
        yield from _whole(file, others, embedder)
        if file.name in LEFT_OUT:
            yield from _parted(file, embedder)
        if file.name in SMALL:
            yield from _small(file, embedder)


def _whole(file: Entries, others: Sequence[Entries], embedder: Embedder) -> Iterator[Reading]:
    with _indexed(file.articles.values(), embedder) as search:
        yield from search(Cell(file.name, OWN, True), file.name, file.questions)
        for other in others:
            cell = Cell(file.name, f"of {other.name}", False)
            yield from search(cell, other.name, other.questions)


def _parted(file: Entries, embedder: Embedder) -> Iterator[Reading]:
    names = sorted(file.articles)
    random.Random(f"{SEED}/parts").shuffle(names)
    for part in range(PARTS):
        out = set(names[part::PARTS])
        # An article whose text stands in an entry left out goes too: no copy of it stays.
        texts = {article.text for entry in out for article in file.articles[entry]}
        kept = [
            [article for article in articles if article.text not in texts]
            for entry, articles in file.articles.items()
            if entry not in out
        ]
        with _indexed(kept, embedder) as search:
            for kind, answerable in (("others left out", True), ("left out", False)):
                asked = {e: q for e, q in file.questions.items() if (e in out) is not answerable}
                yield from search(Cell(file.name, kind, answerable), file.name, asked)


def _small(file: Entries, embedder: Embedder) -> Iterator[Reading]:
    for entry, articles in sorted(file.articles.items()):
        chance = random.Random(f"{SEED}/{entry}")
        strangers = _strangers(file, entry, chance)
        chance.shuffle(articles := list(articles))
        if len(articles) > CONTEXTS:
            with _indexed([articles], embedder) as search:
                yield from search(Cell(file.name, "entry", True), file.name, _on(file, articles))
                yield from search(Cell(file.name, "entry: strangers", False), file.name, strangers)
        for few in _few(articles):
            with _indexed([few], embedder) as search:
                yield from search(Cell(file.name, "few", True), file.name, _on(file, few))
                yield from search(Cell(file.name, "few: strangers", False), file.name, strangers)
                cell = Cell(file.name, SIBLINGS, False)
                yield from search(cell, file.name, _siblings(file, entry, few, chance))


def _few(articles: Sequence[Article]) -> list[Sequence[Article]]:
    """Small indexes of one entry, which leave at least one of its articles out."""
    if len(articles) > CONTEXTS:
        starts = range(0, len(articles) - CONTEXTS + 1, CONTEXTS)
        return [articles[start : start + CONTEXTS] for start in starts[:TIMES]]
    return [[*articles[:out], *articles[out + 1 :]] for out in range(TIMES)]


def _on(file: Entries, articles: Sequence[Article]) -> dict[str, list[GoldQuestion]]:
    """The questions that these articles answer."""
    ids = {article.id for article in articles}
    return {
        entry: [question for question in questions if question.articles & ids]
        for entry, questions in file.questions.items()
    }


def _strangers(file: Entries, entry: str, chance: random.Random) -> dict[str, list[GoldQuestion]]:
    """Some questions on other entries."""
    strange = [
        (other, question)
        for other, questions in sorted(file.questions.items())
        if other != entry
        for question in questions
    ]
    drawn: dict[str, list[GoldQuestion]] = {}
    for other, question in chance.sample(strange, min(SOME, len(strange))):
        drawn.setdefault(other, []).append(question)
    return drawn


def _siblings(
    file: Entries, entry: str, articles: Sequence[Article], chance: random.Random
) -> dict[str, list[GoldQuestion]]:
    """Some questions on the same entry, whose answers stand nowhere in these articles."""
    ids, text = {article.id for article in articles}, " ".join(a.text for a in articles)
    near = [
        question
        for question in file.questions[entry]
        if not question.articles & ids and not any(gold.text in text for gold in question.golds)
    ]
    return {entry: chance.sample(near, min(SOME, len(near)))}


Search = Callable[[Cell, str, dict[str, list[GoldQuestion]]], list[Reading]]


@contextmanager
def _indexed(articles: Iterable[Sequence[Article]], embedder: Embedder) -> Iterator[Search]:
    """Asks questions, by entry, of an index of these articles."""
    flat = [article for group in articles for article in group]
    with temporary_index(flat, embedder, UNSURE) as index:

        def search(cell: Cell, file: str, asked: dict[str, list[GoldQuestion]]) -> list[Reading]:
            return [
                Reading(cell, f"{file}: {entry}", index.searcher.search(question.text, 1).evidence)
                for entry, questions in asked.items()
                for question in questions
            ]

        yield search

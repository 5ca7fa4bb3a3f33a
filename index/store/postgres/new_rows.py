"""New rows: their numbers and words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.store.article_writer import LikenessKeys
from index.store.articles import sqlite_address
from index.store.generation import RowKind
from index.store.postgres.words import sentence_words
from index.store.postings import Posting, Postings


@dataclass(frozen=True, slots=True)
class WrittenArticles:
    """A finished `articles.sqlite`: how many rows it has, the last number of an article, and the
    likeness keys by article."""

    path: Path
    articles: int
    passages: int
    sentences: int
    last: int
    likeness: Mapping[int, list[int]]

    @classmethod
    def open(cls, path: Path, likeness: LikenessKeys | None) -> WrittenArticles:
        with closing(open_sheet(path)) as sheet:
            [[articles, passages, sentences, last]] = sheet.execute(
                "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages), "
                "(SELECT count(*) FROM sentences), (SELECT coalesce(max(number), 0) FROM articles)"
            )
        keys: dict[int, list[int]] = {}
        if likeness is not None:
            signed_keys = likeness.keys.astype(
                np.int64
            ).tolist()  # PostgreSQL has no unsigned integers
            for number, key in zip(likeness.numbers.tolist(), signed_keys, strict=True):
                keys.setdefault(number, []).append(key)
        return cls(path, articles, passages, sentences, last, keys)

    def rows(self, kind: RowKind) -> int:
        return self.passages if kind == "passages" else self.sentences


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Offsets of the numbers of new rows; numbers of articles count from 1."""

    article: int = 0
    passage: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class NewWords:
    """Terms of new rows. `numbers` are those in `sentences.words`; `deleted` counts the deleted
    passages and sentences that have a term."""

    passages: Postings
    sentences: Postings
    numbers: Mapping[str, int]
    deleted: Mapping[str, tuple[int, int]]

    @classmethod
    def of_all(cls, passages: Postings, sentences: Postings) -> NewWords:
        numbers = dict(sentences.vocabulary)
        for term in passages.vocabulary:
            numbers.setdefault(term, len(numbers))
        return cls(passages, sentences, numbers, {})

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=-1) + 1

    def of_sentences(self) -> list[bytes]:
        """The column `sentences.words`."""
        postings = self.sentences
        numbers = np.array([self.numbers[term] for term in postings.vocabulary], dtype=np.int64)
        terms = np.repeat(numbers, np.diff(postings.starts))
        return sentence_words(postings.rows, terms, postings.scores, postings.size)

    def rows(self, first: int) -> Iterator[tuple[Any, ...]]:
        """Rows of `terms`; passages count from `first`."""
        no_posting = Posting(np.empty(0, np.int32), np.empty(0, np.float32))
        for term, number in self.numbers.items():
            has_postings = term in self.passages.vocabulary
            posting = self.passages.of(term) if has_postings else no_posting
            deletions = self.deleted.get(term, (0, 0))
            counts = self.passages.frequency(term), self.sentences.frequency(term)
            yield (
                term,
                number,
                counts[0] - deletions[0],
                counts[1] - deletions[1],
                (posting.rows + first).astype("<i4").tobytes(),
                posting.scores.astype("<f4").tobytes(),
            )


def open_sheet(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(sqlite_address(path), uri=True)

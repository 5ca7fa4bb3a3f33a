"""New rows on their way to the servers: on which each goes, how they are numbered, their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.store.article_writer import LikenessKeys
from index.store.articles import sqlite_address
from index.store.postgres.server_facts import place_of
from index.store.postgres.vector_tables import KINDS
from index.store.postgres.words import sentence_words
from index.store.postings import Posting, Postings
from index.store.reader import RowKind

Places = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class WrittenArticles:
    """A finished `articles.sqlite`, and on which of the servers each of its rows goes."""

    path: Path
    articles: Mapping[int, int]
    passages: Places
    sentences: Places
    likeness: Mapping[int, list[int]]  # by article, the keys that it shares with those like it

    @classmethod
    def open(cls, path: Path, servers: int, likeness: LikenessKeys | None) -> WrittenArticles:
        with closing(open_sheet(path)) as sheet:
            of_articles = {
                number: place_of(identity, servers)
                for number, identity in sheet.execute("SELECT number, id FROM articles")
            }
            owners = sheet.execute("SELECT article, sentences FROM passages ORDER BY row")
            rows = [(of_articles[article], count) for article, count in owners]
        passages = np.array([place for place, _ in rows], dtype=np.int16)
        counts = np.array([count for _, count in rows], dtype=np.int64)
        keys: dict[int, list[int]] = {}
        if likeness is not None:
            signed = likeness.keys.astype(np.int64).tolist()  # PostgreSQL has no unsigned numbers
            for number, key in zip(likeness.numbers.tolist(), signed, strict=True):
                keys.setdefault(number, []).append(key)
        return cls(path, of_articles, passages, np.repeat(passages, counts), keys)

    def places(self, kind: RowKind) -> Places:
        return self.passages if kind == "passages" else self.sentences


@dataclass(frozen=True, slots=True)
class FirstRows:
    """What the numbers of new rows begin behind; those of articles themselves count from 1."""

    article: int = 0
    passage: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class NewWords:
    """The words of new rows. `numbers` are those of terms in `sentences.words`; `fewer` says how
    often terms stood in the passages and in the sentences that are gone.

    Those of a base go only to servers that have a passage with them, unless none has; those of an
    addition to all (`everywhere`), whose counts are added up there.
    """

    passages: Postings
    sentences: Postings
    numbers: Mapping[str, int]
    fewer: Mapping[str, tuple[int, int]]
    everywhere: bool

    @classmethod
    def of_all(cls, passages: Postings, sentences: Postings) -> NewWords:
        numbers = dict(sentences.vocabulary)
        for term in passages.vocabulary:
            numbers.setdefault(term, len(numbers))
        return cls(passages, sentences, numbers, {}, everywhere=False)

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=-1) + 1

    def of_sentences(self) -> list[bytes]:
        """What `sentences.words` has of each."""
        postings = self.sentences
        numbers = np.array([self.numbers[term] for term in postings.vocabulary], dtype=np.int64)
        terms = np.repeat(numbers, np.diff(postings.starts))
        return sentence_words(postings.rows, terms, postings.scores, postings.size)

    def rows(self, here: npt.NDArray[np.bool_], first: int) -> Iterator[tuple[Any, ...]]:
        """The rows of `terms` of the server that has the passages `here`; the first of all is
        numbered `first`."""
        nowhere = Posting(np.empty(0, np.int32), np.empty(0, np.float32))
        for term, number in self.numbers.items():
            known = term in self.passages.vocabulary
            posting = self.passages.of(term) if known else nowhere
            mine = here[posting.rows]
            if known and not self.everywhere and not mine.any():
                continue
            fewer = self.fewer.get(term, (0, 0))
            counts = self.passages.frequency(term), self.sentences.frequency(term)
            yield (
                term,
                number,
                counts[0] - fewer[0],
                counts[1] - fewer[1],
                (posting.rows[mine] + first).astype("<i4").tobytes(),
                posting.scores[mine].astype("<f4").tobytes(),
            )

    def letters(self) -> Iterator[tuple[RowKind, str, str]]:
        """Kind, language, and every character of its terms."""
        postings = {"passages": self.passages, "sentences": self.sentences}
        for kind in KINDS:
            by_language: dict[str, set[str]] = {}
            for term in postings[kind].vocabulary:
                if ":" in term:
                    by_language.setdefault(term.partition(":")[0], set()).update(term)
            for language, letters in by_language.items():
                yield kind, language, "".join(sorted(letters))


def open_sheet(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(sqlite_address(path), uri=True)

"""Whole tables of a generation, read in order, as a build needs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from index.antecedents import behind
from index.article import Article
from index.article_index_digest import FINGERPRINTED, corpus_fingerprint
from index.store.files.articles import ARTICLE_COLUMNS, ArticleReader, article_of
from index.store.files.vector_index import IntArray

Kind = Literal["passages", "sentences"]


class BulkReader(ArticleReader):
    """An `ArticleReader` that also gives what is true of all rows at once."""

    def languages(self) -> dict[str, int]:
        """Articles by language, the most used first."""
        return dict(
            self._all(
                "SELECT language, count(*) FROM articles WHERE copy_of IS NULL GROUP BY language "
                "ORDER BY count(*) DESC, language"
            )
        )

    def sources(self) -> Iterator[tuple[Any, ...]]:
        """The files that the articles came from, as they were noted, by location."""
        return self._each(
            "SELECT location, shown, url, digest, articles, skipped FROM sources ORDER BY location"
        )

    def left_out(self) -> frozenset[str]:
        """The ids of the articles that were read and not taken in, as the operator had asked."""
        return frozenset(row[0] for row in self._each("SELECT id FROM left_out"))

    def holds(self, article_id: str) -> bool:
        return bool(self._all("SELECT 1 FROM articles WHERE id = ?", article_id))

    def hashes(self, kind: Kind) -> bytearray:
        """The hashes of the embedded texts, joined in row order."""
        joined = bytearray()
        for row in self._each(f"SELECT hash FROM {kind} ORDER BY row"):
            joined += row[0]
        return joined

    def first_sentences(self) -> npt.NDArray[np.int64]:
        """The row of each passage's first sentence."""
        rows = self._each("SELECT first_sentence FROM passages ORDER BY row")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def openings(self) -> npt.NDArray[np.bool_]:
        """By passage row: whether it is the first of its article."""
        rows = self._each("SELECT article FROM passages ORDER BY row")
        owners = np.fromiter((row[0] for row in rows), dtype=np.int64)
        return np.append(True, np.diff(owners) != 0)[: len(owners)]

    def texts(
        self, kind: Kind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """Article, heading and text of every passage or sentence, in row order, or of some rows.

        In context, a sentence that leans on an earlier one comes behind it.
        """
        asked = None if rows is None else json.dumps(rows.tolist())
        number, article = -1, None
        for owner, heading, start, stop, lead_start, lead_stop in self._each(
            _spans(kind, some=rows is not None), *([] if asked is None else [asked])
        ):
            if article is None or owner != number:
                by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
                number, article = owner, article_of(self._all(by_number, owner)[0])
            text = article.text[start:stop]
            if in_context and lead_start is not None:
                text = behind(article.text[lead_start:lead_stop], text)
            yield article, heading, text

    def days(self) -> npt.NDArray[np.int32]:
        """By passage row: the day of its article as `date.toordinal` has it, 0 where unknown."""
        rows = self._each(
            "SELECT a.published FROM passages p JOIN articles a ON a.number = p.article "
            "ORDER BY p.row"
        )
        ordinals = (date.fromisoformat(row[0]).toordinal() if row[0] else 0 for row in rows)
        return np.fromiter(ordinals, dtype=np.int32)

    def own(self) -> int:
        """How many articles are answered from."""
        return int(self._all("SELECT count(*) FROM articles WHERE copy_of IS NULL")[0][0])

    def fingerprint(self) -> str:
        """Equal for two generations whose articles are the same."""
        return corpus_fingerprint(self._each(f"SELECT {FINGERPRINTED} FROM articles ORDER BY id"))

    def copies(self) -> int:
        return int(self._all("SELECT count(*) FROM articles WHERE copy_of IS NOT NULL")[0][0])

    def _each(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """As `_all`, for results too large to hold, while nobody else asks."""
        with self._reading():
            # Not `yield from`: an abandoned one would close its cursor after the connection.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row


def _spans(kind: Kind, *, some: bool) -> str:
    chosen = "WHERE {}.row IN (SELECT value FROM json_each(?))" if some else ""
    if kind == "passages":
        return (
            "SELECT p.article, p.heading, p.start, p.stop, NULL, NULL FROM passages p "
            f"{chosen.format('p')} ORDER BY p.row"
        )
    return (
        "SELECT p.article, p.heading, s.start, s.stop, l.start, l.stop "
        "FROM sentences s JOIN passages p ON p.row = s.passage "
        f"LEFT JOIN sentences l ON l.row = s.lead {chosen.format('s')} ORDER BY s.row"
    )

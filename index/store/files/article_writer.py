"""The articles of a generation being written, and what has become of those of the one before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from index.article import Article, Copy
from index.article_index_digest import FINGERPRINTED, corpus_fingerprint
from index.build.duplicates import Group, Signed
from index.store.files.article_writer_index_sheet import Sheet
from index.store.files.articles import ARTICLE_COLUMNS, article_of

_VALUES = ", ".join("?" * (3 + len(ARTICLE_COLUMNS.split(","))))
_PATH = "iif(instr(path, ?) = 1, ? || substr(path, length(?) + 1), path)"
_AGAIN = ARTICLE_COLUMNS.replace(" copies,", " '[]',").replace(" path,", f" {_PATH},")
_AMONG = "WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles differ from those of the generation before; copies do not count."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Uncut:
    """An article whose passages are wanted; `before` is its number where they are known."""

    number: int
    before: int | None


class ArticleWriter:
    """Articles go in first, then which of them are copies of which. Raises StoreError."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def holds(self, article_id: str) -> bool:
        return bool(self._sheet.rows("SELECT 1 FROM articles WHERE id = ?", article_id))

    def add(self, article: Article, told: bytes, signature: bytes) -> None:
        """`told` is its digest, `signature` what it is compared with others by, if it is."""
        self._sheet.run(
            f"INSERT INTO articles (told, signature, length, {ARTICLE_COLUMNS}) VALUES ({_VALUES})",
            told,
            signature,
            len(article.text),
            *_article_values(article),
        )

    def signature(self, article_id: str, told: bytes) -> bytes | None:
        """The one that the generation before has of this very article."""
        if not self._sheet.alike:
            return None
        found = self._sheet.rows(
            "SELECT signature FROM previous.articles WHERE id = ? AND told = ?", article_id, told
        )
        return bytes(found[0][0]) if found else None

    def add_again(self, ids: Sequence[str], was: str, now: str) -> bool:
        """Take these from the generation before, their paths beginning with `now` and no more with
        `was`; False, and none, where it has not all of them or another file has given one already.
        """
        asked = json.dumps(ids)
        [(known,)] = self._sheet.rows(f"SELECT count(*) FROM previous.articles {_AMONG}", asked)
        [(taken,)] = self._sheet.rows(f"SELECT count(*) FROM articles {_AMONG}", asked)
        if not self._sheet.alike or taken or known != len(ids):
            return False
        self._sheet.run(
            f"INSERT INTO articles (told, signature, length, {ARTICLE_COLUMNS}) "
            f"SELECT told, signature, length, {_AGAIN} FROM previous.articles {_AMONG} "
            "ORDER BY number",
            *(was, now, was, asked),
        )
        return True

    def leave_out(self, article_id: str) -> None:
        self._sheet.run("INSERT OR IGNORE INTO left_out VALUES (?)", article_id)

    def signed(self) -> Iterator[Signed]:
        for identity, signature, published, updated, length in self._sheet.each(
            "SELECT id, signature, published, updated, length FROM articles ORDER BY number"
        ):
            yield Signed(identity, signature, _day(published), _day(updated), length)

    def unite(self, groups: Iterable[Group]) -> int:
        """Answer from one article of each group; how many were found to be copies."""
        united = 0
        for group in groups:
            copies = [self._copy(identity, group.kept) for identity in group.copies]
            written = json.dumps([_copy_values(each) for each in copies])
            self._sheet.run("UPDATE articles SET copies = ? WHERE id = ?", written, group.kept)
            united += len(copies)
        return united

    def _copy(self, identity: str, kept: str) -> Copy:
        self._sheet.run("UPDATE articles SET copy_of = ? WHERE id = ?", kept, identity)
        [(title, path, outlet, published, url)] = self._sheet.rows(
            "SELECT title, path, outlet, published, url FROM articles WHERE id = ?", identity
        )
        return Copy(identity, title, path, outlet, _day(published), url)

    def fingerprint(self) -> str:
        """Equal for two generations whose articles are the same."""
        return corpus_fingerprint(
            self._sheet.each(f"SELECT {FINGERPRINTED} FROM articles ORDER BY id")
        )

    def count(self) -> int:
        """How many articles are answered from."""
        return int(self._sheet.rows("SELECT count(*) FROM articles WHERE copy_of IS NULL")[0][0])

    def left_out(self) -> int:
        return int(self._sheet.rows("SELECT count(*) FROM left_out")[0][0])

    def changes(self) -> Changes:
        [(both, same)] = self._sheet.rows(
            "SELECT count(*), sum(a.told = b.told AND a.path = b.path AND a.copies = b.copies) "
            "FROM articles a JOIN previous.articles b USING (id) "
            "WHERE a.copy_of IS NULL AND b.copy_of IS NULL"
        )
        [(before,)] = self._sheet.rows(
            "SELECT count(*) FROM previous.articles WHERE copy_of IS NULL"
        )
        unchanged = same or 0
        return Changes(self.count() - both, both - unchanged, before - both, unchanged)

    def uncut(self) -> Iterator[Uncut]:
        """The articles answered from, in the order they came in."""
        known = "b.told = a.told AND b.copy_of IS NULL" if self._sheet.alike else "FALSE"
        for number, before in self._sheet.each(
            "SELECT a.number, b.number FROM articles a "
            f"LEFT JOIN previous.articles b ON b.id = a.id AND {known} "
            "WHERE a.copy_of IS NULL ORDER BY a.number"
        ):
            yield Uncut(number, before)

    def article(self, number: int) -> Article:
        by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
        return article_of(self._sheet.rows(by_number, number)[0])


def _article_values(article: Article) -> tuple[str | None, ...]:
    """In the order of `ARTICLE_COLUMNS`."""
    return (
        article.id,
        article.title,
        article.path,
        article.language,
        article.author,
        _iso(article.published),
        article.url,
        article.outlet,
        article.category,
        _iso(article.published_at),
        _iso(article.updated),
        _iso(article.updated_at),
        json.dumps(article.origins),
        json.dumps([_copy_values(copy) for copy in article.copies]),
        json.dumps([(s.heading, s.heading_start, s.heading_end) for s in article.sections]),
        article.text,
    )


def _copy_values(copy: Copy) -> tuple[str | None, ...]:
    return (copy.id, copy.title, copy.path, copy.outlet, _iso(copy.published), copy.url)


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None

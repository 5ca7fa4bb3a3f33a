"""The articles that the operator removed, in a JSON file: builds skip them, readers hide them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from index.errors import StoreError, reason_of
from index.store.base import Removable, RemovedArticle, RemovedArticles
from index.store.disk import replace_file, translate_disk_errors

_NAME = "removed.json"
_VERSION = 1
_LOCK_SECONDS = 10.0  # it is held for milliseconds


class RemovedList(RemovedArticles):
    """The list in `<data dir>/removed.json`, replaced atomically.

    Raises StoreError if the file cannot be read, parsed or written. An open list sees changes of
    other processes only when it is changed itself.
    """

    def __init__(self, data_dir: Path, articles: dict[str, RemovedArticle]) -> None:
        self._data_dir = data_dir
        self._articles = articles

    @classmethod
    def open(cls, data_dir: Path) -> RemovedList:
        """The list as it is; empty if there is no file."""
        return cls(data_dir, _read(data_dir / _NAME))

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        when = day or datetime.now(UTC).astimezone().date()
        with self._changing():
            for article in articles:
                removal = RemovedArticle(article.id, article.title, article.path, when)
                self._articles.setdefault(article.id, removal)

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        with self._changing():
            articles = self.find(reference)
            for article in articles:
                del self._articles[article.id]
        return articles

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Lock, reload, and save the changes made in the block."""
        from filelock import FileLock, Timeout  # imports asyncio

        path = self._data_dir / _NAME
        with translate_disk_errors(path):
            self._data_dir.mkdir(parents=True, exist_ok=True)
            try:
                lock = FileLock(self._data_dir / f"{_NAME}.lock", timeout=_LOCK_SECONDS)
                lock.acquire()
            except Timeout as error:
                raise StoreError("removed-locked", subject=path) from error
        try:
            self._articles = _read(path)
            yield
            entries = [{**asdict(article), "day": str(article.day)} for article in self.articles]
            body = {"version": _VERSION, "articles": entries}
            text = json.dumps(body, ensure_ascii=False, indent=2)
            with translate_disk_errors(path):
                replace_file(path, f"{text}\n", durable=True)
        finally:
            lock.release()


class WithdrawnFile:
    """The ids in `removed.json`, reread when the file changes. Raises StoreError."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / _NAME
        self._last: tuple[tuple[int, int, int] | None, frozenset[str]] = (None, frozenset())

    def __call__(self) -> frozenset[str]:
        # Stamp before content: a write in between is then noticed next time.
        try:
            state = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            stamp = None
        except OSError as error:
            reason = reason_of(error)
            raise StoreError("store-unreadable", subject=self._path, reason=reason) from error
        else:
            stamp = state.st_ino, state.st_mtime_ns, state.st_size
        last = self._last  # other threads may replace it with an older or a newer one
        if stamp != last[0]:
            last = self._last = stamp, frozenset(_read(self._path))
        return last[1]


def _read(path: Path) -> dict[str, RemovedArticle]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["version"] != _VERSION:
            raise StoreError("removed-other-version", version=str(record["version"]))
        entries = (
            RemovedArticle(
                article["id"], article["title"], article["path"], date.fromisoformat(article["day"])
            )
            for article in record["articles"]
        )
        return {entry.id: entry for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise StoreError("store-unreadable", subject=path, reason=reason_of(error)) from error
    except (ValueError, KeyError, TypeError, StoreError) as error:
        raise StoreError("removed-unreadable", subject=path, reason=reason_of(error)) from error

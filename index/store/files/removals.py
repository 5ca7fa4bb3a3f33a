"""The removed articles in `<data dir>/removed.json`, replaced atomically."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from index.errors import StoreError, reason_of
from index.store.base import RemovedArticle
from index.store.disk import replace_file, translate_disk_errors

_NAME = "removed.json"
_VERSION = 1
_LOCK_SECONDS = 10.0  # it is held for milliseconds


class RemovedFile:
    """Reads the file again only when it has changed. Raises StoreError if the file cannot be read,
    parsed or written."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / _NAME
        self._last: tuple[tuple[int, int, int] | None, dict[str, RemovedArticle]] = (None, {})

    def read(self) -> dict[str, RemovedArticle]:
        """The removed articles by id; none if there is no file."""
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
            last = self._last = stamp, _read(self._path)
        return last[1]

    def ids(self) -> frozenset[str]:
        return frozenset(self.read())

    def change(self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]) -> None:
        from filelock import FileLock, Timeout  # imports asyncio

        path = self._path
        with translate_disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                lock = FileLock(path.with_name(f"{_NAME}.lock"), timeout=_LOCK_SECONDS)
                lock.acquire()
            except Timeout as error:
                raise StoreError("removed-locked", subject=path) from error
        try:
            articles = {article.id: article for article in additions} | _read(path)
            kept = [articles[key] for key in articles.keys() - set(restored_ids)]
            kept.sort(key=lambda article: (article.day, article.title))
            entries = [{**asdict(article), "day": str(article.day)} for article in kept]
            body = {"version": _VERSION, "articles": entries}
            text = json.dumps(body, ensure_ascii=False, indent=2)
            with translate_disk_errors(path):
                replace_file(path, f"{text}\n", durable=True)
        finally:
            lock.release()


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

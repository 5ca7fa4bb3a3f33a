"""The store in a data directory: generations are folders, switched by replacing a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DamagedIndex, StoreError
from index.store.base import RemovedArticle, StoreCheck
from index.store.builder_status import BuilderStatus, read_builder_status, write_builder_status
from index.store.disk import measure_folder
from index.store.files.integrity import current_id, find_current, verify
from index.store.files.layout import Layout
from index.store.files.manifest import FileManifest
from index.store.generation import GenerationFacts

# NumPy and FAISS are imported by what needs them: `selon status` does not.
if TYPE_CHECKING:
    from index.models.base import Embedder
    from index.store.files.build import FileBuild
    from index.store.open_generation import OpenGeneration
import json
from dataclasses import asdict
from datetime import date

from index.errors import reason_of
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


@dataclass(frozen=True, slots=True)
class FileStore:
    """The index of a data directory; see `index.store.base.IndexStore`."""

    data_dir: Path

    @property
    def workplace(self) -> Path:
        return Layout(self.data_dir).root

    def current_id(self) -> str | None:
        return current_id(self.data_dir)

    def facts(self) -> GenerationFacts:
        return find_current(self.data_dir)[1]

    def open(self, embedder: Embedder | None = None) -> OpenGeneration:
        from index.store.files.opening import open_generation
        from index.store.open_generation import OpenGeneration

        generation = open_generation(self.data_dir, embedder)
        return OpenGeneration(generation, RemovedFile(self.data_dir).ids)

    def check(self) -> StoreCheck:
        layout = Layout(self.data_dir)
        damage: DamagedIndex | None = None
        try:
            manifest = verify(self.data_dir)
        except DamagedIndex as error:
            damage = error
            manifest = FileManifest.open(layout.folder(layout.current_id() or ""))
        return StoreCheck(manifest, layout.before(manifest.id), measure_folder(layout.root), damage)

    def roll_back(self) -> GenerationFacts:
        from index.store.files.transfer import rollback

        return rollback(self.data_dir)

    def export(self, folder: Path) -> GenerationFacts:
        from index.store.files.transfer import export_index

        return export_index(self.data_dir, folder, RemovedFile(self.data_dir).ids())

    def take(self, folder: Path) -> GenerationFacts:
        from index.store.files.transfer import import_index

        return import_index(folder, self.data_dir)

    def removed(self) -> dict[str, RemovedArticle]:
        return RemovedFile(self.data_dir).read()

    def change_removed(
        self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]
    ) -> None:
        RemovedFile(self.data_dir).change(additions, restored_ids)

    def note_builder(self, status: BuilderStatus) -> None:
        write_builder_status(self.data_dir, status)

    def builder_status(self) -> BuilderStatus | None:
        return read_builder_status(self.data_dir)

    @contextmanager
    def start_build(self) -> Iterator[FileBuild]:
        from index.store.files.build import FileBuild

        layout = Layout(self.data_dir)
        with layout.alone(), closing(FileBuild(layout)) as build:
            yield build
            build.clean()

"""Sources in which a news agency drops NewsML-G2, NewsML or NITF.

A dispatch has one article: its latest version. One that is withheld or canceled goes at once. That
a file is deleted, as in drops that are emptied, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from index.errors import FetchError, ReadError
from index.fetch.gatherer import FailedAddress, GatherEvent
from index.fetch.mirror import Mirror
from index.fetch.remote_folder import ListedFile, open_folder
from index.fetch.source import SourceContext, SourceItem, SourceSettings
from index.formats.base import TEXT_BYTES
from index.formats.nitf import NewsVersion, news_versions
from index.tasks import ProcessBounds, ProcessLost, TaskRequester, run_task

_BOUNDS = ProcessBounds(seconds=60.0, memory=2**29)
_BATCH_FILES, _BATCH_BYTES = 100, 16 * 2**20
_SUFFIXES = (".xml", ".nitf", ".newsml", ".g2")
_Split = list[NewsVersion] | ReadError


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    with Mirror(context) as mirror, open_folder(source, context.secret) as folder:
        listed = [file for file in folder.files() if file.path.lower().endswith(_SUFFIXES)]
        seen: dict[str, str] = mirror.cursor.get("seen", {})
        mirror.cursor["seen"] = seen = {
            file.path: seen[file.path] for file in listed if file.path in seen
        }
        new = [file for file in listed if seen.get(file.path) != file.version]
        for batch in _batches(new):
            documents = {file.path: folder.read(file.path) for file in batch}
            for path, versions in _split(documents, source).items():
                if isinstance(versions, ReadError):
                    yield FailedAddress(path, FetchError(versions.problem, subject=path))
                else:
                    yield from mirror.store(_newer(versions, mirror.versions))
            seen |= {file.path: file.version for file in batch}
        yield from mirror.store(())


def _newer(versions: list[NewsVersion], known: Mapping[str, str]) -> Iterator[SourceItem]:
    """Yield what is not older than the version known; of two versions alike, that which withholds
    wins."""
    for version in versions:
        mark = f"{version.order} {'withheld' if version.is_withheld else 'usable'}"
        if mark >= known.get(version.key, ""):
            body = None if version.is_withheld else version.document
            yield SourceItem(version.key, mark, body, ".xml", name="dispatch")


def _batches(files: list[ListedFile]) -> Iterator[list[ListedFile]]:
    batch: list[ListedFile] = []
    size = 0
    for file in files:
        if file.size > TEXT_BYTES:
            continue
        if batch and (len(batch) >= _BATCH_FILES or size + file.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _split(documents: Mapping[str, bytes], source: SourceSettings) -> dict[str, _Split]:
    """Split documents in a process of its own. Raises FetchError."""
    try:
        return run_task(_split_in_process, dict(documents), bounds=_BOUNDS)
    except ProcessLost as lost:
        raise FetchError("source-unreadable", subject=source.name) from lost


def _split_in_process(_: TaskRequester, documents: dict[str, bytes]) -> dict[str, _Split]:
    result: dict[str, _Split] = {}
    for path, data in documents.items():
        try:
            result[path] = news_versions(data, path)
        except ReadError as error:
            result[path] = error
    return result

"""Discovery of article files below given paths."""

from __future__ import annotations

import errno
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.errors import Problem, ReadError, reason_of
from index.formats.base import Skipped, Source
from index.formats.table import UNKNOWN_FORMAT, UNREAD_DOCUMENTS, suffix_of

# {"version": 1, "files": {"a.html": {"url": "https://exemple.fr/a"}}}, with paths below the folder.
LEDGER = ".selon-addresses.json"
_Ledgers = Callable[[Path], tuple[Mapping[str, str], Problem | None]]
_LIMIT = 128 * 2**20  # bytes; an address takes some hundreds
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")


def read_ledger(folder: Path) -> tuple[Mapping[str, str], Problem | None]:
    """Return the addresses of files in the ledger of a folder, and a problem if it is broken."""
    ledger = folder / LEDGER
    try:
        if not ledger.is_file():
            return {}, None
        if ledger.stat().st_size > _LIMIT:
            raise ReadError("addresses-too-large", limit=_LIMIT)
        return _parse_ledger(json.loads(ledger.read_bytes())), None
    except (OSError, ValueError, RecursionError, ReadError) as error:
        return {}, Problem("addresses-unreadable", reason=reason_of(error))


def _parse_ledger(ledger: object) -> dict[str, str]:
    files = ledger.get("files") if isinstance(ledger, dict) else None
    if not isinstance(files, dict):
        raise ReadError("addresses-no-files")
    return {
        unicodedata.normalize("NFC", name): file["url"]
        for name, file in files.items()
        if isinstance(file, dict) and _ADDRESS.fullmatch(str(file.get("url")))
    }


def find_sources(paths: Sequence[Path]) -> tuple[list[Source], list[Skipped]]:
    """Return the article files at and below `paths`, by location, and what was skipped.

    Hidden files and folders are ignored unless they are in `paths`; index folders are skipped; a
    file reached twice counts once. Links, except those in `paths`, are followed only to targets
    below one of `paths`. Raises ReadError for a path that does not exist.
    """
    inside = [os.path.realpath(root) for root in paths]
    sources: dict[str, Source] = {}
    skipped: dict[str, Skipped] = {}
    ledger_of = cache(read_ledger)  # the paths may be all files of a folder
    for root in paths:
        try:
            exists = root.exists()
        except OSError as error:
            raise ReadError(_listing_problem(error), subject=root) from error
        if not exists:
            raise ReadError("path-missing", subject=root)
        finder = _Below(root, inside) if root.is_dir() else _named_file(root, ledger_of)
        for item in finder:
            if isinstance(item, Skipped):
                skipped.setdefault(item.label, item)
            else:
                sources.setdefault(*item)
    return _distinct_locations(sources), sorted(skipped.values(), key=lambda skip: skip.label)


def _listing_problem(error: OSError) -> Problem:
    too_deep = error.errno == errno.ENAMETOOLONG
    return Problem("folder-too-deep" if too_deep else "folder-unreadable", reason=reason_of(error))


def _named_file(path: Path, ledger_of: _Ledgers) -> Iterator[tuple[str, Source] | Skipped]:
    label = label_of(path)
    if not path.is_file():
        yield Skipped(label, Problem("path-neither"))
    elif suffix_of(path.name) is None:
        yield Skipped(label, UNKNOWN_FORMAT)
    else:
        urls, _ = ledger_of(path.parent)
        source = Source(path, label, _plain(path.name), urls.get(_plain(path.name)))
        yield os.path.realpath(path), source


class _Below:
    """The files below a folder, in order; each folder is entered once.

    Links are followed only to targets at or below one of `inside`. A file's real path is derived
    from that of its folder unless it is a link: resolving is slower than listing.
    """

    def __init__(self, root: Path, inside: Sequence[str]) -> None:
        self._root = root
        self._inside = inside
        self._visited: set[str] = set()
        self._urls: dict[str, str] = {}

    def __iter__(self) -> Iterator[tuple[str, Source] | Skipped]:
        name = _plain(Path(os.path.realpath(self._root)).name)
        pending = [_Folder(str(self._root), label_of(self._root), name)]
        while pending:
            folder = pending.pop()
            real = os.path.realpath(folder.path)
            if real in self._visited:
                continue
            self._visited.add(real)
            try:
                with os.scandir(folder.path) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                yield Skipped(folder.label, _listing_problem(error))
                continue
            if folder.path != str(self._root) and _is_index(folder.path, entries):
                yield Skipped(folder.label, Problem("folder-of-index"))
                continue
            folders: list[_Folder] = []
            yield from self._files(folder, real, entries, folders)
            pending += reversed(folders)

    def _files(
        self,
        folder: _Folder,
        real: str,
        entries: Sequence[os.DirEntry[str]],
        folders: list[_Folder],
    ) -> Iterator[tuple[str, Source] | Skipped]:
        """Yield the files of one folder, and append its folders to `folders`."""
        if any(entry.name == LEDGER for entry in entries):
            urls, problem = read_ledger(Path(folder.path))
            self._urls |= {_plain(f"{real}{os.sep}{name}"): url for name, url in urls.items()}
            if problem:
                yield Skipped(folder.below(LEDGER).label, problem)
        for entry in entries:
            if entry.name.startswith((".", "~$")):  # « ~$ » marks Word's lock files
                continue
            try:
                if self._leads_out(entry):
                    if entry.is_dir() or suffix_of(entry.name):
                        yield Skipped(folder.below(entry.name).label, Problem("link-out"))
                elif entry.is_dir():
                    folders.append(folder.below(entry.name))
                elif suffix_of(entry.name):
                    yield self._source_of(folder, real, entry)
                elif problem := UNREAD_DOCUMENTS.get(os.path.splitext(entry.name)[1].lower()):  # noqa: PTH122
                    yield Skipped(folder.below(entry.name).label, problem)
            except OSError as error:
                problem = Problem("file-unseen", reason=reason_of(error))
                yield Skipped(folder.below(entry.name).label, problem)

    def _leads_out(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink() or not os.path.exists(entry.path):  # noqa: PTH110
            return False
        real = os.path.realpath(entry.path)
        return not any(
            real == root or real.startswith(f"{root.rstrip(os.sep)}{os.sep}")
            for root in self._inside
        )

    def _source_of(
        self, folder: _Folder, real: str, entry: os.DirEntry[str]
    ) -> tuple[str, Source] | Skipped:
        at = folder.below(entry.name)
        if not entry.is_file():
            is_broken = entry.is_symlink() and not os.path.exists(at.path)  # noqa: PTH110
            return Skipped(at.label, Problem("link-lost" if is_broken else "file-special"))
        place = f"{real}{os.sep}{entry.name}"
        if entry.is_symlink():
            place = os.path.realpath(place)
        return place, Source(Path(at.path), at.label, at.location, self._urls.get(_plain(place)))


# Names that `index.store.files` writes: in an index; in a generation or an export; in a data
# directory.
_INDEX = {"CURRENT", "generations"}
_EXPORT = {"manifest.json", "articles.sqlite"}
_DATA = "index"


def _is_index(folder: str, entries: Sequence[os.DirEntry[str]]) -> bool:
    """True for a data directory, an index and an export: their files are not articles."""
    names = {entry.name for entry in entries}
    if names >= _INDEX or names >= _EXPORT:
        return True
    return _DATA in names and all(Path(folder, _DATA, name).exists() for name in _INDEX)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to enter, or a file in one: its path, display name and location."""

    path: str
    label: str
    location: str

    def below(self, name: str) -> _Folder:
        plain = _plain(name)
        label = plain if self.label == "." else f"{self.label.rstrip(os.sep)}{os.sep}{plain}"
        location = f"{self.location}/{plain}"
        return _Folder(f"{self.path.rstrip(os.sep)}{os.sep}{name}", label, location)


def label_of(path: Path) -> str:
    """How the articles below a path show it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links are not resolved
    here = Path.cwd()
    return _plain(str(absolute.relative_to(here) if absolute.is_relative_to(here) else path))


def _plain(name: str) -> str:
    """Return a name as text, with composed accents (macOS decomposes them)."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _distinct_locations(sources: Mapping[str, Source]) -> list[Source]:
    """Sort sources by location; a duplicate location becomes the absolute path."""
    locations: set[str] = set()
    result: list[Source] = []
    for real, source in sources.items():
        location = source.location if source.location not in locations else _plain(real)
        while location in locations:  # names in other encodings that decode alike
            location += "'"
        locations.add(location)
        result.append(source if location == source.location else replace(source, location=location))
    return sorted(result, key=lambda source: source.location)

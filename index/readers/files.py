"""Which files of the paths a person names are articles."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import ReadError
from index.readers.content import Skipped


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    `path` is where it is, `shown` how a person would type it, and `location` what its article is
    known by wherever the corpus is moved: the root folder's name and the path below it. `url` is
    where the file was fetched, if it was.
    """

    path: Path
    shown: str
    location: str
    url: str | None = None


def find_sources(
    paths: Sequence[Path], suffixes: Collection[str]
) -> tuple[list[Source], list[Skipped]]:
    """The articles' files at and below `paths`, by location, and what cannot be one.

    `suffixes` are those of the formats that can be read, in lower case. Hidden files and folders
    are left out unless named; a file reached twice counts once. Raises ReadError for a path that
    does not exist.
    """
    sources: dict[Path, Source] = {}
    skipped: list[Skipped] = []
    for root in paths:
        if not root.exists():
            message = f"{root}: no such file or folder; check the path"
            raise ReadError(message)
        for found in _below(root, suffixes) if root.is_dir() else _named(root, suffixes):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                sources.setdefault(found.path.resolve(), found)
    return _told_apart(sources), sorted(skipped, key=lambda skip: skip.shown)


def unknown_format(suffixes: Collection[str]) -> str:
    return f"unknown format; Selon reads {', '.join(suffixes)}"


def _named(path: Path, suffixes: Collection[str]) -> Iterator[Source | Skipped]:
    """A file given by itself."""
    if not path.is_file():
        yield Skipped(_shown(path), "neither a file nor a folder; give a file of text")
    elif path.suffix.lower() not in suffixes:
        yield Skipped(_shown(path), unknown_format(suffixes))
    else:
        yield Source(path, _shown(path), _plain(path.name))


def _below(root: Path, suffixes: Collection[str]) -> Iterator[Source | Skipped]:
    """The files below a folder, in order; links are followed, a folder is entered once."""
    entered = {root.resolve()}
    refused: list[OSError] = []
    for folder, names, files in os.walk(root, followlinks=True, onerror=refused.append):
        names[:] = [
            name
            for name in sorted(names)
            if not name.startswith(".") and _enter(Path(folder, name), entered)
        ]
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in suffixes:
                continue
            if path.is_file():
                yield Source(path, _shown(path), _location(root, path))
            elif path.is_symlink():
                yield Skipped(_shown(path), "the link leads nowhere; mend or remove it")
    for error in refused:
        shown = _shown(Path(os.fsdecode(error.filename or root)))
        yield Skipped(shown, f"{_why(error)}; make the folder readable")


def _enter(folder: Path, entered: set[Path]) -> bool:
    real = folder.resolve()
    if real in entered:
        return False
    entered.add(real)
    return True


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _shown(path: Path) -> str:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps the name it was given
    here = Path.cwd()
    return _plain(str(absolute.relative_to(here) if absolute.is_relative_to(here) else path))


def _location(root: Path, path: Path) -> str:
    return _plain((Path(root.resolve().name) / path.relative_to(root)).as_posix())


def _plain(name: str) -> str:
    """A name as text: composed accents (macOS stores them apart), no undecodable bytes."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _told_apart(sources: dict[Path, Source]) -> list[Source]:
    """Sources by location; where two have the same, the second is known by its absolute path."""
    taken: set[str] = set()
    told: list[Source] = []
    for real, source in sources.items():
        location = source.location if source.location not in taken else _plain(real.as_posix())
        taken.add(location)
        told.append(replace(source, location=location))
    return sorted(told, key=lambda source: source.location)

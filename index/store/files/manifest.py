"""The manifest of a generation: what it holds, with checksums of its files."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from index.errors import DamagedIndex, Problem, reason_of
from index.store.generation import GenerationFacts

# Raised when a file of a generation, or how its words and texts were prepared, changes meaning.
# Format 2 had no segments; formats 2 and 3 stored terms as JSON instead of hashes.
GENERATION_FORMAT = 4
_OLDEST_FORMAT = 2
MANIFEST_NAME = "manifest.json"
GENERATION_ID = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z")
ID_TIME = "%Y%m%dT%H%M%S.%fZ"
REBUILD = Problem("remedy-rebuild")
_QUICK = 64 * 2**20  # bytes; files up to this size are hashed at each opening
_LONGEST = 2**26  # bytes of a manifest, whose roots may be as many as a command line holds
_MOST = 2**40  # upper bound of any count
_LONGEST_TEXT = 4096  # characters
_FIRST_YEAR, _LAST_YEAR = 2000, 9998
_FILE = re.compile(r"[a-z_]+(?:[./][a-z_]+){0,5}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class FileStamp(NamedTuple):
    """Size in bytes and SHA-256 of a file when it was written."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileManifest(GenerationFacts):
    """The manifest of a generation; `files` are all others in its folder, by relative path.

    `segments`, if any, are the ids of those the generation consists of, oldest (the base) first;
    its own folder then holds only tombstones.
    """

    format: int
    files: Mapping[str, FileStamp]
    segments: tuple[str, ...] = ()

    def save(self, folder: Path) -> None:
        files = {name: stamp._asdict() for name, stamp in self.files.items()}
        fields = {"format": self.format, **self.as_json()}
        if self.segments:
            fields["segments"] = list(self.segments)
        (folder / MANIFEST_NAME).write_bytes(_render({**fields, "files": files}))

    @classmethod
    def open(cls, folder: Path, remedy: Problem = REBUILD) -> FileManifest:
        """Read and validate a manifest. Raises DamagedIndex, ending in `remedy`."""
        path = folder / MANIFEST_NAME
        try:
            size = _plain_size(folder, MANIFEST_NAME, remedy)
            if size > _LONGEST:
                raise DamagedIndex("manifest-not", subject=path, remedy=remedy)
            content = path.read_bytes()
            fields = json.loads(content)
            version = fields["format"]
        except OSError as error:
            raise DamagedIndex(
                "manifest-unreadable", subject=path, reason=reason_of(error), remedy=remedy
            ) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DamagedIndex("manifest-not", subject=path, remedy=remedy) from error
        in_range = isinstance(version, int) and _OLDEST_FORMAT <= version <= GENERATION_FORMAT
        if not in_range and isinstance(version, int):
            newer = version > GENERATION_FORMAT
            raise DamagedIndex(
                "manifest-newer" if newer else "manifest-older",
                subject=path,
                version=version,
                known=GENERATION_FORMAT,
                remedy=remedy,
            )
        try:
            values = {key: fields[key] for key in fields if key != "sha256"}
            if _render(values) != content:
                raise DamagedIndex("manifest-altered", subject=path, remedy=remedy)
            for name, has_form in _FORMS.items():
                value, fits = values.get(name, ()) if name == "segments" else values[name], False
                with suppress(ValueError, KeyError, TypeError):
                    fits = has_form(value)
                if not fits:
                    raise DamagedIndex("manifest-field", subject=path, field=name, remedy=remedy)
            files = {name: FileStamp(**stamp) for name, stamp in values["files"].items()}
            segments = tuple(values.get("segments", ()))
            return cls.from_json(values, files=files, segments=segments)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("manifest-not", subject=path, remedy=remedy) from error

    def check(
        self, folder: Path, *, whole: bool, remedy: Problem = REBUILD, trusted: Collection[str] = ()
    ) -> None:
        """Compare the files with the manifest: all sizes, and the content of small files.

        `whole` hashes all files, except those in `trusted`. Raises DamagedIndex naming the first
        that differs.
        """
        for name, stamp in self.files.items():
            path = folder / name
            try:
                size = _plain_size(folder, name, remedy)
                if size != stamp.size:
                    raise DamagedIndex(
                        "manifest-size", subject=path, size=size, expected=stamp.size, remedy=remedy
                    )
                must_hash = (whole or size <= _QUICK) and name not in trusted
                if must_hash and _sha256(path) != stamp.sha256:
                    raise DamagedIndex("manifest-altered", subject=path, remedy=remedy)
            except OSError as error:
                raise DamagedIndex(
                    "manifest-unreadable", subject=path, reason=reason_of(error), remedy=remedy
                ) from error


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT and not _CONTROL.search(value)


def _is_id(value: Any) -> bool:
    if not isinstance(value, str) or not GENERATION_ID.fullmatch(value):
        return False
    return _FIRST_YEAR <= datetime.strptime(value, ID_TIME).year <= _LAST_YEAR


def _is_moment(value: Any) -> bool:
    moment = datetime.fromisoformat(value)
    return moment.utcoffset() == timedelta(0) and _FIRST_YEAR <= moment.year <= _LAST_YEAR


def _is_path(value: Any) -> bool:
    # Folder names may contain any character, including newlines.
    return (
        isinstance(value, str)
        and "\0" not in value
        and len(value) <= _LONGEST_TEXT
        and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute())
    )


def _is_file(name: str, stamp: Any) -> bool:
    size, digest = stamp["size"], stamp["sha256"]
    match = _FILE.fullmatch(name) and name != MANIFEST_NAME
    return bool(match and _is_count(size) and _SHA256.fullmatch(digest))


# Validators of the fields; ValueError, KeyError and TypeError also mean invalid.
_FORMS: Mapping[str, Callable[[Any], bool]] = {
    "id": _is_id,
    "model": _is_text,
    "dimension": _is_count,
    "built_at": _is_moment,
    "articles": _is_count,
    "passages": _is_count,
    "sentences": _is_count,
    "languages": lambda value: all(_is_text(key) and _is_count(value[key]) for key in value),
    "copies": _is_count,
    "roots": lambda value: isinstance(value, list) and all(map(_is_path, value)),
    "rules": _is_text,
    "fingerprint": _is_text,
    "segments": lambda value: all(map(_is_id, value)),
    "files": lambda value: all(_is_file(name, value[name]) for name in value),
}


def _plain_size(folder: Path, name: str, remedy: Problem) -> int:
    """Size of a regular file below the folder, not reached through links. Raises DamagedIndex,
    OSError."""
    below = PurePosixPath(name)
    for part in below.parents[:-1]:
        if not stat.S_ISDIR((folder / part).lstat().st_mode):
            raise DamagedIndex("manifest-no-file", subject=folder / part, remedy=remedy)
    state = (folder / below).lstat()
    if not stat.S_ISREG(state.st_mode):
        raise DamagedIndex("manifest-no-file", subject=folder / below, remedy=remedy)
    return state.st_size


def stamp_files(folder: Path) -> dict[str, FileStamp]:
    """Size and checksum of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): FileStamp(path.stat().st_size, _sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _render(fields: dict[str, Any]) -> bytes:
    """The canonical JSON of these fields, followed by their SHA-256."""

    def encode(values: dict[str, Any]) -> bytes:
        # Roots that are not UTF-8 have lone surrogates, which `json.loads` reads back.
        return json.dumps(values, ensure_ascii=False, indent=2).encode(errors="surrogatepass")

    return encode({**fields, "sha256": hashlib.sha256(encode(fields)).hexdigest()}) + b"\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

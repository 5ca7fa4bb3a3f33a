"""What a generation holds, and the proof that it still does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from index.errors import DamagedIndex, Problem, reason_of
from index.store.reader import GenerationFacts

# Raised whenever a file of a generation, or how its words and texts were prepared, changes meaning.
GENERATION_FORMAT = 2
MANIFEST_NAME = "manifest.json"
_QUICK = 64 * 2**20  # bytes: files up to here are hashed at each opening
REBUILD = Problem("remedy-rebuild")


class FileStamp(NamedTuple):
    """A file as it was written: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(GenerationFacts):
    """What a generation holds, with every other file of its folder by path below it."""

    format: int
    files: Mapping[str, FileStamp]

    def save(self, folder: Path) -> None:
        (folder / MANIFEST_NAME).write_bytes(_render(self._fields()))

    @classmethod
    def open(cls, folder: Path, remedy: Problem = REBUILD) -> Manifest:
        """Read a manifest of this format, unaltered. Raises DamagedIndex, ending in `remedy`."""
        path = folder / MANIFEST_NAME
        try:
            written = path.read_bytes()
            fields = json.loads(written)
            version = fields["format"]
        except OSError as error:
            raise DamagedIndex(
                "manifest-unreadable", shown=path, reason=reason_of(error), remedy=remedy
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("manifest-not", shown=path, remedy=remedy) from error
        if version != GENERATION_FORMAT and isinstance(version, int):
            newer = version > GENERATION_FORMAT
            raise DamagedIndex(
                "manifest-newer" if newer else "manifest-older",
                shown=path,
                version=version,
                known=GENERATION_FORMAT,
                remedy=remedy,
            )
        try:
            if _render({key: fields[key] for key in fields if key != "sha256"}) == written:
                return cls._of(fields)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("manifest-not", shown=path, remedy=remedy) from error
        raise DamagedIndex("manifest-altered", shown=path, remedy=remedy)

    def check(self, folder: Path, *, whole: bool, remedy: Problem = REBUILD) -> None:
        """Compare the files with what was written: sizes always, content where that is quick.

        `whole` hashes every file, however large. Raises DamagedIndex naming the first that differs.
        """
        for name, stamp in self.files.items():
            path = folder / name
            try:
                size = path.stat().st_size
                if size != stamp.size:
                    raise DamagedIndex(
                        "manifest-size", shown=path, size=size, expected=stamp.size, remedy=remedy
                    )
                if (whole or size <= _QUICK) and _sha256(path) != stamp.sha256:
                    raise DamagedIndex("manifest-altered", shown=path, remedy=remedy)
            except OSError as error:
                raise DamagedIndex(
                    "manifest-unreadable", shown=path, reason=reason_of(error), remedy=remedy
                ) from error

    def _fields(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "id": self.id,
            "model": self.model,
            "dimension": self.dimension,
            "built_at": self.built_at.isoformat(),
            "articles": self.articles,
            "passages": self.passages,
            "sentences": self.sentences,
            "languages": dict(self.languages),
            "copies": self.copies,
            "roots": list(self.roots),
            "rules": self.rules,
            "fingerprint": self.fingerprint,
            "files": {name: stamp._asdict() for name, stamp in self.files.items()},
        }

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Manifest:
        known = {key: value for key, value in fields.items() if key != "sha256"}
        known["roots"] = tuple(known["roots"])
        known["built_at"] = datetime.fromisoformat(known["built_at"])
        known["files"] = {name: FileStamp(**stamp) for name, stamp in known["files"].items()}
        return cls(**known)


def stamp_files(folder: Path) -> dict[str, FileStamp]:
    """Every file below a folder as it is now."""
    return {
        path.relative_to(folder).as_posix(): FileStamp(path.stat().st_size, _sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _render(fields: dict[str, Any]) -> bytes:
    """The one way to write these fields, with their own SHA-256 at the end."""
    body = json.dumps(fields, ensure_ascii=False, indent=2)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return (json.dumps({**fields, "sha256": digest}, ensure_ascii=False, indent=2) + "\n").encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What a reader is given: the bytes of one file and what is known of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from index.errors import ReadError
from index.readers.draft import Draft

WHOLE_LIMIT = 256 * 2**20
"""Bytes of a file that is read whole; larger ones only by readers that take it in pieces."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that was not indexed, and in one line why and what to do."""

    shown: str
    reason: str


@dataclass(frozen=True, slots=True)
class Options:
    """How the operator wants files to be read.

    `fields` maps Selon's names to those of the records (`{"text": "corps"}`); `ocr` lets a scan be
    read by `tesseract` where the machine has it.
    """

    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ocr: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """One file to a reader. `name` ends in the suffix that chose the reader; `shown` is how errors
    name it; `size` is in bytes; `url` is where it was fetched, if it was."""

    name: str
    shown: str
    size: int
    open: Callable[[], BinaryIO]
    url: str | None = None
    options: Options = field(default_factory=Options)

    @classmethod
    def of_bytes(
        cls,
        data: bytes,
        name: str,
        shown: str | None = None,
        *,
        url: str | None = None,
        options: Options | None = None,
    ) -> Content:
        return cls(
            name,
            shown or name,
            len(data),
            lambda: io.BytesIO(data),
            url,
            options or Options(),
        )

    @classmethod
    def of_file(
        cls, path: Path, shown: str, *, url: str | None = None, options: Options | None = None
    ) -> Content:
        """Raises ReadError where the file cannot be looked at."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise unreadable(shown, error) from error
        return cls(path.name, shown, size, lambda: path.open("rb"), url, options or Options())

    def read(self) -> bytes:
        """All of it. Raises ReadError for what is too large to be one text, or cannot be read."""
        if self.size > WHOLE_LIMIT:
            raise ReadError(
                f"{self.shown}: {self.size // 2**20} MB, more than one article can be "
                f"({WHOLE_LIMIT // 2**20} MB); split it"
            )
        try:
            with self.open() as stream:
                return stream.read(WHOLE_LIMIT)
        except OSError as error:
            raise unreadable(self.shown, error) from error


Reader = Callable[[Content], Iterator[Draft | Skipped]]
"""Reads the articles of one format. Raises ReadError where nothing of the file can be read; a part
of it that cannot (a record, a member) is a Skipped among the rest, which goes on."""


def unreadable(shown: str, error: OSError) -> ReadError:
    why = (error.strerror or str(error)).lower()
    return ReadError(f"{shown}: {why}; check the file and its permissions")

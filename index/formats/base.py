"""What parsers receive and return: content, blocks, metadata, articles."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, Protocol

from index.article import Selection
from index.errors import Problem, ReadError, StreamError, reason_of
from index.text.folding import folded_words

# Where a fact of the metadata was found; `fields` are those of a JSON or CSV record, `htmldate` is
# the date that this library guesses for a page.
Origin = Literal[
    "front matter", "json-ld", "opengraph", "html", "pdf", "docx", "document", "epub", "feed",
    "sitemap", "nitf", "email", "fields", "address", "file name", "text", "detected", "htmldate",
]  # fmt: skip
_LONG_ITEM = 200  # characters; lists of longer items are paragraphs


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading on one line."""

    text: str
    heading: bool = False


def list_blocks(items: Sequence[str]) -> Iterator[Block]:
    """Yield a list as one paragraph of lines, or, if its items are long, as a paragraph each."""
    items = [item for item in items if item]
    apart = any(len(item) > _LONG_ITEM for item in items)
    yield from (Block(text) for text in (items if apart else ["\n".join(items)]) if text)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about its article; None for absent facts.

    A date is a datetime if its time is known, aware if its zone is. `origins` names the source of
    each fact.
    """

    title: str | None = None
    author: str | None = None
    published: date | datetime | None = None
    url: str | None = None
    language: str | None = None
    outlet: str | None = None
    category: str | None = None
    updated: date | datetime | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, origin: Origin, **facts: Any) -> Metadata:
        """Build metadata from facts of one origin; empty facts are left out."""
        facts = {name: value for name, value in facts.items() if value}
        return cls(**facts, origins=MappingProxyType(dict.fromkeys(facts, origin)))

    def completed(self, other: Metadata) -> Metadata:
        """Return these facts, completed by the other's.

        An author who is a slug here (« jeanne-petit ») takes the matching name there.
        """
        is_slug = self.author and self.author == "-".join(folded_words(other.author or ""))
        mine = self.without("author") if is_slug else self
        sources = {name: mine if getattr(mine, name) else other for name in FACTS}
        facts = {name: getattr(source, name) for name, source in sources.items()}
        origins = {n: source.origins[n] for n, source in sources.items() if n in source.origins}
        return Metadata(**facts, origins=MappingProxyType(origins))

    def without(self, *names: str) -> Metadata:
        """Return the metadata without the named facts."""
        origins = {name: origin for name, origin in self.origins.items() if name not in names}
        return replace(self, **dict.fromkeys(names), origins=MappingProxyType(origins))


FACTS = tuple(fact.name for fact in fields(Metadata) if fact.name != "origins")


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """The blocks of one article in reading order, and its metadata.

    `key` distinguishes the articles of one file (a feed's guid, a record's id or line, the name of
    a member of an archive); empty if the file is one article. `guesses` come last, after
    those in the file's name.
    """

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    key: str = ""
    guesses: Metadata = field(default_factory=Metadata)


READING_BYTES = 256 * 2**20  # memory that reading a file may need
# A file that is read whole; larger ones are read only by parsers that work in pieces.
WHOLE_FILE_BYTES = 256 * 2**20
TEXT_BYTES = 64 * 2**20  # a text; the longest novels have 6 MB
_PIECE = 2**20
_State = tuple[int, int, int]  # size, modification time and inode of a file, to notice changes
_NEVER_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or the part of one at `at`, that was not indexed, and why."""

    label: str
    problem: Problem
    at: Problem | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The operator's options for reading files.

    `fields` maps Selon's names to those of the records (`{"text": "corps"}`); `ocr` lets
    Tesseract, if installed, read scans. Articles in a selection of `apart` are copies of none
    outside it.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    ocr: bool = True
    apart: tuple[Selection, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        fields = dict(self.fields)  # a mapping proxy cannot be pickled
        return Options, (fields, self.ocr, self.apart)


@dataclass(frozen=True, slots=True)
class Content:
    """A file as a parser receives it.

    The suffix of `name` chose the parser; `label` is its name in errors; `size` is in bytes, 0 if
    unknown; `url` is its source if it was fetched; `depth` counts the archives or messages around
    it; `state` returns the current version of a file on disk.
    """

    name: str
    label: str
    size: int
    open: Callable[[], BinaryIO]
    url: str | None = None
    options: Options = field(default_factory=Options)
    depth: int = 0
    state: Callable[[], _State] | None = None

    @classmethod
    def of_bytes(
        cls,
        data: bytes,
        name: str,
        label: str | None = None,
        *,
        url: str | None = None,
        options: Options | None = None,
    ) -> Content:
        options = options or Options()
        return cls(name, label or name, len(data), lambda: io.BytesIO(data), url, options)

    @classmethod
    def of_file(
        cls, path: Path, label: str, *, url: str | None = None, options: Options | None = None
    ) -> Content:
        """Describe a file on disk. Raises ReadError if it cannot be accessed."""
        try:
            state = _state(path)
        except OSError as error:
            raise read_error(label, error) from error
        return cls(
            path.name,
            label,
            state[0],
            lambda: open(path, "rb", opener=_open_nonblocking),
            url,
            options or Options(),
            state=lambda: _state(path),
        )

    def read(self, limit: int = WHOLE_FILE_BYTES) -> bytes:
        """Read the whole file, again if it changes meanwhile.

        Raises ReadError if it is larger than `limit` bytes, unreadable, or keeps changing.
        """
        if self.size > limit:
            raise self._too_large(self.size, limit)
        try:
            for _ in range(2):
                before = self.state() if self.state else None
                with self.open() as stream:
                    data = _read_whole(stream, self.size, limit)
                if len(data) > limit:
                    raise self._too_large(len(data), limit)
                if before is None or self.state is None or self.state() == before:
                    return data
        except OSError as error:
            raise read_error(self.label, error) from error
        raise ReadError("file-changed-twice", subject=self.label)

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """Open for reading in pieces.

        Raises ReadError if it cannot be read, and at the end if it changed: the pieces may be of
        two versions.
        """
        try:
            before = self.state() if self.state else None
            with self.open() as stream:
                yield stream
            after = self.state() if self.state else None
        except OSError as error:
            raise read_error(self.label, error) from error
        if before != after:
            raise ReadError("file-changed", subject=self.label)

    def _too_large(self, size: int, limit: int) -> ReadError:
        return ReadError("article-too-large", subject=self.label, size=size, limit=limit)


def _read_whole(stream: BinaryIO, size: int, limit: int) -> bytes:
    """Read everything, or more than `limit` bytes, without allocating `limit` for a small file."""
    data = stream.read(min(size, limit) + 1)
    if len(data) <= size:
        return data
    whole = io.BytesIO()  # `getvalue` does not copy
    whole.write(data)
    while whole.tell() <= limit and (data := stream.read(_PIECE)):
        whole.write(data)
    return whole.getvalue()


class Parser(Protocol):
    """A parser: a module with this function."""

    def read(self, content: Content, /) -> Iterator[ParsedArticle | Skipped]:
        """Yield the articles of a file, and a Skipped for each unreadable record or member.

        Raises ReadError if nothing can be read.
        """
        ...


def read_error(label: str, error: OSError) -> ReadError:
    reason = reason_of(error)
    match error.errno:
        case errno.ENOENT:
            return ReadError("file-gone", subject=label, reason=reason)
        case errno.EACCES | errno.EPERM:
            return ReadError("file-not-permitted", subject=label, reason=reason)
    return ReadError("file-unreadable", subject=label, reason=reason)


def _state(path: Path) -> _State:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise StreamError("not-a-file")
    return status.st_size, status.st_mtime_ns, status.st_ino


def _open_nonblocking(name: str, flags: int) -> int:
    """Open without blocking: a pipe may have taken the file's place."""
    descriptor = os.open(name, flags | _NEVER_WAIT)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StreamError("not-a-file")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    `label` is its name in messages. `location` is its identity, unchanged when the corpus moves:
    the root folder's name and the path below it. `url` is its source if it was fetched.
    """

    path: Path
    label: str
    location: str
    url: str | None = None

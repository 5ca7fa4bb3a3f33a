"""Which reader reads which file: the one table of formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType

from index.article import Article
from index.errors import ReadError
from index.readers.content import Content, Options, Reader, Skipped
from index.readers.draft import Draft
from index.readers.files import Source, unknown_format
from index.readers.making import article_of

# By suffix, the module of `index.readers` whose `read` is its Reader. Named, not imported: a
# parser is loaded when the first file of its format is read.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        ".md": "markdown",
        ".markdown": "markdown",
        ".txt": "text",
        ".text": "text",
    }
)


def suffix_of(name: str) -> str | None:
    """The suffix of a file's name that a reader is known for; None where there is none."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in FORMATS else None


def reader_of(name: str) -> Reader | None:
    """The reader of a file of this name; None for an unknown format."""
    suffix = suffix_of(name)
    if suffix is None:
        return None
    reader: Reader = import_module(f"index.readers.{FORMATS[suffix]}").read
    return reader


def read_content(content: Content) -> Iterator[Draft | Skipped]:
    """What is in a file, or in a member of an archive. Raises ReadError."""
    reader = reader_of(content.name)
    if reader is None:
        raise ReadError(f"{content.shown}: {unknown_format(FORMATS)}")
    yield from reader(content)


def read_source(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
    """The articles of a file, and what of it could not become one.

    Raises ReadError, in one line naming the file, when nothing of it can be read.
    """
    content = Content.of_file(source.path, source.shown, url=source.url, options=options)
    for found in read_content(content):
        if isinstance(found, Skipped):
            yield found
            continue
        try:
            yield article_of(found, content, source.location)
        except ReadError as error:
            if not found.key:
                raise
            shown = f"{source.shown}#{found.key}"
            yield Skipped(shown, str(error).removeprefix(f"{source.shown}: "))

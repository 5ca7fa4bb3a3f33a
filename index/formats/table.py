"""Which reader reads which file: the one table of formats."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TypeVar

from index.article import Article
from index.errors import ReadError
from index.formats.base import ArticleDraft, Content, Options, Parser, Skipped, unreadable
from index.formats.conversion import article_of_draft
from index.formats.signature import HEAD, sure_suffix, unreadable_kind
from index.formats.sources import Source, known_suffix, unknown_format

_TOLD = 20


_KINDS = 50


Found = TypeVar("Found")


def summed_up(found: Iterator[Found | Skipped], shown: str) -> Iterator[Found | Skipped]:
    """The first twenty skipped of each kind (the same reason but for its numbers and names), and
    at the end of the file `shown` how many more there were."""
    counts: Counter[str] = Counter()
    for each in found:
        if not isinstance(each, Skipped):
            yield each
            continue
        kind = re.sub(r"\d+|[\"'«`(].*", "", each.reason)
        kind = kind.strip() if kind in counts or len(counts) < _KINDS else "other reasons"
        counts[kind] += 1
        if counts[kind] <= _TOLD:
            yield each
    for kind, count in counts.items():
        if count > _TOLD:
            yield Skipped(shown, f"and {count - _TOLD:,} more like it ({kind})")


logger = logging.getLogger(__name__)


# By suffix, the module of `index.formats` whose `read` is its Reader. Named, not imported: a
# parser is loaded when the first file of its format is read.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        ".md": "markdown",
        ".markdown": "markdown",
        ".txt": "text",
        ".text": "text",
        ".html": "html",
        ".htm": "html",
        ".xhtml": "html",
        ".eml": "email",
        ".pdf": "pdf",
        ".docx": "docx",
        ".epub": "epub",
        ".json": "json",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".csv": "csv",
        ".tsv": "csv",
        ".xml": "xml",
        ".rss": "xml",
        ".atom": "xml",
        ".rdf": "xml",
        ".zip": "archives",
        ".tar": "archives",
        ".tar.gz": "archives",
        ".tgz": "archives",
        ".tar.bz2": "archives",
        ".tbz2": "archives",
        ".tar.xz": "archives",
        ".txz": "archives",
        ".gz": "archives",
        ".bz2": "archives",
        ".xz": "archives",
    }
)


_PLAIN = ("text", "markdown")


_ZIPPED = (".docx", ".epub")


def suffix_of(name: str) -> str | None:
    """The suffix of a file's name that a reader is known for (`.tar.gz`); None without one."""
    return known_suffix(name, FORMATS)


def parser_of(name: str) -> Parser | None:
    """The reader of a file of this name; None for an unknown format."""
    suffix = suffix_of(name)
    return _reader(suffix) if suffix else None


def read_content(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """What is in a file, or in a member of an archive. Raises ReadError.

    A file whose name says one format and whose content is surely another (a PDF named `.txt`) is
    read as what it is, with a warning in the log.
    """
    suffix = suffix_of(content.name)
    if suffix is None:
        raise ReadError(f"{content.shown}: {unknown_format(FORMATS)}")
    actual = _by_content(content, suffix)
    if actual != suffix:
        logger.warning("%s: its content is %s, and is read as that", content.shown, actual)
    yield from _reader(actual)(content)


def read_source(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
    """The articles of a file, and what of it could not become one.

    Raises ReadError, in one line naming the file, when nothing of it can be read.
    """
    content = Content.of_file(source.path, source.shown, url=source.url, options=options)
    yield from summed_up(_articles(content, source), source.shown)


def _articles(content: Content, source: Source) -> Iterator[Article | Skipped]:
    seen: set[int] = set()
    for found in read_content(content):
        if isinstance(found, Skipped):
            yield found
            continue
        draft = _told_apart(found, seen)
        try:
            yield article_of_draft(draft, _within(content, draft.key), source.location)
        except ReadError as error:
            if not draft.key:
                raise
            shown = f"{source.shown}#{draft.key}"
            yield Skipped(shown, str(error).removeprefix(f"{source.shown}: "))


def _told_apart(draft: ArticleDraft, seen: set[int]) -> ArticleDraft:
    """The draft under a key that no other of its file has; hashes take less room than keys."""
    key, number = draft.key, 1
    while hash(key) in seen:
        number += 1
        key = f"{draft.key}~{number}"
    seen.add(hash(key))
    return draft if key == draft.key else replace(draft, key=key)


def _within(content: Content, key: str) -> Content:
    """The file that a draft came from where its key names one: a member, an attachment, a page."""
    inner = key.partition("#")[0]
    return replace(content, name=PurePosixPath(inner).name) if suffix_of(inner) else content


def _by_content(content: Content, suffix: str) -> str:
    """The suffix of the reader that a file needs, which is nearly always that of its name."""
    try:
        with content.open() as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise unreadable(content.shown, error) from error
    kind = unreadable_kind(head)
    if kind is not None and suffix not in _ZIPPED:  # whose readers know what a password looks like
        raise ReadError(f"{content.shown}: {kind}")
    sure = sure_suffix(head)
    if sure is None or FORMATS.get(sure) in (None, FORMATS[suffix]):
        return suffix
    if (sure == ".zip" and suffix in _ZIPPED) or (
        sure == ".html" and FORMATS[suffix] not in _PLAIN
    ):
        return suffix
    return sure


def _reader(suffix: str) -> Parser:
    reader: Parser = import_module(f"index.formats.{FORMATS[suffix]}").read
    return reader

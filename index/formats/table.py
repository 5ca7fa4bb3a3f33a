"""Registry of formats: names, media types, signatures and parsers.

To add a format: a parser (a module with `read`), a row here, a test, a line in `docs/formats.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, cast

from index.errors import Problem
from index.formats import signature as sign
from index.formats.base import Parser
from index.formats.signature import Signature


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    `parser` names a module, imported for the first file of the format. `version` is raised when
    the parser gives another output: files of an older one are read again. The first suffix is the
    default for files without one. `signature` detects the format by a file's first bytes; it
    overrides the names in `beats`; without it, the name decides. `media_types` are those that sites
    send. `package` is the member that makes a zip file a document of this format. `sendable`
    formats may be sent to the bot, `fetchable` ones fetched.
    """

    parser: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...] = ()
    signature: Signature | None = None
    beats: Literal["no name", "names of texts", "any name"] = "no name"
    package: str = ""
    sendable: bool = True
    fetchable: bool = True
    version: int = 1

    @property
    def suffix(self) -> str:
        return self.suffixes[0]

    def load(self) -> Parser:
        return cast(Parser, import_module(self.parser))


_ARCHIVES = "index.formats.archives.parser"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_FODT = f"{_ODT}-flat-xml"
ZIP = Format(_ARCHIVES, (".zip",), ("application/zip",), sign.is_zip, "any name")
# If two signatures match, the first row wins.
FORMATS = (
    Format("index.formats.markdown", (".md", ".markdown"), ("text/markdown",)),
    Format("index.formats.text", (".txt", ".text"), ("text/plain",)),
    Format(
        "index.formats.html.parser",
        (".html", ".htm", ".xhtml"),
        ("text/html", "application/xhtml+xml"),
        sign.is_html,
        "names of texts",
        version=3,
    ),
    Format(
        "index.formats.pdf.parser",
        (".pdf",),
        ("application/pdf",),
        sign.is_pdf,
        "any name",
        version=2,
    ),
    Format(
        "index.formats.docx",
        (".docx",),
        (_DOCX,),
        sign.is_word,
        "any name",
        "word/document.xml",
        version=2,
    ),
    Format(
        "index.formats.odt",
        (".odt",),
        (_ODT,),
        sign.is_opendocument_text,
        "any name",
        "META-INF/manifest.xml",
        version=2,
    ),
    Format(
        "index.formats.odt",
        (".fodt",),
        (_FODT,),
        sign.is_flat_opendocument_text,
        "any name",
        version=2,
    ),
    Format(
        "index.formats.epub",
        (".epub",),
        ("application/epub+zip",),
        sign.is_epub,
        "any name",
        "META-INF/container.xml",
    ),
    Format(
        "index.formats.json",
        (".jsonl", ".ndjson"),
        ("application/x-ndjson", "application/jsonl"),
        sign.is_json_lines,
    ),
    Format(
        "index.formats.json", (".json",), ("application/json", "application/ld+json"), sign.is_json
    ),
    Format("index.formats.csv", (".csv", ".tsv"), ("text/csv",)),
    Format(
        "index.formats.xml",
        (".xml", ".rss", ".atom", ".rdf"),
        ("application/xml", "text/xml"),
        sign.is_xml,
        version=2,
    ),
    Format("index.formats.email", (".eml",), ("message/rfc822",), sign.is_letter),
    ZIP,
    Format(_ARCHIVES, (".tar",), (), sign.is_tar, "any name", fetchable=False),
    Format(_ARCHIVES, (".tar.gz", ".tgz"), (), sign.is_packed_tar, "any name"),
    Format(_ARCHIVES, (".gz",), (), sign.is_gzip, "any name", fetchable=False),
    Format(
        _ARCHIVES, (".bz2", ".tar.bz2", ".tbz2"), (), sign.is_bzip2, "any name", fetchable=False
    ),
    Format(_ARCHIVES, (".xz", ".tar.xz", ".txz"), (), sign.is_xz, "any name", fetchable=False),
)
FORMAT_OF_SUFFIX: Mapping[str, Format] = MappingProxyType(
    {suffix: file_format for file_format in FORMATS for suffix in file_format.suffixes}
)
UNKNOWN_FORMAT = Problem("format-unknown", suffixes=tuple(FORMAT_OF_SUFFIX))
FORMAT_OF_MEDIA_TYPE: Mapping[str, Format] = MappingProxyType(
    {media_type: file_format for file_format in FORMATS for media_type in file_format.media_types}
)
_PACKED = frozenset({".gz", ".bz2", ".xz"})  # suffixes of single compressed files
# Unsupported documents, which are reported, by suffix.
UNREAD_DOCUMENTS: Mapping[str, Problem] = {
    ".doc": Problem("file-old-office"),
    ".rtf": Problem("file-rtf"),
    ".pages": Problem("file-pages"),
    ".ppt": Problem("file-presentation"),
    ".pptx": Problem("file-presentation"),
    ".msg": Problem("file-outlook"),
    ".rar": Problem("file-rar"),
    ".7z": Problem("file-7z"),
}


def suffix_of(name: str) -> str | None:
    """Return the supported suffix of a file's name in lower case, perhaps double (`.tar.gz`), or
    None. A compressed file needs a supported content (`a.jsonl.gz`, not `a.log.gz`)."""
    stem, dot, last = name.lower().rpartition(".")
    if not dot or not stem.strip("."):
        return None
    suffix = f".{last}"
    if suffix not in _PACKED:
        return suffix if suffix in FORMAT_OF_SUFFIX else None
    double = f".{stem.rpartition('.')[2]}{suffix}"
    if double in FORMAT_OF_SUFFIX:
        return double
    return suffix if suffix_of(stem) else None


def format_of(name: str) -> Format | None:
    """Return the format of a file of this name, or None."""
    return FORMAT_OF_SUFFIX.get(suffix_of(name) or "")


def sure_format(head: bytes) -> Format | None:
    """Return the format that the first bytes prove, whatever the name, or None."""
    sure = (file_format for file_format in FORMATS if file_format.beats != "no name")
    return next((file_format for file_format in sure if _matches(file_format, head)), None)


def suffix_for(head: bytes, name: str) -> str | None:
    """Return the suffix of the format of a file, detected by its first `HEAD_BYTES`.

    The name decides only between formats that look alike: text, Markdown and tables, or documents
    that are zip files. None for unsupported files; see `unreadable_kind`.
    """
    if sign.unreadable_kind(head) is not None:
        return None
    suffix = PurePath(name).suffix.lower()
    own = FORMAT_OF_SUFFIX.get(suffix)
    file_format = sure_format(head) or next(
        (candidate for candidate in FORMATS if _matches(candidate, head)), None
    )
    if file_format is ZIP and own is not None and own.package:
        return own.suffix
    if file_format is not None:
        return file_format.suffix
    if not sign.is_text(head):
        return None
    return suffix if own is not None and own.signature is None else ".txt"


def _matches(each: Format, head: bytes) -> bool:
    return each.signature is not None and each.signature(head)

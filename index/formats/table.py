"""The one table of formats: which parser reads a file of which suffix."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

_PACKED = frozenset({".gz", ".bz2", ".xz"})


_DOCUMENTS = {
    ".doc": "an old Word or Office file; save it as .docx",
    ".rtf": "an RTF document; save it as .docx",
    ".odt": "an OpenDocument file; save it as .docx",
    ".pages": "a Pages document; save it as .docx",
    ".ppt": "a presentation (PowerPoint); export it as PDF",
    ".pptx": "a presentation (PowerPoint); export it as PDF",
    ".msg": "an Outlook message; save it as .eml",
    ".rar": "a RAR archive; pack it as .zip",
    ".7z": "a 7-Zip archive; pack it as .zip",
}


def known_suffix(name: str, suffixes: Collection[str]) -> str | None:
    """The suffix of a file's name, two-fold where it is (`.tar.gz`), if it is one of these.

    A packed file counts when what is packed does (`a.jsonl.gz`, not `a.log.gz`).
    """
    stem, dot, last = name.lower().rpartition(".")
    if not dot or not stem.strip("."):
        return None
    suffix = f".{last}"
    if suffix not in _PACKED:
        return suffix if suffix in suffixes else None
    double = f".{stem.rpartition('.')[2]}{suffix}"
    if double in suffixes:
        return double
    return suffix if suffix in suffixes and known_suffix(stem, suffixes) else None


def unknown_format(suffixes: Collection[str]) -> str:
    return f"unknown format; Selon reads {', '.join(suffixes)}"


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


def suffix_of(name: str) -> str | None:
    """The suffix of a file's name that a reader is known for (`.tar.gz`); None without one."""
    return known_suffix(name, FORMATS)

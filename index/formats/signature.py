"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from pathlib import PurePath

HEAD = 8 * 1024
"""Bytes at the beginning of a file that tell what it is."""

_ARCHIVED = ".docx", ".epub", ".zip"
_PACKED = (
    (b"\x1f\x8b\x08", ".gz", (".tar.gz", ".tgz")),
    (b"BZh", ".bz2", (".tar.bz2", ".tbz2")),
    (b"\xfd7zXZ\0", ".xz", (".tar.xz", ".txz")),
)
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = (
    (_OFFICE, "a document of Office 97–2003, or one with a password; save it as .docx without one"),
    (b"{\\rtf", "an RTF document; save it as .docx"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; pack it as .zip"),
    (b"Rar!\x1a\x07", "a RAR archive; pack it as .zip"),
    (b"SQLite format 3\0", "a database (SQLite); export its articles as CSV or JSON"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG), which has no text"),
    (b"\xff\xd8\xff", "a picture (JPEG), which has no text"),
    (b"GIF8", "a picture (GIF), which has no text"),
    (b"II*\0", "a picture (TIFF), which has no text"),
    (b"MM\0*", "a picture (TIFF), which has no text"),
    (b"ID3", "sound (MP3), which has no text"),
    (b"OggS", "sound (Ogg), which has no text"),
    (b"\x1aE\xdf\xa3", "a film (Matroska), which has no text"),
)
_IN_ZIPS = (
    (b"xl/", "a spreadsheet (Excel); export its articles as CSV"),
    (b"ppt/", "a presentation (PowerPoint); export it as PDF"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file; save it as .docx"),
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ABOVE_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?P<named>[\w:.-]+)"
    r"[^>\[]*(?:\[.*?\]\s*)?>)",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_HEADER = re.compile(r"^(from|to|subject|date|mime-version|message-id|received|return-path):", re.I)
_TEXTS = (".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".eml")


def suffix_for(head: bytes, name: str) -> str | None:
    """The suffix of the format that a file has, told by its first bytes (`HEAD` of them).

    Its name decides only between formats that look alike: text, Markdown and tables, or the
    archives that documents are. None for what Selon does not read; `unreadable_kind` says what.
    """
    if unreadable_kind(head) is not None:
        return None
    if sure := sure_suffix(head):
        own = _named(name)
        return own if sure == ".zip" and own in _ARCHIVED else sure
    text = _as_text(head)
    if text is None or not text.strip():
        return None
    if root := root_of(text):
        return ".html" if root.lower() == "html" else ".xml"
    if _looks_like_json(text):
        return ".jsonl" if _is_line_of_json(text) else ".json"
    own = _named(name)
    if _looks_like_mail(text):
        return ".eml"
    return own if own in _TEXTS and own != ".eml" else ".txt"


def sure_suffix(head: bytes) -> str | None:
    """The suffix of a format whose files begin as no others do; None for all the rest."""
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _zipped(head)
    for mark, suffix, (packed_tar, _) in _PACKED:
        if head.startswith(mark):
            return packed_tar if _holds_tar(head) else suffix
    if head[257:262] == b"ustar":
        return ".tar"
    text = _as_text(head[:1024])
    return ".html" if text and (root_of(text) or "").lower() == "html" else None


def unreadable_kind(head: bytes) -> str | None:
    """What a file is that Selon does not read, and what to do; None for any other."""
    for mark, kind in _UNREADABLE:
        if head.startswith(mark) and (b"\0" in head or mark.startswith(b"{")):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "a picture, sound or film (RIFF), which has no text"
    if head[4:8] == b"ftyp":
        return "a film (MP4), which has no text"
    if head.startswith(b"PK\3\4"):
        # An archive of a folder named « xl » holds no `[Content_Types].xml`.
        office = b"[Content_Types].xml" in head or head[30:38] == b"mimetype"
        return next((kind for mark, kind in _IN_ZIPS if office and mark in head), None)
    return None


def root_in(head: bytes) -> str | None:
    """As `root_of`, from the bytes that a file of XML begins with."""
    text = _as_text(head)
    return root_of(text) if text else None


def root_of(text: str) -> str | None:
    """The name of the root element of a text of XML or HTML, without its prefix; what its document
    type says, where the text ends before the element."""
    at, named = 0, None
    while above := _ABOVE_ROOT.match(text, at):
        at, named = above.end(), above["named"] or named
    match = _ROOT.match(text, at)
    if match or named is None:
        return match[1] if match else None
    return named.rpartition(":")[2]


def _zipped(head: bytes) -> str:
    if head[30:58] == b"mimetypeapplication/epub+zip":
        return ".epub"
    return ".docx" if b"[Content_Types].xml" in head and b"word/" in head else ".zip"


def _holds_tar(head: bytes) -> bool:
    """Whether what is packed is a tar; of bzip2 and xz the head is too short to unpack."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 512)[257:262] == b"ustar"
    except zlib.error:
        return False


def _named(name: str) -> str:
    return PurePath(name).suffix.lower()


def _as_text(head: bytes) -> str | None:
    """The beginning of a text, its last character perhaps cut; None for what is no text."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace")
    if _NOT_TEXT.search(head):
        return None
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def _looks_like_json(text: str) -> bool:
    return bool(re.match(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:[{\]]))', text))


def _is_line_of_json(text: str) -> bool:
    """Whether the first line is a record of its own, and another follows."""
    first, _, rest = text.strip().partition("\n")
    try:
        return isinstance(json.loads(first), dict) and rest.lstrip().startswith("{")
    except (ValueError, RecursionError):
        return False


def _looks_like_mail(text: str) -> bool:
    """Whether the first lines are the headers of a message."""
    lines = text.lstrip().split("\n\n")[0].replace("\r", "").split("\n")[:40]
    found = {match[1].lower() for line in lines if (match := _HEADER.match(line))}
    return len(found) >= 3 or (len(found) >= 2 and bool(found & {"mime-version", "message-id"}))

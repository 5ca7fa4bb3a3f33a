"""File type detection by content."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable

from index.errors import Problem

HEAD_BYTES = 8 * 1024  # at the beginning of a file, for its detection
Signature = Callable[[bytes], bool]  # a predicate of a file's first `HEAD_BYTES`
_ZIP = b"PK\3\4", b"PK\5\6"
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = (
    (_OFFICE, Problem("file-office-97")),
    (b"{\\rtf", Problem("file-rtf")),
    (b"7z\xbc\xaf\x27\x1c", Problem("file-7z")),
    (b"Rar!\x1a\x07", Problem("file-rar")),
    (b"SQLite format 3\0", Problem("file-sqlite")),
    (b"\x89PNG\r\n\x1a\n", Problem("file-picture", kind="PNG")),
    (b"\xff\xd8\xff", Problem("file-picture", kind="JPEG")),
    (b"GIF8", Problem("file-picture", kind="GIF")),
    (b"II*\0", Problem("file-picture", kind="TIFF")),
    (b"MM\0*", Problem("file-picture", kind="TIFF")),
    (b"ID3", Problem("file-sound", kind="MP3")),
    (b"OggS", Problem("file-sound", kind="Ogg")),
    (b"\x1aE\xdf\xa3", Problem("file-film", kind="Matroska")),
)
_IN_ZIPS = (
    (b"xl/", Problem("file-spreadsheet")),
    (b"ppt/", Problem("file-presentation")),
    (b"application/vnd.oasis.opendocument", Problem("file-opendocument")),
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ABOVE_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s++(?P<named>[\w:.-]++)"
    r"[^>\[]*+(?:\[.*?\]\s*+)?>)",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:[{\]]))')
_HEADER = re.compile(r"^(from|to|subject|date|mime-version|message-id|received|return-path):", re.I)


def begins_with(mark: bytes) -> Signature:
    return lambda head: head.startswith(mark)


def is_pdf(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-")


def is_zip(head: bytes) -> bool:
    return head.startswith(_ZIP)


def is_zip_of(media_type: bytes) -> Signature:
    """Return the signature of a zip file that begins with its media type (EPUB, OpenDocument)."""
    mark = b"mimetype" + media_type
    return lambda head: is_zip(head) and head[30:].startswith(mark)


is_epub = is_zip_of(b"application/epub+zip")
is_opendocument_text = is_zip_of(b"application/vnd.oasis.opendocument.text")


def is_word(head: bytes) -> bool:
    return is_zip(head) and b"[Content_Types].xml" in head and b"word/" in head


is_gzip = begins_with(b"\x1f\x8b\x08")
is_bzip2 = begins_with(b"BZh")
is_xz = begins_with(b"\xfd7zXZ\0")


def is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def is_packed_tar(head: bytes) -> bool:
    """True for a gzipped tar; the head is too short to decompress bzip2 and xz."""
    try:
        return is_tar(zlib.decompressobj(wbits=31).decompress(head, 512))
    except zlib.error:
        return False


def is_html(head: bytes) -> bool:
    return (root_in(head) or "").lower() == "html"


def is_flat_opendocument_text(head: bytes) -> bool:
    """True for an OpenDocument text in one XML file."""
    return root_in(head) == "document" and b"vnd.oasis.opendocument.text" in head


def is_xml(head: bytes) -> bool:
    return root_in(head) is not None


def is_json(head: bytes) -> bool:
    return _JSON.match(_as_text(head) or "") is not None


def is_json_lines(head: bytes) -> bool:
    """True if the first line is a whole record, and another follows."""
    first, _, rest = (_as_text(head) or "").strip().partition("\n")
    try:
        return isinstance(json.loads(first), dict) and rest.lstrip().startswith("{")
    except (ValueError, RecursionError):
        return False


def is_letter(head: bytes) -> bool:
    """True if the first lines are email headers."""
    text = _as_text(head) or ""
    lines = text.lstrip().split("\n\n")[0].replace("\r", "").split("\n")[:40]
    headers = {match[1].lower() for line in lines if (match := _HEADER.match(line))}
    return len(headers) >= 3 or (
        len(headers) >= 2 and bool(headers & {"mime-version", "message-id"})
    )


def is_text(head: bytes) -> bool:
    return bool((_as_text(head) or "").strip())


def unreadable_kind(head: bytes) -> Problem | None:
    """Return a problem for known unsupported file types, else None."""
    for mark, kind in _UNREADABLE:
        if head.startswith(mark) and (b"\0" in head or mark.startswith(b"{")):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return Problem("file-riff")
    if head[4:8] == b"ftyp":
        return Problem("file-film", kind="MP4")
    if head.startswith(b"PK\3\4"):
        if is_opendocument_text(head):
            return None
        # An archive of a folder named « xl » has no `[Content_Types].xml`.
        office = b"[Content_Types].xml" in head or head[30:38] == b"mimetype"
        return next((kind for mark, kind in _IN_ZIPS if office and mark in head), None)
    return None


def root_in(head: bytes) -> str | None:
    """Return the root element of XML or HTML, given its first bytes."""
    text = _as_text(head)
    return root_of(text) if text else None


def root_of(text: str) -> str | None:
    """Return the local name of the root element of XML or HTML, or of the document type if the text
    ends before the element."""
    at, doctype = 0, None
    while above := _ABOVE_ROOT.match(text, at):
        at, doctype = above.end(), above["named"] or doctype
    match = _ROOT.match(text, at)
    if match or doctype is None:
        return match[1] if match else None
    return doctype.rpartition(":")[2]


def _as_text(head: bytes) -> str | None:
    """Decode the beginning of a text, even in the middle of a character; None if it is not text."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace")
    if _NOT_TEXT.search(head):
        return None
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")

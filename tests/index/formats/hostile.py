"""Files made to do harm: small ones that take much memory, and ones whose reading takes long."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from index.errors import ReadError
from index.formats.base import Content, Source
from index.formats.conversion import articles_in
from tests.index.formats.articles import tarred, zipped
from tests.index.formats.packages import epub, flat_odt, odt, word, xhtml
from tests.index.formats.pdfs import pdf

_NESTED = b'{"title": "a", "text": "Le pont date de 1901.", "a": [%s[]]}'
_WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(paragraphs: int) -> bytes:
    """A Word document of so many empty paragraphs: 4,000,000 are packed in 80 kB."""
    document = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>'
    body = b"<w:p/>" * paragraphs
    members = word(lambda document: None)
    return zipped({**members, "word/document.xml": document % (_WORD, body)})


_WIDE = "😀".encode() + b"a" * (8 * 2**20)  # letters of four bytes each, for one of them is
HEAVY_BYTES = 32 * 2**20  # of memory; the files below take more
_HEAVY: dict[str, Callable[[], bytes]] = {
    ".md": lambda: b"a\n=\n" * 30_000,
    ".txt": lambda: _WIDE,
    ".html": lambda: b"<html><body>" + b"<p>a" * 500_000,
    ".pdf": lambda: pdf([[]], before=b"BT (a) Tj ET " * (2**22)),
    ".docx": lambda: docx(1_000_000),
    ".odt": lambda: odt("<text:p/>" * 750_000),
    ".fodt": lambda: flat_odt("<text:p/>" * 750_000),
    ".epub": lambda: epub({"a.xhtml": xhtml("<p/>" * 1_000_000)}),
    ".jsonl": lambda: _NESTED % (b"[]," * 600_000),
    ".json": lambda: b'{"title": "a", "text": "%s"}' % _WIDE[: 2 * 2**20],
    ".csv": lambda: b"title,text\n" + b"," * 2_000_000,
    ".xml": lambda: b"<rss><channel>" + b"<item><title>a</title></item>" * 75_000,
    ".eml": lambda: b"Subject: a\n\n" + _WIDE,
    ".zip": lambda: zipped({"a.docx": docx(1_000_000), "a.txt": _WIDE}),
    ".tar": lambda: tarred({"a.txt": _WIDE}),
    ".tar.gz": lambda: gzip.compress(tarred({"a.txt": _WIDE})),
    ".gz": lambda: gzip.compress(_WIDE),
    ".bz2": lambda: bz2.compress(_WIDE),
    ".xz": lambda: lzma.compress(_WIDE, preset=1),
}


def heavy(suffix: str) -> bytes:
    """A file of a format, by its first suffix, that takes more than `HEAVY_BYTES` of memory."""
    return _HEAVY[suffix]()


Maker = Callable[[int], bytes]
"""What makes a file of about so many bytes."""


def _repeat(
    suffix: str, *units: str, head: str = "", tail: str = ""
) -> dict[str, tuple[str, Maker]]:
    """Files that repeat a unit, by it and what stands before the first."""

    def maker(unit: str) -> Maker:
        return lambda size: f"{head}{unit * (size // len(unit))}{tail}".encode()

    return {repr(head + unit): (suffix, maker(unit)) for unit in units}


def _members(size: int) -> dict[str, bytes | str]:
    """Members to be read and others, archives, and some whose names lead elsewhere."""
    inner = zipped({"b.txt": "Le pont."})
    kinds = {"a.txt": "Le pont.", "a.bin": "x", "a.zip": inner, "/../a.txt": "Le pont."}
    return {f"{n}{name}": data for n in range(size // 400) for name, data in kinds.items()}


def _lines(size: int) -> bytes:
    return (_RECORD * (size // len(_RECORD))).encode()


_RECORD = '{"id": "a", "text": "Le pont date de 1901."}\n'
_ITEM = "<item><title>a</title><description>Le pont</description></item>"
SLOW: dict[str, tuple[str, Maker]] = {
    **_repeat(".md", "![", "{{ {% ", "{{", "{%", "{ ", '{a="', "{: .a ", "{.a .a", "::: "),
    **_repeat(".md", ":::\n", "import a from 'b' ", "import a from 'b'\n"),
    **_repeat(".md", "<!--", "<script>", "<script ", "{{", "::: ", head="<div>\n"),
    **_repeat(".txt", "a\n", "a\n\n", "A – ", "(AFP) - ", "12 mars 2019 –", "A 2019 – – –\n"),
    **_repeat(".html", "<p>a", "<table><tr><td>", "<ul><li>", "<div>", head="<html><body>"),
    **_repeat(".html", "<script>", "<script ", "<!--", "<p", "<", "&amp;", head="<html><body>"),
    **_repeat(".html", "<a href=x>mot</a> et ", "<p>a<i>b</i></p>", "<h1>Un</h1>"),
    **_repeat(".eml", '"a', "a@b,", head="From: ", tail="\n\nLe pont."),
    **_repeat(".jsonl", _RECORD),
    **_repeat(".json", '{"text": "a"},', head="[", tail="{}]"),
    **_repeat(".csv", '"a",', '"', head="title,text\n"),
    **_repeat(".xml", _ITEM, head="<rss><channel>"),
    "members of a zip": (".zip", lambda size: zipped(_members(size))),
    "members of a tar": (".tar", lambda size: tarred(_members(size))),
    "members of a packed tar": (".tar.gz", lambda size: tarred(_members(size), "gz")),
    "records in gzip": (".jsonl.gz", lambda size: gzip.compress(_lines(size))),
    "records in bzip2": (".jsonl.bz2", lambda size: bz2.compress(_lines(size))),
    "records in xz": (".jsonl.xz", lambda size: lzma.compress(_lines(size))),
}
"""By kind, the suffix of a file and what makes one that is hard to read."""


def read_slow(data: bytes, suffix: str) -> None:
    """Reads a file to its end, in this process."""
    content = Content.of_bytes(data, f"a{suffix}")
    with suppress(ReadError):
        for _ in articles_in(content, Source(Path(content.name), content.name, content.name)):
            pass

"""Files made to do harm: small ones that take much memory, and ones whose reading takes long."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from index.errors import ReadError
from index.formats.base import Content, Source
from index.formats.conversion import articles_in
from tests.index.formats.articles import zipped

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
CONTAINER = (
    b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="a.opf"/></rootfiles></container>'
)
_PACKAGE = (
    b'<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" '
    b'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
)
_NESTED = b'{"title": "a", "text": "Le pont date de 1901.", "a": [%s[]]}'


def _tar(data: bytes) -> bytes:
    told = io.BytesIO()
    with tarfile.open(fileobj=told, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return told.getvalue()


def docx(paragraphs: int) -> bytes:
    """A Word document of so many empty paragraphs: 4,000,000 are packed in 80 kB."""
    import docx as library

    plain = io.BytesIO()
    library.Document().save(plain)
    body = b"<w:p/>" * paragraphs
    document = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>'
    with zipfile.ZipFile(plain) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = document % (_WORD.encode(), body)
    return zipped(members)


def _opendocument(paragraphs: int) -> bytes:
    return (
        f'<office:document xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        f"{'<text:p/>' * paragraphs}</office:text></office:body></office:document>"
    ).encode()


def _odt(paragraphs: int) -> bytes:
    content = _opendocument(paragraphs).replace(b"office:document", b"office:document-content")
    mimetype = b"application/vnd.oasis.opendocument.text"
    manifest = b"<manifest/>"
    return zipped({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})


def _epub(paragraphs: int) -> bytes:
    page = b"<html xmlns='http://www.w3.org/1999/xhtml'><body>%s</body></html>"
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "a.opf": _PACKAGE,
            "a.xhtml": page % (b"<p/>" * paragraphs),
        }
    )


def _pdf(size: int) -> bytes:
    """A page whose contents unpack to so many bytes."""
    packed = zlib.compress(b"BT (a) Tj ET " * (size // 13), 9)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (len(packed), packed)
    )


_WIDE = "😀".encode() + b"a" * (15 * 2**20)  # letters of four bytes each, for one of them is
HEAVY_BYTES = 64 * 2**20  # of memory; the files below take more
_HEAVY: dict[str, Callable[[], bytes]] = {
    ".md": lambda: b"a\n=\n" * 60_000,
    ".txt": lambda: _WIDE,
    ".html": lambda: b"<html><body>" + b"<p>a" * 1_000_000,
    ".pdf": lambda: _pdf(400 * 2**20),
    ".docx": lambda: docx(2_000_000),
    ".odt": lambda: _odt(1_500_000),
    ".fodt": lambda: _opendocument(1_500_000),
    ".epub": lambda: _epub(2_000_000),
    ".jsonl": lambda: _NESTED % (b"[]," * 1_250_000),
    ".json": lambda: b'{"title": "a", "text": "%s"}' % _WIDE[: 4 * 2**20],
    ".csv": lambda: b"title,text\n" + b"," * 4_000_000,
    ".xml": lambda: b"<rss><channel>" + b"<item><title>a</title></item>" * 125_000,
    ".eml": lambda: b"Subject: a\n\n" + _WIDE,
    ".zip": lambda: zipped({"a.docx": docx(2_000_000), "a.txt": _WIDE}),
    ".tar": lambda: _tar(_WIDE),
    ".tar.gz": lambda: gzip.compress(_tar(_WIDE)),
    ".gz": lambda: gzip.compress(_WIDE),
    ".bz2": lambda: bz2.compress(_WIDE),
    ".xz": lambda: lzma.compress(_WIDE, preset=1),
}


def heavy(suffix: str) -> bytes:
    """A file of a format, by its first suffix, that takes more than `HEAVY_BYTES` of memory."""
    return _HEAVY[suffix]()


_ITEM = b"<item><title>a</title><description>Le pont</description></item>"


def _records(count: int) -> bytes:
    return b'{"id": "a", "text": "Le pont date de 1901."}\n' * count


SLOW: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "comments": (".md", lambda size: b"<div>\n" + b"<!--" * (size // 4)),
    "scripts": (".md", lambda size: b"<div>\n" + b"<script>" * (size // 8)),
    "open brackets": (".md", lambda size: b"![" * (size // 2)),
    "marks of templates": (".md", lambda size: b"{{ {% " * (size // 6)),
    "lines": (".txt", lambda size: b"a\n" * (size // 2)),
    "paragraphs": (".txt", lambda size: b"a\n\n" * (size // 3)),
    "paragraphs of a page": (".html", lambda size: b"<html><body>" + b"<p>a" * (size // 4)),
    "tables in tables": (".html", lambda size: b"<html><body>" + b"<table><tr><td>" * (size // 15)),
    "quotes in a sender": (".eml", lambda size: b"From: " + b'"a' * (size // 2) + b"\n\nLe pont."),
    "senders": (".eml", lambda size: b"From: " + b"a@b," * (size // 4) + b"\n\nLe pont."),
    "records of one id": (".jsonl", lambda size: _records(size // 46)),
    "records of a list": (".json", lambda size: b"[%s{}]" % (b'{"text": "a"},' * (size // 15))),
    "cells": (".csv", lambda size: b"title,text\n" + b'"a",' * (size // 4)),
    "quotes in a table": (".csv", lambda size: b"title,text\n" + b'"' * size),
    "items of a feed": (".xml", lambda size: b"<rss><channel>" + _ITEM * (size // len(_ITEM))),
}
"""By kind, the suffix of a file and what makes one of about so many bytes that is hard to read."""


def read_slow(data: bytes, suffix: str) -> None:
    """Reads a file to its end, in this process."""
    content = Content.of_bytes(data, f"a{suffix}")
    with suppress(ReadError):
        for _ in articles_in(content, Source(Path(content.name), content.name, content.name)):
            pass

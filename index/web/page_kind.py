"""What a page is, told by its bytes first and by what the site says of them second."""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.web.fetcher import FetchedPage


class PageKind(Enum):
    """An article, or a list of addresses."""

    ARTICLE = "article"
    FEED = "feed"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap index"


_ROOTS = {
    "rss": PageKind.FEED,
    "RDF": PageKind.FEED,
    "feed": PageKind.FEED,
    "urlset": PageKind.SITEMAP,
    "sitemapindex": PageKind.SITEMAP_INDEX,
}
_HEAD = 4096
# Declarations, comments and processing instructions, then the first element.
_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*)*<(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL | re.IGNORECASE,
)
_DOCTYPE = re.compile(rb"\s*<!doctype html\b", re.IGNORECASE)
_LINES_OF_ADDRESSES = re.compile(rb"\s*(?:https?://\S+\s+)*https?://\S+\s*")

_BY_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "message/rfc822": ".eml",
}
# Types that say little: the name in the address may say more.
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_BY_NAME = frozenset({*_BY_TYPE.values(), ".htm", ".txt", ".markdown", ".tgz", ".tar.gz"})


def page_kind_of(page: FetchedPage, body: bytes) -> PageKind:
    """What the page is; `body` is its bytes, a gzip file undone."""
    kind = _ROOTS.get(_root(body))
    if kind is not None:
        return kind
    if page.media_type == "text/plain" and _LINES_OF_ADDRESSES.fullmatch(body):
        return PageKind.SITEMAP  # a sitemap may be a plain list
    return PageKind.ARTICLE


def page_suffix_of(page: FetchedPage) -> str | None:
    """The suffix under which an article's file is kept; None for what is no text (an image)."""
    told = _by_magic(page)
    if told is not None:
        return told
    root = _root(page.body)
    if root.lower() == "html" or _DOCTYPE.match(page.body):
        return ".html"
    if page.media_type in _BY_TYPE:
        return _BY_TYPE[page.media_type]
    named = _named(page.url)
    if page.media_type in _VAGUE and named in _BY_NAME:
        return named
    if root and page.body.lstrip().startswith(b"<?xml"):
        return ".xml"
    return ".txt" if page.media_type == "text/plain" else None


def is_gzip(body: bytes) -> bool:
    return body.startswith(b"\x1f\x8b")


def _by_magic(page: FetchedPage) -> str | None:
    body = page.body
    if b"%PDF-" in body[:1024]:
        return ".pdf"
    if body.startswith(b"PK\x03\x04"):
        return _zip(body)
    if is_gzip(body):
        return ".tar.gz" if _named(page.url) in {".tar.gz", ".tgz"} else None
    return None


def _zip(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ".zip"
    if "word/document.xml" in names:
        return ".docx"
    return ".epub" if "META-INF/container.xml" in names else ".zip"


def _named(url: str) -> str:
    path = PurePosixPath(urlsplit(url).path.lower())
    return ".tar.gz" if path.name.endswith(".tar.gz") else path.suffix


def _root(body: bytes) -> str:
    """The name of the first element, of whatever encoding ASCII shows through."""
    head = body[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    match = _ROOT.match(text)
    return match[1] if match else ""

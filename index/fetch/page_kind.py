"""Detection of a page's kind and file type, by its bytes, then by its headers."""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.fetch.fetcher import FetchedPage
from index.formats.archives.bounds import zip_directory_size
from index.formats.signature import HEAD_BYTES, root_of
from index.formats.table import (
    FORMAT_OF_MEDIA_TYPE,
    FORMAT_OF_SUFFIX,
    FORMATS,
    ZIP,
    Format,
    suffix_of,
    sure_format,
)


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
_ROOT_HEAD = 4096
_DOCUMENT_DIRECTORY_BYTES = 2**20  # a zip file with a longer list of members is not a document
_DOCTYPE = re.compile(rb"\s*<!doctype html\b", re.IGNORECASE)
_LINES_OF_ADDRESSES = re.compile(rb"\s*(?:https?://\S+\s+)*https?://\S+\s*")

# Media types that do not identify a format; the name in the address may.
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})


def page_kind_of(page: FetchedPage, body: bytes) -> PageKind:
    """Classify a page; `body` is its content, gunzipped."""
    kind = _ROOTS.get(_root_element(body))
    if kind is not None:
        return kind
    if page.media_type == "text/plain" and _LINES_OF_ADDRESSES.fullmatch(body):
        return PageKind.SITEMAP  # a sitemap may be a plain list
    return PageKind.ARTICLE


def page_suffix_of(page: FetchedPage) -> str | None:
    """Return the suffix for the file of an article; None for anything else, such as an image."""
    sure = _format_of_bytes(page.body)
    if sure is not None and sure.fetchable:
        return sure.suffix
    root = _root_element(page.body)
    if root.lower() == "html" or _DOCTYPE.match(page.body):
        return ".html"
    media_format = FORMAT_OF_MEDIA_TYPE.get(page.media_type)
    if page.media_type in _VAGUE:
        suffix = suffix_of(PurePosixPath(urlsplit(page.url).path).name)
        if suffix is not None and FORMAT_OF_SUFFIX[suffix].fetchable:
            return suffix
    elif media_format is not None:
        return media_format.suffix
    if root and page.body.lstrip().startswith(b"<?xml"):
        return ".xml"
    return media_format.suffix if media_format else None


def _format_of_bytes(body: bytes) -> Format | None:
    """Detect the format from the bytes, also of a document that is a zip file."""
    sure = sure_format(body[:HEAD_BYTES])
    stream = io.BytesIO(body)
    if sure is not ZIP or zip_directory_size(stream) > _DOCUMENT_DIRECTORY_BYTES:
        return sure
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ZIP
    return next((file_format for file_format in FORMATS if file_format.package in names), ZIP)


def _root_element(body: bytes) -> str:
    """Return the name of the root element, in any ASCII-compatible encoding."""
    head = body[:_ROOT_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return root_of(text) or ""

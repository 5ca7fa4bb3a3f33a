"""XML: feeds and news agency formats, distinguished by their root element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from index.errors import ReadError
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.feed import read_feed
from index.formats.nitf import ROOTS, read_news
from index.formats.signature import root_in

XML_BYTES = 64 * 2**20  # held whole
_HEAD = 256 * 1024  # bytes that contain the document type
_FEEDS = frozenset({"rss", "feed", "rdf", "channel"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})
_ENTITY = re.compile(
    r"<!ENTITY\s+(?:(?P<parameter>%)\s+)?\S{1,200}\s+"
    r"(?:(?P<elsewhere>SYSTEM|PUBLIC)\b|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')",
    re.IGNORECASE,
)
_NESTED = re.compile(r"&(?!#)|%|&#(?:38|x0*26);")


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of a feed, a NITF or a NewsML document."""
    data = content.read(XML_BYTES)
    head = data[:_HEAD]
    root = root_in(head)
    # Refuse entities that contain entities or files.
    text = head.replace(b"\0", b"").decode("ascii", "replace")  # also of UTF-16 and UTF-32
    for entity in _ENTITY.finditer(text):
        value = entity["double"] or entity["single"] or ""
        if entity["parameter"] or entity["elsewhere"] or _NESTED.search(value):
            raise ReadError("xml-entities", subject=content.label)
    name = (root or "").lower()
    if name in _FEEDS:
        yield from read_feed(data, content)
    elif name in ROOTS:
        yield from read_news(data, content)
    elif name == "html":
        from index.formats.html.parser import read as read_page

        yield from read_page(replace(content, size=len(data)))
    elif name in _SITEMAPS:
        raise ReadError("xml-sitemap", subject=content.label)
    elif root is None:
        raise ReadError("xml-not", subject=content.label)
    else:
        raise ReadError("xml-unknown", subject=content.label, root=root[:60])

"""Addresses listed by feeds and sitemaps, and feeds named by pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time

import feedparser
from lxml import etree, html

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.page_kind import PageKind

OLDEST = datetime.min.replace(tzinfo=UTC)
_MOST = 50_000  # entries of a list, the maximum of a sitemap
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml"})
_HEAD = 2**18


@dataclass(frozen=True, slots=True)
class ListedAddress:
    """An entry of a list, with its last change in UTC, if any."""

    address: Address
    changed_at: datetime | None


def list_addresses(kind: PageKind, body: bytes, base: Address) -> list[ListedAddress]:
    """Return the valid, distinct entries of a list, newest first, undated ones last."""
    entries: dict[str, ListedAddress] = {}
    for target, changed_at in _PARSERS[kind](body):
        try:
            address = base.join(target)
        except FetchError:
            continue
        if address.url != base.url:
            entries.setdefault(address.url, ListedAddress(address, changed_at))
        if len(entries) >= _MOST:
            break
    return newest_entries_first(entries.values())


def newest_entries_first(entries: Iterable[ListedAddress]) -> list[ListedAddress]:
    """Sort entries by date, stably."""
    return sorted(entries, key=lambda entry: entry.changed_at or OLDEST, reverse=True)


def named_feeds(body: bytes, base: Address) -> tuple[str, ...]:
    """Return the feeds named in the head of an HTML page."""
    try:
        tree = html.fromstring(body[:_HEAD], parser=html.HTMLParser(no_network=True))
    except (etree.LxmlError, ValueError):
        return ()
    feeds: dict[str, None] = {}
    for link in tree.iter("link"):
        if "alternate" not in link.get("rel", "").lower().split():
            continue
        if link.get("type", "").lower() in _FEEDS and link.get("href"):
            try:
                feeds[base.join(link.get("href")).url] = None
            except FetchError:
                continue
    return tuple(feeds)


_Entries = Iterator[tuple[str, datetime | None]]


def _of_feed(body: bytes) -> _Entries:
    # A stream: feedparser might take bytes or a string for an address to open.
    for entry in feedparser.parse(io.BytesIO(body)).entries:
        if link := entry.get("link"):
            # `dict.get`, because the library's own `get` substitutes one date for the other.
            dates = (dict.get(entry, f"{kind}_parsed") for kind in ("updated", "published"))
            parts: struct_time | None = next(filter(None, dates), None)
            moment = None
            with suppress(ValueError, OverflowError):
                moment = datetime(*parts[:6], tzinfo=UTC) if parts else None
            yield link, moment


def _of_sitemap(body: bytes) -> _Entries:
    if not body.lstrip().startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        for line in body.decode("utf-8", "replace").split():
            yield line, None
        return
    # A broken file is read up to the error.
    events = etree.iterparse(
        io.BytesIO(body),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in events:
            place = element.findtext("{*}loc")
            if place and place.strip():
                yield place.strip(), _date(element.findtext("{*}lastmod"))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        return


_PARSERS = {
    PageKind.FEED: _of_feed,
    PageKind.SITEMAP: _of_sitemap,
    PageKind.SITEMAP_INDEX: _of_sitemap,
}


def _date(text: str | None) -> datetime | None:
    """Parse a W3C date: a year, a month, a day or a moment."""
    text = (text or "").strip()
    text += {4: "-01-01", 7: "-01"}.get(len(text), "")
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # a moment before the year 1 in UTC
        return None

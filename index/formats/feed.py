"""RSS, RDF and Atom feeds, one article per entry."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from time import struct_time
from typing import Any

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import Content, Metadata, ParsedArticle, Skipped
from index.formats.fields import as_moment, field_address, one_line, people_in
from index.formats.frontmatter import language_code
from index.formats.publication import NO_ARTICLE, why_unpublished
from index.formats.records import article_key, record_body

_COMMENT = re.compile(r"<!--[^<>]{0,5000}-->")  # `<!-- wp:paragraph -->`, `<!--more-->`
_BROKEN_LIMIT = 2 * 2**20  # bytes; lenient parsing of a broken feed is slow


def read_feed(data: bytes, content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the entries of a feed. Raises ReadError if it has none, or is broken and large."""
    if len(data) > _BROKEN_LIMIT and not _is_well_formed(data):
        raise ReadError("feed-malformed", subject=content.label)
    document = _parse(data, content.label)
    entries = document.get("entries") or []
    if not entries:
        raise ReadError("feed-empty", subject=content.label)
    feed = document.get("feed") or {}
    for number, entry in enumerate(entries, 1):
        try:
            yield _parse_entry(entry, feed, content)
        except ReadError as error:
            yield Skipped(content.label, error.problem, Problem("at-entry", number=number))


def _parse(data: bytes, label: str) -> Mapping[str, Any]:
    import feedparser

    stream = io.BytesIO(data)  # the library might take bytes for a file's name
    try:
        return dict(feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False))
    except Exception as error:  # its lenient parser fails in many ways
        raise ReadError("feed-broken", subject=label) from error


def _is_well_formed(data: bytes) -> bool:
    elements = etree.iterparse(
        io.BytesIO(data), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for _, element in elements:
            element.clear()
    except etree.LxmlError:
        return False
    return True


def _parse_entry(entry: dict[str, Any], feed: dict[str, Any], content: Content) -> ParsedArticle:
    if why := _why_unpublished(entry):
        raise ReadError(why)
    metadata = _metadata(entry, feed)
    whole = [str(part.get("value") or "") for part in _dicts(entry, "content")]
    text = max(whole, key=len, default="") or _text(entry, "summary") or ""
    if "wp_status" in entry or "wp_post_type" in entry:  # an export of WordPress
        text = drop_shortcodes(_COMMENT.sub("", text))
    if not text.strip():
        raise ReadError("feed-entry-no-text")
    body = record_body(text, metadata.title or "", content)
    key = article_key(_text(entry, "id") or metadata.url, metadata.title, text)
    return replace(body, metadata=metadata.completed(body.metadata), key=key)


def _why_unpublished(entry: dict[str, Any]) -> Problem | None:
    """Return why WordPress, Blogger or Atom elements say that an entry is not published."""
    for tag in _dicts(entry, "tags"):
        kind = str(tag.get("term") or "").rpartition("#")[2]
        if str(tag.get("scheme") or "").endswith("#kind") and kind not in ("post", "page"):
            return NO_ARTICLE
    draft = next((value for name, value in entry.items() if name.endswith("_draft")), None)
    return why_unpublished({**entry, "draft": draft})


def _metadata(entry: dict[str, Any], feed: dict[str, Any]) -> Metadata:
    source = dict.get(entry, "source")
    languages = [part.get("language") for part in _dicts(entry, "content")]
    tags = [tag.get("term") or tag.get("label") for tag in _dicts(entry, "tags")]
    authors = [author.get("name") for author in _dicts(entry, "authors")]
    outlet = _text(source, "title") if isinstance(source, dict) else None
    return Metadata.of(
        "feed",
        title=one_line(_text(entry, "title")),
        author=people_in([name for name in authors if name and "@" not in name]),
        published=_moment(entry, "published") or _moment(entry, "created"),
        updated=_moment(entry, "updated"),
        url=field_address(_text(entry, "link")),
        outlet=one_line(outlet or _text(feed, "title")),
        language=language_code(next(filter(None, languages), None) or _text(feed, "language")),
        category=one_line(next(filter(None, tags), None)),
    )


def _moment(entry: dict[str, Any], name: str) -> date | datetime | None:
    """Parse a date with its zone from the feed's own text, else take the library's in UTC."""
    moment = as_moment(_text(entry, name))
    moment_parts = dict.get(entry, f"{name}_parsed")
    if moment is not None or not isinstance(moment_parts, struct_time):
        return moment
    try:
        return datetime(*moment_parts[:6], tzinfo=UTC)
    except ValueError:
        return None


def _text(entry: dict[str, Any], name: str) -> str | None:
    # `dict.get`, because the library's own `get` substitutes other fields for absent ones.
    value = dict.get(entry, name)
    return value if isinstance(value, str) and value.strip() else None


def _dicts(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = dict.get(entry, name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


_TAG = re.compile(
    r"\[(?P<close>/)?(?P<name>[a-z][a-z0-9_-]{0,60})(?P<attributes>(?:\s[^\[\]]{0,2000})?)\]",
    re.IGNORECASE,
)
_ATTRIBUTES = re.compile(r"(?<![\w-])(?:[\w-]++\s?+=\s?+[\"'“”″&]|[\w-]{2,}+=)|https?://|/$")
_EMBEDDED = re.compile(r"\s*(?:https?://\S+\s*)?")
_CORE = frozenset({"gallery", "caption", "wp_caption", "embed", "audio", "video", "playlist"})


def drop_shortcodes(text: str) -> str:
    """Drop WordPress shortcodes, `[gallery ids="1,2"]`, and what they enclose if it is an address.

    A shortcode is one of WordPress' own, or has a closing tag, attributes, an address, or an
    underscore in its name; other brackets are prose.
    """
    tags = list(_TAG.finditer(text))
    pairs = {tag["name"] for tag in tags if tag["close"]}
    parts: list[str] = []
    at = 0
    opening: re.Match[str] | None = None
    for tag in tags:
        attributes = tag["attributes"].strip()
        core = tag["name"] in _CORE or "_" in tag["name"]
        is_shortcode = _ATTRIBUTES.search(tag["attributes"]) if attributes else core
        if not is_shortcode and tag["name"] not in pairs:
            continue
        before = text[at : tag.start()]
        at = tag.end()
        if before.endswith("[") and text.startswith("]", at):  # escaped: `[[gallery]]`
            parts += [before[:-1], tag[0]]
            at += 1
            opening = None
            continue
        pair = tag["close"] and opening is not None and opening["name"] == tag["name"]
        parts.append("" if pair and _EMBEDDED.fullmatch(before) else before)
        opening = None if tag["close"] else tag
    return "".join([*parts, text[at:]])

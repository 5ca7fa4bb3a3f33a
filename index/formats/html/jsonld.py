"""JSON-LD metadata of a page's article (schema.org)."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from index.formats.base import Metadata
from index.formats.frontmatter import language_code
from index.text.dates import find_moment
from index.text.names import without_by

logger = logging.getLogger(__name__)
JsonLdRecord = Mapping[str, Any]
_ARTICLES = re.compile(r"(?:[A-Za-z]*Article|BlogPosting|LiveBlogPosting|Report)$")
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")  # lists of other articles are not entered
_DEPTH = 6
_NODES = 5_000
_TAG = re.compile(r"<[^<>]{0,200}>")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_OLDEST = 1600


def find_main_article(records: Sequence[str]) -> JsonLdRecord | None:
    """Return the page's article with its references to people and publisher resolved.

    None if the page describes no article, or several without a main one.
    """
    nodes = [node for record in records for node in _nodes(_load(record), _DEPTH)][:_NODES]
    articles = [node for node in nodes if any(map(_ARTICLES.fullmatch, _texts(node.get("@type"))))]
    headlines = {jsonld_line(node.get("headline") or node.get("name")) for node in articles}
    if not articles or len(headlines) > 2:
        return None
    by_id = {str(node["@id"]): node for node in nodes if node.get("@id") and len(node) > 1}
    return {name: _resolve(value, by_id) for name, value in articles[0].items()}


def jsonld_facts(article: JsonLdRecord, label: str) -> Metadata:
    """Read metadata from an article's record."""
    if str(article.get("isAccessibleForFree")).lower() == "false":
        logger.info("%s: reserved to subscribers; what the page shows of it is read", label)
    outlet = _name(article.get("publisher")) or _name(article.get("sourceOrganization"))
    sections = _texts(article.get("articleSection"))
    authors = article.get("author") or article.get("creator")
    people = authors if isinstance(authors, list) else [authors]
    names = [person_name(_name(person)) for person in people]
    return Metadata.of(
        "json-ld",
        title=jsonld_line(article.get("headline")) or jsonld_line(article.get("name")),
        # An outlet that signs its own article is not an author.
        author=", ".join(dict.fromkeys(name for name in names if name and name != outlet)),
        published=moment(article.get("datePublished")) or moment(article.get("dateCreated")),
        updated=moment(article.get("dateModified")),
        outlet=outlet,
        category=next(iter(sections), None),
        url=_address(article.get("url")) or _address(article.get("mainEntityOfPage")),
        language=language_code(_name(article.get("inLanguage"))),
    )


def jsonld_words(article: JsonLdRecord) -> str:
    """Return the article's text, one paragraph per line; empty if the record lacks it."""
    body = article.get("articleBody")
    return html.unescape(body).strip() if isinstance(body, str) else ""


def moment(value: object) -> date | datetime | None:
    """Parse a machine-readable date; year 1 and 1970-01-01 are defaults, not dates."""
    day = find_moment(value) if isinstance(value, str) and len(value) < 100 else None
    if day is None or day.year < _OLDEST or (day.year, day.month, day.day) == (1970, 1, 1):
        return None
    return day


def jsonld_line(value: object) -> str | None:
    """Return a text on one line, without entities and tags; None for anything else."""
    if not isinstance(value, str):
        return None
    plain = html.unescape(_TAG.sub("", html.unescape(value)))
    return re.sub(r"[ \t\r\n]+", " ", plain).strip() or None


def _load(record: str) -> object:
    record = _CDATA.sub("", record)
    starts = [at for at in (record.find("{"), record.find("[")) if at >= 0]
    end = max(record.rfind("}"), record.rfind("]"))
    if not starts or end < 0:
        return None
    try:
        return json.loads(record[min(starts) : end + 1], strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: object, depth: int) -> Iterator[JsonLdRecord]:
    """Yield the records in JSON-LD, outer ones first."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth - 1)
    elif isinstance(value, dict):
        yield value
        for name in _INSIDE:
            yield from _nodes(value.get(name), depth - 1)


def _resolve(value: object, by_id: Mapping[str, JsonLdRecord]) -> object:
    """Replace each bare reference (`{"@id": …}`) by its target."""
    if isinstance(value, list):
        return [_resolve(item, by_id) for item in value]
    if isinstance(value, dict) and set(value) <= {"@id", "@type"}:
        return by_id.get(str(value.get("@id")), value)
    return value


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(jsonld_line, values) if text]


def _name(value: object) -> str | None:
    if isinstance(value, list):
        return next((name for item in value if (name := _name(item))), None)
    if isinstance(value, Mapping):
        return _name(value.get("name"))
    return jsonld_line(value)


def person_name(text: str | None) -> str | None:
    """Return a name without « Par »; None for an address, an account or a lone mark."""
    plain = without_by(text or "")
    if not re.search(r"[^\W\d_]{2}", plain) or re.search(r"https?:|www\.|^@|\S@\S", plain):
        return None
    return plain


def _address(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) and re.fullmatch(r"https?://\S+", value) else None

"""What the head of a page says of its article: OpenGraph, meta tags, canonical link, language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from index.formats.base_readers_draft import Metadata
from index.formats.frontmatter import language_code
from index.formats.webpage.jsonld import moment, one_line, person_name
from index.formats.webpage.tree_webpage_element import Element

Metas = Mapping[str, tuple[str, ...]]
"""The contents of a page's meta tags by name."""

_OG_PUBLISHED = ("article:published_time", "og:article:published_time", "og:published_time")
_OG_UPDATED = ("article:modified_time", "og:article:modified_time", "og:updated_time")
_OG_AUTHOR = ("article:author", "og:article:author", "article:author_name")
_OG_SECTION = ("article:section", "og:article:section")

_PUBLISHED = (
    *("datepublished", "date", "pubdate", "publishdate", "publish-date", "publication_date"),
    *("article.published", "parsely-pub-date", "sailthru.date", "citation_publication_date"),
    *("citation_date", "dc.date", "dc.date.issued", "dc.date.created", "dcterms.created"),
    *("dcterms.date", "dcterms.issued", "dc.created", "date.created"),
)
_UPDATED = (
    *("datemodified", "last-modified", "lastmod", "article.updated", "dcterms.modified"),
    *("dc.date.modified", "date.modified"),
)
_AUTHOR = (
    *("author", "authors", "byl", "parsely-author", "sailthru.author", "citation_author"),
    *("dc.creator", "dcterms.creator", "dc.contributor", "creator"),
)
_TITLE = ("headline", "parsely-title", "sailthru.title", "citation_title", "dc.title", "title")
_OUTLET = (
    "application-name",
    "publisher",
    "dc.publisher",
    "dcterms.publisher",
    "citation_journal_title",
)
_SECTION = ("articlesection", "section", "parsely-section", "category", "rubrique")


def metas(tree: Element) -> Metas:
    """The contents of the meta tags by their names in lower case, in the order of the page."""
    found: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        content = one_line(tag.get("content"))
        if content is None:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := tag.get(attribute):
                found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def opengraph_facts(told: Metas) -> Metadata:
    """What the tags of OpenGraph (`og:…`, `article:…`) tell."""
    return Metadata.told(
        "opengraph",
        title=_first(told, ("og:title",)),
        author=_people(told, _OG_AUTHOR),
        published=_moment(told, _OG_PUBLISHED),
        updated=_moment(told, _OG_UPDATED),
        url=_first(told, ("og:url",), absolute),
        outlet=_first(told, ("og:site_name",)),
        category=_first(told, _OG_SECTION),
        language=_first(told, ("og:locale",), language_code),
    )


def meta_facts(tree: Element, told: Metas) -> Metadata:
    """What the other meta tags and the `lang` of the page tell."""
    lang = tree.get("lang") or tree.get("xml:lang")
    return Metadata.told(
        "html",
        title=_first(told, _TITLE),
        author=_people(told, _AUTHOR),
        published=_moment(told, _PUBLISHED),
        updated=_moment(told, _UPDATED),
        outlet=_first(told, _OUTLET),
        category=_first(told, _SECTION),
        language=(language_code(lang) if lang else None)
        or _first(told, ("content-language", "language", "dc.language"), language_code),
    )


def canonical(tree: Element, bases: Iterable[str | None]) -> Metadata:
    """The address that the page gives as its own, made whole by the first base that is one.

    An address without a path is the site's, which a page of it may give by mistake.
    """
    base = next((base for base in bases if base), None)
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            url = absolute(_joined(base, (link.get("href") or "").strip()))
            if url and (urlsplit(url).path.strip("/") or urlsplit(url).query):
                return Metadata.told("html", url=url)
    return Metadata()


def absolute(url: str | None) -> str | None:
    """The address if it is a whole one of the web."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url or "")
    return url if whole else None


def _joined(base: str | None, href: str) -> str:
    try:
        return urljoin(base or "", href)
    except ValueError:
        return ""


def _first(
    told: Metas, names: Iterable[str], read: Callable[[str], str | None] = str
) -> str | None:
    """The first content of these tags that can be read."""
    contents = (content for name in names for content in told.get(name, ()))
    return next((value for content in contents if (value := read(content))), None)


def _moment(told: Metas, names: Iterable[str]) -> date | datetime | None:
    contents = (content for name in names for content in told.get(name, ()))
    return next((found for content in contents if (found := moment(content))), None)


def _people(told: Metas, names: Iterable[str]) -> str | None:
    """The people of the first of these tags that names any."""
    for name in names:
        people = [person for content in told.get(name, ()) if (person := person_name(content))]
        if people:
            return ", ".join(dict.fromkeys(people))
    return None

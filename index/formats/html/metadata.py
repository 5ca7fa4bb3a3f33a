"""Metadata in the head of a page: OpenGraph, meta tags, canonical link, language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from index.formats.base import Metadata
from index.formats.byline import parse_head_line
from index.formats.frontmatter import language_code
from index.formats.html.jsonld import jsonld_line, moment, person_name
from index.formats.html.tree import Element
from index.text.folding import folded_words
from index.text.names import is_person_name

_Fact = TypeVar("_Fact")
Metas = Mapping[str, tuple[str, ...]]  # the contents of a page's meta tags by name
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
    *("application-name", "publisher", "dc.publisher", "dcterms.publisher"),
    "citation_journal_title",
)
_SECTION = ("articlesection", "section", "parsely-section", "category", "rubrique")


def read_metas(tree: Element) -> Metas:
    """Map meta tag names, in lower case, to their contents in page order."""
    contents_by_name: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        content = jsonld_line(tag.get("content"))
        if content is None:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := tag.get(attribute):
                contents_by_name.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(contents) for name, contents in contents_by_name.items()}


def opengraph_facts(metas: Metas) -> Metadata:
    """Read the OpenGraph tags (`og:…`, `article:…`)."""
    return Metadata.of(
        "opengraph",
        title=_first(metas, ("og:title",), str),
        author=_people(metas, _OG_AUTHOR),
        published=_first(metas, _OG_PUBLISHED, moment),
        updated=_first(metas, _OG_UPDATED, moment),
        url=_first(metas, ("og:url",), absolute_address),
        outlet=_first(metas, ("og:site_name",), str),
        category=_first(metas, _OG_SECTION, str),
        language=_first(metas, ("og:locale",), language_code),
    )


def meta_facts(tree: Element, metas: Metas) -> Metadata:
    """Read the other meta tags and the `lang` of the page."""
    lang = tree.get("lang") or tree.get("xml:lang")
    return Metadata.of(
        "html",
        title=_first(metas, _TITLE, str),
        author=_people(metas, _AUTHOR),
        published=_first(metas, _PUBLISHED, moment),
        updated=_first(metas, _UPDATED, moment),
        outlet=_first(metas, _OUTLET, str),
        category=_first(metas, _SECTION, str),
        language=(language_code(lang) if lang else None)
        or _first(metas, ("content-language", "language", "dc.language"), language_code),
    )


def canonical_address(tree: Element, bases: Iterable[str | None]) -> Metadata:
    """Return the canonical address of the page, resolved against the first non-empty base.

    An address without a path, which is the site's, is ignored.
    """
    base = next((base for base in bases if base), None)
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            try:
                address = urljoin(base or "", (link.get("href") or "").strip())
            except ValueError:
                continue
            url = absolute_address(address)
            if url and (urlsplit(url).path.strip("/") or urlsplit(url).query):
                return Metadata.of("html", url=url)
    return Metadata()


def absolute_address(url: str | None) -> str | None:
    """Return the address if it is an absolute http(s) one."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url or "")
    return url if whole else None


def _first(
    metas: Metas, names: Iterable[str], parse: Callable[[str], _Fact | None]
) -> _Fact | None:
    """Return the first content of these tags that `parse` accepts."""
    contents = (content for name in names for content in metas.get(name, ()))
    return next(filter(None, map(parse, contents)), None)


def _people(metas: Metas, names: Iterable[str]) -> str | None:
    """Return the people in the first of these tags with any."""
    groups = (filter(None, map(person_name, metas.get(name, ()))) for name in names)
    return next(filter(None, (", ".join(dict.fromkeys(people)) for people in groups)), None)


_MARK = re.compile(r"(?<!\s)\s++[-–—|·•»:]\s+|(?:(?<!\s)\s++)?\|\s*")
_SITE = re.compile(r"(?:(?:le|la|les|the) |l['’])?[\w'’.&+ -]{1,40}", re.IGNORECASE)
_NAMED = re.compile(r"(?:(?:Le|La|Les|The|El|Il|Der|Die) |L['’])[A-ZÀ-Þ].*|[\w-]+\.[a-z]{2,5}")
_HEAD = 15  # minimum characters of a title before a site's name


def with_title(metadata: Metadata, tree: Element, url: str | None) -> Metadata:
    """Complete the metadata with the title, without the site's name, and the outlet."""
    headings = [text for h1 in tree.iter("h1") if (text := _words(h1)) and len(text) > 1]
    tab = next((_words(title) for title in tree.iter("title")), None)  # of the browser
    near = [text for text in headings if tab and _alike(text) and _alike(text) in _alike(tab)]
    heading = next(iter([*near, *headings]), None)
    head, tail = _split_tab_title(tab, metadata, heading, url)
    whole = metadata.title or ""
    is_cut = whole.endswith(("…", "...")) and _alike(heading or "").startswith(_alike(whole))
    name = metadata.outlet or tail
    if heading and (not whole or is_cut):
        title = Metadata.of("html", title=_without_outlet(heading, name))
    elif whole:
        title = Metadata.of(metadata.origins["title"], title=_without_outlet(whole, name))
    else:
        title = Metadata.of("html", title=head)
    outlet = Metadata.of("html", outlet=tail if tail != metadata.author else None)
    return title.completed(metadata).completed(outlet)


def _without_outlet(title: str, outlet: str | None) -> str:
    """Remove the outlet's name before or after the title."""
    *_, last = [None, *_MARK.finditer(title)]
    if outlet and last and _same(title[last.end() :], outlet):
        return title[: last.start()].strip() or title
    first = _MARK.search(title)
    if outlet and first and _same(title[: first.start()], outlet):
        return title[first.end() :].strip() or title
    return title


def _split_tab_title(
    tab: str | None, metadata: Metadata, heading: str | None, url: str | None
) -> tuple[str | None, str | None]:
    """Split the tab's title into title and site name, if other facts confirm it."""
    *_, mark = [None, *_MARK.finditer(tab or "")]
    if tab is None or mark is None:
        return tab, None
    head, tail = tab[: mark.start()].strip(), tab[mark.end() :].strip()
    is_site_name = _same(tail, metadata.outlet or "") or _is_host_name(tail, url)
    heads = {_alike(head), _alike(_MARK.split(head)[0])}
    beside = any(title and _alike(title) in heads for title in (metadata.title, heading))
    is_name = bool(_SITE.fullmatch(tail)) and ":" not in mark[0]
    is_proper_name = len(head) >= _HEAD and ":" not in mark[0] and bool(_NAMED.fullmatch(tail))
    if head and (is_site_name or (is_name and (beside or is_proper_name))):
        return head, tail
    return tab, None


def _is_host_name(name: str, url: str | None) -> bool:
    """True if the name is that of the host, as « Côte Info » of www.cote-info.fr."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return False
    plain = _alike(name).replace(" ", "")
    return len(plain) >= 4 and any(plain == re.sub(r"\W", "", part) for part in host.split("."))


def _same(name: str, outlet: str) -> bool:
    return bool(_alike(name)) and _alike(name) == _alike(outlet)


def _alike(text: str) -> str:
    return " ".join(folded_words(text))


def _words(element: Element) -> str | None:
    return jsonld_line(" ".join(str(part) for part in element.itertext()))


_PARAGRAPH = 150  # characters; the first longer text begins the article
_PIECES = 60  # pieces of text to inspect after the heading
_BLOCKS = frozenset(
    {"p", "div", "li", "h2", "h3", "h4", "section", "article", "header", "ul", "address", "figure"}
)
_VISIBLE_UPDATED = re.compile(r"mis[e]? [àa] jour|modifi|updated|maj\b", re.IGNORECASE)
_VISIBLE_AUTHOR = re.compile(r"\b(?:author|auteur|autrice|byline|signature)", re.IGNORECASE)
_MAX_ELEMENTS = 20_000  # elements; htmldate is not asked for larger pages
_MODIFIED = re.compile(r"modif|updat", re.IGNORECASE)


def visible_facts(tree: Element) -> Metadata:
    """Find people and dates between a page's heading and its first long paragraph."""
    metadata = by_mark = Metadata()
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return metadata
    for element, text in _elements_below(heading):
        by_mark = by_mark.completed(_marked_facts(element, text))
        if len(text) >= _PARAGRAPH:
            break
        if element.tag in _BLOCKS or len(element) == 0:
            metadata = metadata.completed(parse_head_line(text) or Metadata())
    return by_mark.completed(metadata)


def _elements_below(heading: Element) -> Iterator[tuple[Element, str]]:
    """Yield the elements after the heading with their words, in reading order, each text once."""
    pieces = 0
    ancestors = (heading, *heading.iterancestors())
    siblings = (sibling for ancestor in ancestors for sibling in ancestor.itersiblings())
    for element in (inner for sibling in siblings for inner in sibling.iter()):
        if not isinstance(element.tag, str):
            continue
        text = jsonld_line(_own_words(element)) or ""
        pieces += bool(text)
        if pieces > _PIECES:
            return
        yield element, text


def _own_words(element: Element) -> str:
    """Return the words of an element, without those of its inner blocks."""
    if any(child.tag in _BLOCKS for child in element):
        return ""
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        parts.append(str(part))
        length += len(part)
        if length > 4 * _PARAGRAPH:
            break
    return "".join(parts)


def _marked_facts(element: Element, text: str) -> Metadata:
    """Read people and dates marked by `<time>`, `rel=author` and `itemprop`."""
    part = element.get("itemprop") or ""
    if element.tag == "time" or part in ("datePublished", "dateModified"):
        when = moment(element.get("datetime") or element.get("content") or text)
        around = jsonld_line("".join(str(word) for word in [element.getparent().text or "", text]))
        later = part == "dateModified" or _MODIFIED.search(element.get("class") or "")
        is_update = later or _VISIBLE_UPDATED.search(around or "")
        return Metadata.of("html", **{"updated" if is_update else "published": when})
    name = person_name(text)
    if part == "author" or "author" in (element.get("rel") or "").lower().split():
        return Metadata.of("html", author=name if len(text) < _PARAGRAPH else None)
    by_class = _VISIBLE_AUTHOR.search(element.get("class") or "")
    return Metadata.of("html", author=name if by_class and is_person_name(name or "") else None)


def guessed_facts(tree: Element) -> Metadata:
    """Guess the date of the page with htmldate, without its search of the whole text."""
    from htmldate import find_date

    if sum(1 for _ in tree.iter()) > _MAX_ELEMENTS:
        return Metadata()
    try:
        day = find_date(tree, original_date=True, extensive_search=False)
    except (ValueError, OverflowError):  # a time zone of 25 hours
        day = None
    return Metadata.of("htmldate", published=date.fromisoformat(day) if day else None)

"""What a page shows of its article around the heading: people and days as readers see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.formats.base_readers_draft import Metadata
from index.formats.byline import is_name
from index.formats.byline_readers_heads import told
from index.formats.webpage.jsonld import moment, one_line, person_name
from index.formats.webpage.tree_webpage_element import Element

_PARAGRAPH = 150  # characters; where the article itself begins
_LOOKED_AT = 60  # pieces of text after the heading
_BLOCKS = frozenset(
    {"p", "div", "li", "h2", "h3", "h4", "section", "article", "header", "ul", "address", "figure"}
)
_UPDATED = re.compile(r"mis[e]? [àa] jour|modifi|updated|maj\b", re.IGNORECASE)
_AUTHOR = re.compile(r"\b(?:author|auteur|autrice|byline|signature)", re.IGNORECASE)
_MODIFIED = re.compile(r"modif|updat", re.IGNORECASE)


def visible_facts(tree: Element) -> Metadata:
    """The people and the days between a page's heading and its first long paragraph."""
    metadata = Metadata()
    by_mark = Metadata()
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return metadata
    for element, text in _below(heading):
        by_mark = by_mark.completed(_marked(element, text))
        if len(text) >= _PARAGRAPH:
            break
        if element.tag in _BLOCKS or len(element) == 0:
            metadata = metadata.completed(told(text) or Metadata())
    return by_mark.completed(metadata)


def _below(heading: Element) -> Iterator[tuple[Element, str]]:
    """The elements after the heading with their words, in reading order, each text once."""
    looked = 0
    for element in _following(heading):
        if not isinstance(element.tag, str):
            continue
        text = one_line(_own_words(element)) or ""
        looked += bool(text)
        if looked > _LOOKED_AT:
            return
        yield element, text


def _following(element: Element) -> Iterator[Element]:
    """All elements that begin after this one ends."""
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter()
        element = element.getparent()


def _own_words(element: Element) -> str:
    """The words of an element; those of one that holds blocks are its blocks' own."""
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


def _marked(element: Element, text: str) -> Metadata:
    """What `<time>`, `rel=author` and `itemprop` mark as people and days."""
    part = element.get("itemprop") or ""
    if element.tag == "time" or part in ("datePublished", "dateModified"):
        when = moment(element.get("datetime") or element.get("content") or text)
        around = one_line("".join(str(word) for word in [element.getparent().text or "", text]))
        later = part == "dateModified" or _MODIFIED.search(element.get("class") or "")
        changed = bool(later or _UPDATED.search(around or ""))
        return Metadata.told("html", **{"updated" if changed else "published": when})
    if part == "author" or "author" in (element.get("rel") or "").lower().split():
        name = person_name(text) if len(text) < _PARAGRAPH else None
        return Metadata.told("html", author=name)
    if _AUTHOR.search(element.get("class") or "") and is_name(text):
        return Metadata.told("html", author=text)
    return Metadata()

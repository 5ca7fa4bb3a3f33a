"""The paragraphs, headings, lists and tables of a page's article."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from index.formats.base_readers_draft import Block
from index.formats.webpage.body_webpage_gathering import gather, with_headings, wrap
from index.formats.webpage.tree_webpage_element import APART, Element, text_length

_LONG_ITEM = 200  # characters; lists of longer items are paragraphs, as in Markdown
_CROWD = 200  # elements in the text of one parent; trafilatura's work grows with their square
_LARGE = 10_000  # elements; a page with more is read without trafilatura's second opinions
_CAPTIONED = 3  # pictures at least in a gallery
_GALLERY = 1 / 3  # of the words of the article are captions in a gallery
_NARROW = re.compile("[\u00a0\u202f\u2007\u2009]")
_STAND_INS = "\u2e43\u2e4f\u2e4a\u2e4e\u2e49\u2e48\u2e47\u2e46"  # signs that no article needs
_SPACES = re.compile(r"[ \t\r\n]+")


def body_of(tree: Element) -> tuple[Block, ...]:
    """The article's blocks as trafilatura finds them, with French spaces kept."""
    from trafilatura import bare_extraction

    page, tree = tree, copy.deepcopy(tree)
    wrap(tree)
    gather(tree)
    _captions_told(tree)
    _thinned(tree)
    spaces = _spaces_hidden(tree)
    large = sum(1 for _ in tree.iter()) > _LARGE
    found = bare_extraction(tree, include_comments=False, include_tables=True, fast=large)
    body: Any = getattr(found, "body", None)
    if body is None:
        return ()
    blocks = (Block(_shown(block.text, spaces), block.heading) for block in _blocks(body))
    return with_headings([block for block in blocks if block.text], page)


def _captions_told(tree: Element) -> None:
    """Make paragraphs of a gallery's captions, where they are much of what the page says."""
    captions = list(tree.iter("figcaption"))
    told = sum(text_length(caption) for caption in captions)
    prose = sum(text_length(paragraph) for paragraph in tree.iter("p"))
    if len(captions) < _CAPTIONED or told < _GALLERY * (told + prose):
        return
    for caption in captions:
        for credit in list(caption.iter("span", "small", "cite")):
            if "redit" in (credit.get("class") or "") or "opyright" in (credit.get("class") or ""):
                credit.drop_tree()
        caption.tag = "p"
        holder = caption.getparent()
        while holder is not None and holder.tag not in ("body", "main", "article", "html"):
            if holder.tag in ("figure", "li", "ul"):
                holder.tag = "div"
            if re.search("slide|gallery|carousel|figure", holder.get("class") or ""):
                holder.attrib.pop("class")
            holder = holder.getparent()


def _thinned(tree: Element) -> None:
    """Unwrap the inline elements of a paragraph that is crowded with them."""
    crowded = [
        element
        for element in tree.iter()
        if len(element) > _CROWD and sum(child.tag not in APART for child in element) > _CROWD
    ]
    for element in crowded:
        _unwrap_inline(element)


def _unwrap_inline(element: Element) -> None:
    """Make one text of the element's words between its other children, in linear time."""
    texts = [[element.text or ""]]
    kept = []
    for child in list(element):
        if child.tag not in APART:
            texts[-1] += [*child.itertext(), child.tail or ""]
            child.tail = None
            element.remove(child)
        else:
            kept.append(child)
            texts.append([child.tail or ""])
    element.text = "".join(map(str, texts[0]))
    for child, words in zip(kept, texts[1:], strict=True):
        child.tail = "".join(map(str, words))


def _spaces_hidden(tree: Element) -> dict[str, str]:
    """Put a sign in the place of each no-break space, which trafilatura would make plain."""
    text = "".join(tree.itertext())
    signs = (sign for sign in _STAND_INS if sign not in text)
    spaces = dict(zip(sorted(set(_NARROW.findall(text))), signs, strict=False))
    table = {ord(space): sign for space, sign in spaces.items()}
    for element in tree.iter():
        if element.text and _NARROW.search(element.text):
            element.text = element.text.translate(table)
        if element.tail and _NARROW.search(element.tail):
            element.tail = element.tail.translate(table)
    return {sign: space for space, sign in spaces.items()}


def _shown(text: str, spaces: dict[str, str]) -> str:
    text = text.translate({ord(sign): space for sign, space in spaces.items()})
    return "\n".join(line for line in (part.strip() for part in text.split("\n")) if line)


def _blocks(element: Element) -> Iterator[Block]:
    """The blocks of an element that trafilatura made, in reading order."""
    match element.tag:
        case "head":
            yield Block(_words(element).replace("\n", " "), heading=True)
        case "list":
            lines = [line for item in element for line in _words(item).split("\n") if line]
            apart = any(len(line) > _LONG_ITEM for line in lines)
            yield from (Block(part) for part in (lines if apart else ["\n".join(lines)]))
        case "table":
            yield Block("\n".join(_rows(element)))
        case "p" | "code" | "item" | "ab" | "fw":
            yield Block(_words(element))
        case _:
            yield from _mixed(element)
    if element.tail and element.tail.strip() and element.getparent() is not None:
        yield Block(_SPACES.sub(" ", element.tail).strip())


def _mixed(element: Element) -> Iterator[Block]:
    """A quotation, a division: its own words, then its blocks."""
    if not any(child.tag in ("p", "head", "list", "table", "quote", "div") for child in element):
        yield Block(_words(element))
        return
    if element.text and element.text.strip():
        yield Block(_SPACES.sub(" ", element.text).strip())
    for child in element:
        yield from _blocks(child)


def _rows(table: Element) -> Iterator[str]:
    for row in table.iter("row"):
        cells = (_words(cell).replace("\n", " ") for cell in row.iter("cell"))
        yield " | ".join(cell for cell in cells if cell)


def _words(element: Element) -> str:
    """The words in an element, forced breaks and inner blocks on lines of their own."""
    parts: list[str] = []
    for event, each in _walk(element):
        if event == "text":
            parts.append(_SPACES.sub(" ", each))
        else:
            parts.append("\n")
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _walk(element: Element) -> Iterator[tuple[str, Any]]:
    if element.text:
        yield "text", element.text
    for child in element:
        if child.tag in ("lb", "item", "p", "row", "head"):
            yield "break", None
        yield from _walk(child)
        if child.tag in ("item", "p", "row", "head", "list"):
            yield "break", None
        if child.tail:
            yield "text", child.tail

"""Paragraphs, headings, lists and tables of a page's article."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import Any

from index.formats.base import Block, list_blocks
from index.formats.html.tree import APART, Element, element_words, text_length

_LEADS = frozenset({"chapo", "chapeau", "standfirst"})
_ENDS = frozenset({"ps", "post-scriptum", "notes"})
_BODIES = frozenset({"texte", "entry-content", "article-content", "article-body"})
_NEAR = 5  # elements before or after the text
_HEADINGS = ("h2", "h3", "h4")
_LABEL = 20  # characters; loose words of fewer are a label
_HOUR = re.compile(r"\d{1,2}\s?[h:.]\s?\d{2}(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_LONGEST = 200  # characters; a heading has fewer
_OPENING = 60  # characters that distinguish paragraphs


def gather_parts(tree: Element) -> None:
    """Move leads and postscripts into the text beside them, as SPIP's templates separate them."""
    for body in [division for division in tree.iter("div") if _names(division) & _BODIES]:
        before = islice(body.itersiblings(preceding=True), _NEAR)
        after = islice(body.itersiblings(), _NEAR)
        leads = [element for element in before if _names(element) & _LEADS]  # the nearest first
        ends = [element for element in after if _names(element) & _ENDS]
        for lead in leads:
            lead.tail, body.text = body.text, None
            body.insert(0, lead)
        for end in ends:
            end.tail = None
            body.append(end)
        for moved in (*leads, *ends):
            moved.attrib.pop("class")  # its names might make trafilatura drop it


def wrap_loose_words(tree: Element) -> None:
    """Wrap the loose words at the start of a division into a paragraph, if paragraphs follow."""
    for division in [element for element in tree.iter("div", "article", "section") if element.text]:
        if len(division.text.strip()) >= _LABEL and division.find("p") is not None:
            paragraph = division.makeelement("p")
            paragraph.text, division.text = division.text, None
            paragraph.extend(takewhile(lambda child: child.tag not in APART, list(division)))
            division.insert(0, paragraph)


def time_entries(tree: Element) -> None:
    """Prefix the heading of each entry of a live page with its time."""
    for time in list(tree.iter("time")):
        hour, heading = element_words(time), time.getnext()
        if heading is None or heading.tag not in _HEADINGS or not _HOUR.fullmatch(hour):
            continue
        heading.text = f"{hour} – {(heading.text or '').lstrip()}"
        time.drop_tree()


def with_headings(blocks: Sequence[Block], tree: Element) -> tuple[Block, ...]:
    """Insert the page's headings above the blocks they precede, if trafilatura found none."""
    if not blocks or any(block.heading for block in blocks):
        return tuple(blocks)
    above: dict[str, str] = {}  # headings by the opening of the paragraph below
    for heading in tree.iter(*_HEADINGS):
        words, follower = element_words(heading), heading.getnext()
        if words and len(words) <= _LONGEST and follower is not None and follower.tag == "p":
            above[element_words(follower)[:_OPENING]] = words
    result: list[Block] = []
    for block in blocks:
        if words := above.pop(block.text[:_OPENING], ""):
            result.append(Block(words, heading=True))
        result.append(block)
    return tuple(result)


def _names(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


_CROWD = 200  # elements in the text of one parent; trafilatura's work grows with their square
_LARGE = 10_000  # elements; larger pages use trafilatura's fast mode
_GALLERY_PICTURES = 3
_GALLERY_SHARE = 1 / 3  # of the article's words are captions
# trafilatura's names of HTML elements.
_TAGS = {"head": "h2", "list": "ul", "item": "li", "row": "tr", "cell": "td", "lb": "br"}
_TAGS |= {"quote": "blockquote", "ab": "p", "fw": "p"}
# Elements beside which code is a block too.
_STANDING = frozenset({"p", "head", "list", "table", "quote", "div"})
_NARROW = re.compile("[\u00a0\u202f\u2007\u2009]")
_STAND_INS = "\u2e43\u2e4f\u2e4a\u2e4e\u2e49\u2e48\u2e47\u2e46"  # unused in articles


def page_body(tree: Element) -> tuple[Block, ...]:
    """Extract the article's blocks with trafilatura, keeping French spaces."""
    from trafilatura import bare_extraction

    page, tree = tree, copy.deepcopy(tree)
    wrap_loose_words(tree)
    gather_parts(tree)
    _keep_captions(tree)
    _unwrap_crowded(tree)
    spaces = _hide_spaces(tree)
    large = sum(1 for _ in tree.iter()) > _LARGE
    extract = bare_extraction(tree, include_comments=False, include_tables=True, fast=large)
    body: Any = getattr(extract, "body", None)
    if body is None:
        return ()
    for code in body.iter("code"):
        holder = code.getparent()
        if holder.tag in ("body", "div", "quote") and any(
            child.tag in _STANDING for child in holder
        ):
            code.tag = "p"
    for element in body.iter(*_TAGS):
        element.tag = _TAGS[element.tag]
    blocks = []
    for block in fragment_blocks(body):
        text = block.text.translate({ord(sign): space for space, sign in spaces.items()})
        if text := "\n".join(filter(None, map(str.strip, text.split("\n")))):
            blocks.append(Block(text, block.heading))
    return with_headings(blocks, page)


def _keep_captions(tree: Element) -> None:
    """Turn the captions of a gallery into paragraphs, if they are much of the page."""
    captions = list(tree.iter("figcaption"))
    caption_length = sum(text_length(caption) for caption in captions)
    prose = sum(text_length(paragraph) for paragraph in tree.iter("p"))
    share = _GALLERY_SHARE * (caption_length + prose)
    if len(captions) < _GALLERY_PICTURES or caption_length < share:
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


def _unwrap_crowded(tree: Element) -> None:
    """Merge inline children into the text of elements crowded with them, in linear time; a run of
    links becomes one link, since links without prose are no article."""
    for element in [crowded for crowded in tree.iter() if len(crowded) > _CROWD]:
        if sum(child.tag not in APART for child in element) <= _CROWD:
            continue
        runs = [_InlineRun(element.text or "")]
        for child in list(element):
            if child.tag not in APART:
                runs[-1].add(child)
                element.remove(child)
            else:
                runs.append(_InlineRun(child.tail or ""))
        blocks: list[Element | None] = [None, *element]
        for block, run in zip(blocks, runs, strict=True):
            text = "".join(run.parts)
            if run.link_length > len(text) / 2:
                link = element.makeelement("a", href="#")
                link.text, text = text, ""
                element.insert(0 if block is None else element.index(block) + 1, link)
            if block is None:
                element.text = text
            else:
                block.tail = text


class _InlineRun:
    """The text between two blocks, and how much of it is links."""

    def __init__(self, text: str) -> None:
        self.parts = [text]
        self.link_length = 0

    def add(self, child: Element) -> None:
        words = "".join(map(str, child.itertext()))
        self.parts += [words, child.tail or ""]
        self.link_length += len(words) if child.tag == "a" else 0
        child.tail = None


def _hide_spaces(tree: Element) -> dict[str, str]:
    """Replace no-break spaces by stand-ins, which trafilatura does not normalise."""
    text = "".join(tree.itertext())
    signs = (sign for sign in _STAND_INS if sign not in text)
    spaces = dict(zip(sorted(set(_NARROW.findall(text))), signs, strict=False))
    table = {ord(space): sign for space, sign in spaces.items()}
    for element in tree.iter():
        if element.text and _NARROW.search(element.text):
            element.text = element.text.translate(table)
        if element.tail and _NARROW.search(element.tail):
            element.tail = element.tail.translate(table)
    return spaces


_FRAGMENT_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset(
    {
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "blockquote"),
        *("figure", "figcaption", "dl", "dt", "dd", "address", "body", "html", "hr", "form"),
        *("fieldset", "details", "summary", "center", "nav"),
    }
)
_UNSEEN = frozenset({"head", "title", "img", "button", "select", "input", "textarea", "audio"})
_UNSEEN |= {"video", "object", "embed", "canvas", "math", "map", "option", "rp", "rt"}
_FRAGMENT_SPACES = re.compile(r"[ \t\r\n\f]+")


def fragment_blocks(tree: Element) -> tuple[Block, ...]:
    """Return the headings, paragraphs, lists and tables of an element in reading order."""
    return tuple(block for block in _fragment_blocks(tree) if block.text.strip())


def _fragment_blocks(element: Element) -> Iterator[Block]:
    """Yield the blocks of an element; loose words between them are paragraphs."""
    run: list[str] = [element.text or ""]
    for child in element:
        if is_block(child):
            yield Block(_lines("".join(run)))
            run = []
            yield from element_blocks(child)
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    yield Block(_lines("".join(run)))


def element_blocks(element: Element) -> Iterator[Block]:
    """Yield the blocks of a heading, list, table or any other block element."""
    if element.tag in _FRAGMENT_HEADINGS:
        words = (block.text.replace("\n", " ") for block in fragment_blocks(element))
        yield Block(" ".join(words), heading=True)
    elif element.tag in ("ul", "ol"):
        yield from list_blocks(list(_items(element)))
    elif element.tag == "table":
        yield Block("\n".join(line for line in _fragment_table(element) if line))
    elif element.tag == "pre":
        text = "".join(str(part) for part in element.itertext())
        yield Block("\n".join(line.rstrip() for line in text.split("\n") if line.strip()))
    else:
        yield from _fragment_blocks(element)


def is_block(element: Element) -> bool:
    """True if an element is a block, or an inline one that contains a block."""
    tag = element.tag
    if tag in _PARAGRAPHS or tag in _FRAGMENT_HEADINGS or tag in ("ul", "ol", "table", "pre"):
        return True
    return any(is_block(child) for child in element)


def _inline(element: Element) -> str:
    if element.tag == "br":
        return "\v"
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [_inline(child), child.tail or ""]
    return "".join(parts)


def _items(element: Element) -> Iterator[str]:
    """Yield one line per item, including those of inner lists; numbers are kept, bullets not."""
    number = 1 if element.tag == "ol" else None
    for item in element:
        text = "\n".join(block.text for block in _fragment_blocks(item))
        lines = list(filter(None, text.split("\n")))
        if number is not None and item.tag == "li":
            lines[:1] = [f"{number}. {line}" for line in lines[:1]]
            number += 1
        yield from lines


def _fragment_table(table: Element) -> Iterator[str]:
    for row in table.iter("tr"):
        cells = (
            " ".join(block.text.replace("\n", " ") for block in fragment_blocks(cell))
            for cell in row
            if cell.tag in ("td", "th")
        )
        yield " | ".join(cell for cell in cells if cell)


def _lines(text: str) -> str:
    lines = (_FRAGMENT_SPACES.sub(" ", line).strip(" ") for line in text.split("\v"))
    return "\n".join(line for line in lines if line)

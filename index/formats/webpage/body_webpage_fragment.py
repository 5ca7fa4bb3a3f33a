"""All the words of a piece of HTML, for what is an article and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.formats.base_readers_draft import Block
from index.formats.webpage.tree_webpage_element import Element

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset(
    {
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "blockquote"),
        *("figure", "figcaption", "dl", "dt", "dd", "address", "body", "html", "hr", "form"),
        *("fieldset", "details", "summary", "center", "nav"),
    }
)
_UNSEEN = frozenset({"head", "title", "img", "button", "select", "input", "textarea", "audio"})
_UNSEEN |= {"video", "object", "embed", "canvas", "math", "map", "option", "rp", "rt"}
_LONG_ITEM = 200  # characters; lists of longer items are paragraphs, as in Markdown
_SPACES = re.compile(r"[ \t\r\n\f]+")


def blocks_of(tree: Element) -> tuple[Block, ...]:
    """The blocks in an element, in reading order: headings, paragraphs, lists and tables."""
    return tuple(block for block in _blocks(tree) if block.text)


def _blocks(element: Element) -> Iterator[Block]:
    """The blocks of an element: runs of words between its inner blocks are paragraphs."""
    run: list[str] = [element.text or ""]
    for child in element:
        if _is_block(child):
            yield Block(_lines("".join(run)))
            run = []
            yield from _block(child)
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    yield Block(_lines("".join(run)))


def _block(element: Element) -> Iterator[Block]:
    if element.tag in _HEADINGS:
        yield Block(_lines(_inline(element)).replace("\n", " "), heading=True)
    elif element.tag in ("ul", "ol"):
        lines = list(_items(element))
        apart = any(len(line) > _LONG_ITEM for line in lines)
        yield from (Block(part) for part in (lines if apart else ["\n".join(lines)]))
    elif element.tag == "table":
        yield Block("\n".join(line for line in _rows(element) if line))
    elif element.tag == "pre":
        text = "".join(str(part) for part in element.itertext())
        yield Block("\n".join(line.rstrip() for line in text.split("\n") if line.strip()))
    else:
        yield from _blocks(element)


def _is_block(element: Element) -> bool:
    """Whether an element stands on its own; an inline one that holds a block does too."""
    tag = element.tag
    if tag in _PARAGRAPHS or tag in _HEADINGS or tag in ("ul", "ol", "table", "pre"):
        return True
    return any(_is_block(child) for child in element)


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
    """One line an item, those of inner lists too; numbers are kept, bullets are not."""
    number = 1 if element.tag == "ol" else None
    for item in element:
        lines = [line for block in _blocks(item) for line in block.text.split("\n") if line]
        if number is not None and item.tag == "li":
            lines[:1] = [f"{number}. {line}" for line in lines[:1]]
            number += 1
        yield from lines


def _rows(table: Element) -> Iterator[str]:
    for row in table.iter("tr"):
        cells = (
            " ".join(block.text.replace("\n", " ") for block in blocks_of(cell))
            for cell in row
            if cell.tag in ("td", "th")
        )
        yield " | ".join(cell for cell in cells if cell)


def _lines(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip(" ") for line in text.split("\v"))
    return "\n".join(line for line in lines if line)

"""The paragraphs of a page that is all text, as the chapters of a book are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.formats.base_readers_draft import Block

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"head", "script", "style", "template", "nav", "svg", "math", "audio", "video"})
_UNSEEN |= {"iframe", "object", "form", "rt", "rp"}
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"}
    | {"i", "ins", "kbd", "mark", "q", "ruby", "s", "samp", "small", "span", "strong", "sub"}
    | {"sup", "time", "tt", "u", "var", "wbr", "img", "rb"}
)
_NOTE = re.compile(r"\bnoteref\b")
_TYPE = "{http://www.idpf.org/2007/ops}type"
_LONG_ITEM = 200  # characters; lists of longer items are paragraphs
_DEPTH = 200  # of elements in each other; deeper ones are no person's


def blocks_of(root: etree._Element | None) -> tuple[list[Block], str]:
    """The blocks of a page, and what it says it is (`epub:type` of its body or only section)."""
    if root is None:
        return [], ""
    body = root.find(".//{*}body")
    if body is None:
        body = root
    kinds = [body, *body.iterchildren("{*}section")]
    kind = " ".join(each.get(_TYPE, "") for each in (kinds if len(kinds) == 2 else kinds[:1]))
    return [block for block in _blocks(body, 0) if block.text], kind


def _blocks(node: etree._Element, depth: int) -> Iterator[Block]:
    """What stands in a node, paragraph by paragraph; loose words are one too."""
    loose = [_plain(node.text)]
    for child in node:
        name = _name(child)
        if name in _UNSEEN or depth > _DEPTH:
            pass
        elif name == "br":
            loose.append("\n")
        elif name in _INLINE and not _holds_blocks(child):
            loose.append(_inline(child, depth))
        else:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child, name, depth + 1)
        loose.append(_plain(child.tail))
    yield from _paragraph(loose)


def _block(node: etree._Element, name: str, depth: int) -> Iterator[Block]:
    if name in _HEADINGS:
        yield Block(" ".join(_inline(node, depth).split()), heading=True)
    elif name in ("ul", "ol"):
        lines = list(_items(node, depth, name == "ol"))
        apart = any(len(line) > _LONG_ITEM for line in lines)
        yield from (Block(text) for text in (lines if apart else ["\n".join(lines)]))
    elif name == "table":
        rows = (_row(row, depth) for row in node.iter("{*}tr"))
        yield Block("\n".join(row for row in rows if row))
    elif name:
        yield from _blocks(node, depth)


def _items(node: etree._Element, depth: int, numbered: bool) -> Iterator[str]:
    """One line an item, those of inner lists too; numbers are kept, bullets are not."""
    for number, item in enumerate(node.iterchildren("{*}li"), 1):
        lines = [line for block in _blocks(item, depth + 1) for line in block.text.split("\n")]
        if numbered and lines:
            lines[0] = f"{number}. {lines[0]}"
        yield from lines


def _row(row: etree._Element, depth: int) -> str:
    cells = (" ".join(_inline(cell, depth).split()) for cell in row.iterchildren("{*}td", "{*}th"))
    return " | ".join(cell for cell in cells if cell)


def _paragraph(loose: list[str]) -> Iterator[Block]:
    lines = (" ".join(line.split(" ")).strip(" ") for line in "".join(loose).split("\n"))
    text = "\n".join(line for line in lines if line)
    if text:
        yield Block(re.sub(" +", " ", text))


def _inline(node: etree._Element, depth: int) -> str:
    """Words, without the marks that call a note."""
    if _NOTE.search(node.get(_TYPE, "")) or node.get("role") == "doc-noteref":
        return ""
    parts = [_plain(node.text)]
    for child in node:
        name = _name(child)
        if name == "br":
            parts.append("\n")
        elif name and name not in _UNSEEN and depth <= _DEPTH:
            parts.append(_inline(child, depth + 1))
        parts.append(_plain(child.tail))
    return "".join(parts)


def _holds_blocks(node: etree._Element) -> bool:
    return any(_name(each) not in _INLINE | _UNSEEN | {"br", ""} for each in node.iterdescendants())


def _name(node: etree._Element) -> str:
    """The element's name; empty for a comment, an instruction or an entity."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _plain(text: str | None) -> str:
    """White space as one blank, no-break ones left as they are."""
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")

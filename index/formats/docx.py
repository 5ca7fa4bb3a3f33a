"""Word documents (.docx)."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import Block, Content, ParsedArticle, list_blocks
from index.formats.document_info import (
    Facts,
    credible_metadata,
    is_heading_style,
    is_title_style,
    plain_line,
)
from index.formats.zip_package import open_package, xml_parser

if TYPE_CHECKING:
    from docx.document import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_UNSEEN = frozenset({f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr")})
_UNSEEN |= {f"{_W}pPr", f"{_W}sdtPr", f"{_W}rt", _FALLBACK, _BOX}
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml"))
_LETTERS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011"}
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def read(content: Content) -> Iterator[ParsedArticle]:
    """Yield the article of a document, without deleted text and comments; notes come last."""
    import docx

    with open_package(content, Problem("docx-cut")) as package:
        if "word/document.xml" not in package.names and "[Content_Types].xml" not in package.names:
            raise ReadError("docx-is-zip", subject=content.label)
    try:
        document = docx.Document(io.BytesIO(content.read()))
    except ReadError:
        raise
    except Exception as error:  # python-docx raises anything for a broken file
        raise ReadError("docx-damaged", subject=content.label) from error
    root = document.element.find(f"./{_W}body")
    body = _Body(document)
    blocks = (*(() if root is None else body.blocks(root)), *body.notes())
    text = "\n".join(block.text for block in blocks)
    metadata = credible_metadata(_facts(document), "docx", content.name, text, body.title)
    yield ParsedArticle(blocks, metadata)


def _facts(document: Document) -> Facts:
    try:
        core = document.core_properties
        return Facts(
            title=plain_line(core.title),
            author=plain_line(core.author),
            category=plain_line(core.category),
            language=plain_line(core.language),
            created=core.created,
        )
    except Exception:  # as above; a document with broken properties keeps its text
        return Facts()


class _Lists:
    """Lists of a document, and the number of the last item of each."""

    def __init__(self, document: Document) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        try:
            root = document.part.numbering_part.element
        except Exception:  # no list is defined, or none that python-docx can read
            self._formats: dict[tuple[str, str], str] = {}
            return
        kinds = {
            numbering.get(f"{_W}abstractNumId"): {
                level.get(f"{_W}ilvl"): _value(level.find(f"./{_W}numFmt"))
                for level in numbering.iterchildren(f"{_W}lvl")
            }
            for numbering in root.iterchildren(f"{_W}abstractNum")
        }
        self._formats = {
            (instance.get(f"{_W}numId"), level): kind
            for instance in root.iterchildren(f"{_W}num")
            for level, kind in kinds.get(_value(instance.find(f"./{_W}abstractNumId")), {}).items()
        }

    def place(self, node: Any, styles: list[Any]) -> tuple[str, str] | None:
        """Return the list and level of an item; None if the paragraph is not an item."""
        for holder in (node, *(style.element for style in styles)):
            properties = holder.find(f"./{_W}pPr/{_W}numPr")
            if properties is not None and (number := _value(properties.find(f"./{_W}numId"))):
                level = _value(properties.find(f"./{_W}ilvl")) or "0"
                return None if number == "0" else (number, level)
        return None

    def add_number(self, place: tuple[str, str], text: str) -> str:
        """Prefix an item with its number if its list is numbered in figures."""
        if self._formats.get(place) != "decimal":
            return text
        self._counts[place] += 1
        return f"{self._counts[place]}. {text}"


class _Body:
    """Walks a document's XML; `title` is its first paragraph styled as a title."""

    def __init__(self, document: Document) -> None:
        self._document = document
        try:
            self._styles = {style.style_id: style for style in document.styles}
        except Exception:  # broken styles cost only the headings
            self._styles = {}
        self._lists = _Lists(document)
        self.title: str | None = None

    def blocks(self, parent: Any) -> Iterator[Block]:
        """Yield the blocks in a body, cell or box; neighbouring items of a list form one block."""
        items: list[str] = []
        current = ""
        for node in parent.iterchildren():
            styles = self._style_chain(node)
            place = None if _is_heading(styles) else self._lists.place(node, styles)
            if place is None or place[0] != current:
                yield from list_blocks(items)
                items, current = [], ""
            if place is not None:
                current = place[0]
                if text := _text(node):
                    items.append(self._lists.add_number(place, text))
            elif node.tag == f"{_W}p":
                yield from self._paragraph(node, [style.name or "" for style in styles])
            elif node.tag == f"{_W}tbl":
                yield from _block("\n".join(self._rows(node)))
            elif node.tag in _WRAPPERS:
                yield from self.blocks(node)
        yield from list_blocks(items)

    def notes(self) -> Iterator[Block]:
        """Yield the footnotes, then the endnotes, in order."""
        parts = {relation.reltype: relation for relation in self._document.part.rels.values()}
        for kind in ("footnote", "endnote"):
            part = parts.get(f"{_RELATION}{kind}s")
            if part is None or part.is_external:
                continue
            try:
                root = etree.fromstring(part.target_part.blob, xml_parser())
            except etree.XMLSyntaxError:
                continue
            for note in root.iterchildren(f"{_W}{kind}"):
                if note.get(f"{_W}type") in (None, "normal"):
                    for paragraph in note.iterchildren(f"{_W}p"):
                        yield from _block(_text(paragraph))

    def _style_chain(self, node: Any) -> list[Any]:
        """Return a paragraph's style and the styles it is based on."""
        style = self._styles.get(_value(node.find(f"./{_W}pPr/{_W}pStyle")))
        chain: list[Any] = []
        while style is not None and style not in chain and len(chain) < 10:
            chain.append(style)
            style = getattr(style, "base_style", None)
        return chain

    def _paragraph(self, node: Any, names: list[str]) -> Iterator[Block]:
        text = _text(node)
        is_title = any(is_title_style(name) for name in names)
        level = _value(node.find(f"./{_W}pPr/{_W}outlineLvl"))
        is_heading = any(is_heading_style(name) for name in names) or level in set("012345678")
        if text and is_title and self.title is None:
            self.title = " ".join(text.split())
        if not any(name.lower().startswith("toc ") for name in names):
            yield from _block(text, heading=is_title or is_heading)
        for box in _boxes(node):
            yield from self.blocks(box)

    def _rows(self, table: Any) -> Iterator[str]:
        for row in _children(table, f"{_W}tr"):
            if row.find(f"./{_W}trPr/{_W}del") is not None:
                continue
            cells = list(_children(row, f"{_W}tc"))
            texts = (" ".join(map(_text, _children(cell, f"{_W}p"))).split() for cell in cells)
            if line := " | ".join(" ".join(words) for words in texts if words):
                yield line
            for inner in (table for cell in cells for table in _children(cell, f"{_W}tbl")):
                yield from self._rows(inner)


def _children(node: Any, tag: str) -> Iterator[Any]:
    """Yield the children of a node with this tag, also those in content controls."""
    for child in node.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


def _boxes(node: Any) -> Iterator[Any]:
    """Yield the outermost text boxes in a paragraph."""
    for child in node.iterchildren():
        if child.tag == _BOX:
            yield child
        elif child.tag != _FALLBACK:
            yield from _boxes(child)


def _value(node: Any) -> str:
    return "" if node is None else str(node.get(f"{_W}val", ""))


def _is_heading(styles: list[Any]) -> bool:
    names = (style.name or "" for style in styles)
    return any(is_heading_style(name) or is_title_style(name) for name in names)


def _text(node: Any) -> str:
    """Return the text of a paragraph, with insertions and without deletions."""
    parts: list[str] = []
    stack = list(reversed(node))
    while stack:
        each = stack.pop()
        if each.tag == f"{_W}t":
            parts.append(each.text or "")
        elif each.tag in _LETTERS:
            parts.append(_LETTERS[each.tag])
        elif each.tag not in _UNSEEN:
            stack += reversed(each)
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _block(text: str, *, heading: bool = False) -> Iterator[Block]:
    if text:
        yield Block(" ".join(text.split("\n")) if heading else text, heading=heading)

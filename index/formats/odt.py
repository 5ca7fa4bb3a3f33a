"""OpenDocument texts: zip files (.odt) or flat XML (.fodt)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import TEXT_BYTES, Block, Content, ParsedArticle, list_blocks
from index.formats.document_info import (
    Facts,
    credible_metadata,
    is_heading_style,
    is_title_style,
    plain_line,
)
from index.formats.signature import HEAD_BYTES, is_xml
from index.formats.zip_package import Package, open_package, xml_parser
from index.text.dates import find_moment

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _DRAW, _STYLE, _META = (
    f"{{{_NAMESPACE}{name}:1.0}}"
    for name in ("office", "text", "table", "drawing", "style", "meta")
)
_FORMATTED = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_WRAPPERS = f"{_TEXT}section", f"{_TEXT}numbered-paragraph"
_ITEMS = frozenset({f"{_TEXT}list-item", f"{_TEXT}list-header"})
_LETTERS = {f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_UNSEEN = frozenset(
    {f"{_TEXT}note", f"{_TEXT}ruby-text", f"{_OFFICE}annotation", f"{_TEXT}hidden-text"}
)
_ROWS = frozenset(
    f"{_TABLE}{name}" for name in ("table-header-rows", "table-rows", "table-row-group")
)
_BASES = 10  # parent styles followed


def read(content: Content) -> Iterator[ParsedArticle]:
    """Yield the article of a document, without deleted text and comments; notes come last."""
    document = _open(content)
    body = _Body(document)
    blocks = (*body.blocks(document.text), *body.notes(document.text))
    text = "\n".join(block.text for block in blocks)
    metadata = credible_metadata(document.facts(), "document", content.name, text, body.title)
    yield ParsedArticle(blocks, metadata)


@dataclass(frozen=True, slots=True)
class _Document:
    """The text element, and the XML roots of metadata and styles."""

    text: Any
    meta: Any
    styles: tuple[Any, ...]

    def facts(self) -> Facts:
        properties = self.meta.find(f".//{_OFFICE}meta") if self.meta is not None else None
        texts = {
            str(element.tag): " ".join(element.itertext()).strip()
            for element in (
                () if properties is None else properties.iterchildren(tag=etree.Element)
            )
        }
        author = texts.get(f"{_META}initial-creator") or texts.get(f"{_DUBLIN}creator", "")
        return Facts(
            title=plain_line(texts.get(f"{_DUBLIN}title")),
            author=plain_line(author),
            language=texts.get(f"{_DUBLIN}language") or self._default_language(),
            created=find_moment(texts.get(f"{_META}creation-date", "")),
        )

    def elements_by_name(self, tag: str) -> dict[str, Any]:
        """Map the styles of a kind by name."""
        return {
            element.get(f"{_STYLE}name", ""): element
            for root in self.styles
            for element in root.iter(f"{{*}}{tag}")
        }

    def _default_language(self) -> str:
        for root in self.styles:
            for style in root.iter(f"{_STYLE}default-style"):
                if style.get(f"{_STYLE}family") == "paragraph":
                    properties = style.find(f"./{_STYLE}text-properties")
                    return "" if properties is None else properties.get(f"{_FORMATTED}language", "")
        return ""


def _open(content: Content) -> _Document:
    with content.stream() as stream:
        flat = is_xml(stream.read(HEAD_BYTES))
    if flat:
        try:
            root = etree.fromstring(content.read(TEXT_BYTES), xml_parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            name, label = content.name, content.label
            raise ReadError("package-member-not-xml", subject=label, name=name) from error
        return _Document(_text_of(root, content), root, (root,))
    with open_package(content, Problem("package-cut", suffix=".odt")) as package:
        if b"encryption-data" in (package.read("META-INF/manifest.xml") or b""):
            raise ReadError("file-encrypted", subject=content.label)
        root = package.tree("content.xml")
        if root is None:
            raise ReadError("package-is-zip", subject=content.label, suffix=".odt")
        styles = (root, *(tree for tree in [_try_tree(package, "styles.xml")] if tree is not None))
        return _Document(_text_of(root, content), _try_tree(package, "meta.xml"), styles)


def _try_tree(package: Package, name: str) -> Any:
    """Return a member's XML, or None if it is broken: only the styles are lost."""
    try:
        return package.tree(name)
    except ReadError:
        return None


def _text_of(root: Any, content: Content) -> Any:
    text = root.find(f"./{_OFFICE}body/{_OFFICE}text")
    if text is None:
        raise ReadError("file-opendocument", subject=content.label)
    return text


class _Body:
    """Walks a document's XML; `title` is its first paragraph styled as a title."""

    def __init__(self, document: _Document) -> None:
        self._styles = document.elements_by_name("style")
        self._numbered_styles = {
            (name, level.get(f"{_TEXT}level"))
            for name, style in document.elements_by_name("list-style").items()
            for level in style.iterchildren(f"{_TEXT}list-level-style-number")
            if level.get(f"{_STYLE}num-format") == "1"
        }
        self._counts: Counter[tuple[str, int]] = Counter()
        self.title: str | None = None

    def blocks(self, parent: Any) -> Iterator[Block]:
        """Yield the blocks in a body, section, frame or shape."""
        for node in parent.iterchildren(tag=etree.Element):
            if node.tag in _PARAGRAPHS:
                yield from self._paragraph(node)
            elif node.tag == f"{_TEXT}list":
                yield from self._list(node)
            elif node.tag == f"{_TABLE}table":
                if rows := "\n".join(self._rows(node)):
                    yield Block(rows)
            elif node.tag.startswith((*_WRAPPERS, _DRAW)) and node.get(f"{_TEXT}display") != "none":
                yield from self.blocks(node)

    def notes(self, text: Any) -> Iterator[Block]:
        """Yield the notes in order."""
        for note in text.iter(f"{_TEXT}note"):
            if not any(above.tag == f"{_TEXT}tracked-changes" for above in note.iterancestors()):
                for paragraph in note.iterfind(f"./{_TEXT}note-body/{_TEXT}p"):
                    if words := _words(paragraph):
                        yield Block(words)

    def _paragraph(self, node: Any) -> Iterator[Block]:
        names = self._style_names(node)
        is_title = any(map(is_title_style, names))
        heading = is_title or node.tag == f"{_TEXT}h" or any(map(is_heading_style, names))
        if text := _words(node):
            text = " ".join(text.split("\n")) if heading else text
            if is_title and self.title is None:
                self.title = text
            yield Block(text, heading=heading)
        for frame in _frames(node):
            yield from self.blocks(frame)

    def _style_names(self, node: Any) -> list[str]:
        """Return the names, stored and displayed, of a paragraph's style and its parents."""
        names: list[str] = []
        name = node.get(f"{_TEXT}style-name", "")
        for _ in range(_BASES):
            names.append(name.replace("_20_", " "))
            style = self._styles.get(name)
            if style is None:
                break
            names.append(style.get(f"{_STYLE}display-name", ""))
            name = style.get(f"{_STYLE}parent-style-name", "")
        return names

    def _list(self, node: Any) -> Iterator[Block]:
        """Yield a list and its inner lists as one block, split at headings."""
        items: list[str] = []
        for item in self._items(node, "", 1):
            if isinstance(item, str):
                items.append(item)
            else:
                yield from list_blocks(items)
                items = []
                yield from self._paragraph(item)
        yield from list_blocks(items)

    def _items(self, node: Any, style: str, level: int) -> Iterator[Any]:
        """Yield the text of each item, with its number if the list is numbered in figures; a
        heading as its element."""
        style = node.get(f"{_TEXT}style-name") or style
        continues = node.get(f"{_TEXT}continue-numbering") == "true"
        if not continues and not node.get(f"{_TEXT}continue-list"):
            self._counts[style, level] = 0
        for item in node.iterchildren(*_ITEMS):
            has_number = (
                item.tag == f"{_TEXT}list-item" and (style, str(level)) in self._numbered_styles
            )
            if (start := item.get(f"{_TEXT}start-value", "")).isdecimal():
                self._counts[style, level] = int(start) - 1
            is_numbered = False
            for child in item.iterchildren(tag=etree.Element):
                if child.tag == f"{_TEXT}list":
                    yield from self._items(child, style, level + 1)
                elif child.tag == f"{_TEXT}h":
                    yield child
                elif child.tag == f"{_TEXT}p" and (text := _words(child)):
                    if has_number and not is_numbered:
                        self._counts[style, level] += 1
                        text, is_numbered = f"{self._counts[style, level]}. {text}", True
                    yield text

    def _rows(self, table: Any) -> Iterator[str]:
        for row in table.iterchildren(tag=etree.Element):
            if row.tag in _ROWS:
                yield from self._rows(row)
            elif row.tag == f"{_TABLE}table-row":
                cells = list(row.iterchildren(f"{_TABLE}table-cell"))
                texts = (" ".join(" ".join(_cell_words(cell)).split()) for cell in cells)
                if line := " | ".join(text for text in texts if text):
                    yield line
                for cell in cells:
                    for inner in cell.iterchildren(f"{_TABLE}table"):
                        yield from self._rows(inner)


def _cell_words(cell: Any) -> Iterator[str]:
    """Yield the paragraphs of a cell, also in lists and sections, but not in inner tables."""
    for child in cell.iterchildren(tag=etree.Element):
        if child.tag in _PARAGRAPHS:
            yield _words(child)
        elif child.tag in _ITEMS or child.tag in (f"{_TEXT}list", *_WRAPPERS):
            yield from _cell_words(child)


def _frames(node: Any) -> Iterator[Any]:
    """Yield the outermost frames and shapes of a paragraph."""
    for child in node.iterchildren(tag=etree.Element):
        if child.tag.startswith(_DRAW):
            yield child
        elif child.tag not in _UNSEEN:
            yield from _frames(child)


def _words(node: Any) -> str:
    """Return the current text of a paragraph, without frames, notes and comments."""
    parts: list[str] = []
    _gather(node, parts)
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _gather(node: Any, parts: list[str]) -> None:
    parts.append(_spaced(node.text))
    for child in node.iterchildren():
        if isinstance(child.tag, str):
            if child.tag in _LETTERS:
                parts.append(_LETTERS[child.tag])
            elif child.tag not in _UNSEEN and not child.tag.startswith(_DRAW):
                _gather(child, parts)
        parts.append(_spaced(child.tail))


def _spaced(text: str | None) -> str:
    """Turn line ends of the XML into spaces; line breaks of the text are elements."""
    return (text or "").replace("\n", " ")

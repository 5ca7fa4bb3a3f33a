"""A piece of HTML that is an article already: the body field of a record, the entry of a feed.

Nothing of it is taken for the furniture of a page, as `index.readers.html` does with whole pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HTMLParser

from index.readers.draft import Block

_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "object", "button", "select"}
    | {"textarea", "head", "title", "figcaption", "audio", "video", "nav"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol", "dl", "table"})
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "aside", "li", "dt", "dd", "tr"}
    | {"blockquote", "pre", "figure", "hr", "form", "fieldset", "address", "body", "td", "th"}
    | _HEADINGS
    | _LISTS
)
_LONG_ITEM = 200  # characters; lists of longer items are paragraphs

_TAGS = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|blockquote|pre|section|article|figure|hr"
    r"|span|a|em|strong|b|i|u|img|small|sup|sub|font|center|html|body)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*(?:<!doctype html|<html\b|<head\b|<body\b)", re.IGNORECASE)
_LAID_OUT = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANKS = re.compile(r"\n[ \t]*\n\s*")
_BREAK = "\x1f"  # stands for <br> among words; no text holds it


def is_markup(text: str) -> bool:
    """Whether a text is written in HTML, rather than about it (« a < b »)."""
    return _TAGS.search(text) is not None


def is_page(text: str) -> bool:
    """Whether it is a whole page, with a head and perhaps menus."""
    return _PAGE.match(text) is not None


def read_markup(markup: str) -> tuple[Block, ...]:
    """Its headings and paragraphs; lists and tables are blocks of a line an item or row."""
    if not _LAID_OUT.search(markup):  # paragraphs are blank lines, as in WordPress' database
        markup = _BLANKS.sub("<p>", markup)
    parser = HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    return () if root is None else tuple(_merged(_Walk(root)))


class _Walk:
    """The blocks of a tree, each with what it stands in: a heading, a list, a row, or nothing."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._words: list[str] = []
        self._cells: list[str] = []
        self._open: list[str] = []

    def __iter__(self) -> Iterator[tuple[str, str]]:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if tag in _UNSEEN:
                    walk.skip_subtree()
                    continue
                yield from self._enter(tag)
                self._words.append(element.text or "")
            else:
                if tag not in _UNSEEN:
                    yield from self._leave(tag)
                self._words.append(element.tail or "")
        yield from self._flush("")

    def _enter(self, tag: str) -> Iterator[tuple[str, str]]:
        if tag == "br":
            self._words.append(_BREAK)
        elif tag in _BLOCKS:
            yield from self._flush(self._kind())
            self._open.append(tag)

    def _leave(self, tag: str) -> Iterator[tuple[str, str]]:
        if tag not in _BLOCKS:
            return
        yield from self._flush(self._kind())
        if self._open:
            self._open.pop()
        if tag == "tr" and self._cells:
            yield "row", " | ".join(self._cells)
            self._cells = []
        if tag in _LISTS:
            yield "end", ""

    def _kind(self) -> str:
        for tag in reversed(self._open):
            if tag in _HEADINGS:
                return "heading"
            if tag in ("li", "dt", "dd"):
                return "item"
            if tag in ("td", "th"):
                return "cell"
            if tag in ("pre", "table"):
                return ""
        return ""

    def _flush(self, kind: str) -> Iterator[tuple[str, str]]:
        """The words read so far; two line ends in a row part paragraphs."""
        words = "".join(self._words)
        self._words = []
        parts = re.split(rf"{_BREAK}\s*{_BREAK}[\s{_BREAK}]*", words)
        for part in parts:
            lines = (_SPACES.sub(" ", line).strip(" ") for line in part.split(_BREAK))
            text = "\n".join(line for line in lines if line)
            if text and kind == "cell" and len(text) <= _LONG_ITEM:
                self._cells.append(text.replace("\n", " "))
            elif text:
                yield kind, text.replace("\n", " ") if kind == "heading" else text


def _merged(found: _Walk) -> Iterator[Block]:
    """Items of one list, and rows of one table, as the lines of a block."""
    lines: list[str] = []
    for kind, text in found:
        if kind in ("item", "row"):
            lines.append(text)
            continue
        yield from _listed(lines)
        lines = []
        if text:
            yield Block(text, heading=kind == "heading")
    yield from _listed(lines)


def _listed(lines: list[str]) -> Iterator[Block]:
    if any(len(line) > _LONG_ITEM for line in lines):
        yield from map(Block, lines)
    elif lines:
        yield Block("\n".join(lines))

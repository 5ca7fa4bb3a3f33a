"""Parsing of a page's bytes into its tree: encodings, code removal, size limits."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from math import inf
from typing import Any

from lxml.etree import LxmlError
from lxml.html import HTMLParser, document_fromstring

from index.errors import ReadError
from index.formats.boilerplate import mend_letters
from index.formats.encoding import decode

Element = Any  # an element of a page; lxml has no types of its own
# Block elements and elements without words.
APART = frozenset(
    {
        *("p", "div", "ul", "ol", "li", "dl", "dt", "dd", "table", "tbody", "thead", "tr", "td"),
        *("th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article"),
        *("main", "aside", "header", "footer", "nav", "figure", "figcaption", "br", "hr", "body"),
        *("head", "form", "details", "title", "meta", "link", "img", "center"),
    }
)


def text_length(element: Element, most: float = inf) -> int:
    """Count the characters of the words in an element, up to somewhat more than `most`."""
    length = 0
    for part in element.itertext():
        length += len(part.strip())
        if length > most:
            break
    return length


def element_words(element: Element) -> str:
    """Return the words of an element on one line."""
    return " ".join("".join(map(str, element.itertext())).split())


_CELL = 1_000  # characters; a longer cell is a part of the page
_PARAGRAPH = 80  # characters; a note in a cell has fewer
_SEVERAL = 3  # paragraphs in a cell that is a part of the page
_PARTS = frozenset({"h1", "article", "section", "form"})
_TAGS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})


def drop_layout_tables(tree: Element) -> None:
    """Turn tables that lay out the page into divisions, in place."""
    holders = {
        holder
        for table in tree.iter("table")
        for holder in table.iterancestors("table", "tr", "td", "th", "tbody", "thead", "tfoot")
    }
    for table in list(tree.iter("table")):
        if table in holders or table.get("role") == "presentation" or _is_layout(table):
            stack = [table]  # the table's own rows and cells, not those of inner tables
            while stack:
                element = stack.pop()
                stack += [child for child in element if child.tag in _TAGS and child.tag != "table"]
                element.tag = "div"


def _is_layout(table: Element) -> bool:
    """True if a table has one column, or a cell that is long or has the structure of a page."""
    columns = (sum(cell.tag in ("td", "th") for cell in row) for row in table.iter("tr"))
    return max(columns, default=0) <= 1 or any(
        any(inner.tag in _PARTS for inner in cell.iter())
        or text_length(cell, _CELL) > _CELL
        or sum(text_length(p, _PARAGRAPH) >= _PARAGRAPH for p in cell.iter("p")) >= _SEVERAL
        for cell in table.iter("td", "th")
    )


PAGE_TEXT_CHARACTERS = 8 * 2**20  # of a page without its scripts, styles and inlined files
PAGE_ELEMENTS = 100_000  # finding the article among that many takes some seconds
_RECORD_LIMIT = 2**20  # characters of one piece of JSON-LD
_RECORDS = 50
_DECLARATION_BYTES = 4_096  # bytes in which a page names its encoding; browsers read 1,024
_MAX_DAMAGE_SHARE = 0.05  # maximum share of damage in the non-ASCII characters of a UTF-8 page
_USUAL = 0.8  # minimum share of `_LETTERS` in the non-ASCII characters of a Windows-1252 page
_LETTERS = frozenset("àâäáãçéèêëíîïñóôöõúùûüßœæÀÂÄÁÇÉÈÊÎÔÖÜ«»’“”–—…€©°\u00a0·¿¡ºª")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([\w.:-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_SEVEN_BITS = ("iso2022_jp", "hz")  # look like ASCII
_CODE = re.compile(
    r"<!--(?!-?>)|<(script|style|svg|template|iframe|noscript)\b([^<>]{0,5000})>", re.IGNORECASE
)
_TEMPLATE = re.compile(r"\btype\s*=\s*[\"']?text/template", re.IGNORECASE)
# Of a template that is filled in elsewhere, or of data.
_PLACEHOLDER = re.compile(r"\{\{|<%|\$\{|<!\[CDATA\[|<script", re.IGNORECASE)
_INLINED = re.compile(r"\bdata:[\w.+/;=-]{0,80};base64,[A-Za-z0-9+/=%]{64,}")
_EMPTY = re.compile(
    r"<(?!br\b|hr\b|img\b|meta\b|link\b|input\b|col\b|wbr\b|source\b)([a-z][\w:-]*+)([^<>]*)/>",
    re.IGNORECASE,
)
_XHTML = re.compile(r"<\?xml|<html[^>]{0,500}\bxmlns\s*+=", re.IGNORECASE)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class WebPage:
    """The tree of a page, and its JSON-LD as text."""

    tree: Element
    records: tuple[str, ...]


def page_text(data: bytes, label: str, charset: str | None = None) -> str:
    """Decode a page by its byte order mark, as UTF-8, or in the encoding it declares, or `charset`.

    Declarations are often wrong; text that decodes as UTF-8 is nearly always UTF-8. Raises
    ReadError, naming the file, if no encoding fits.
    """
    head = data[:_DECLARATION_BYTES]
    match = _XML_ENCODING.search(head) or _CHARSET.search(head)
    declaration = match[1].decode("ascii", "replace") if match else ""
    charset_name = _python_name(declaration) or _python_name(charset or "")
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if b"\0" in head and not data.startswith(marks):
        charset_name = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    first = charset_name if charset_name in _SEVEN_BITS or b"\0" in data else None
    for encoding in filter(None, dict.fromkeys((first, "utf-8", charset_name))):
        if (text := _try_decode(data, encoding)) is not None:
            return text
    text = data.decode("utf-8", "replace")
    if data.strip() and text.count("\ufffd") <= _MAX_DAMAGE_SHARE * sum(
        not c.isascii() for c in text
    ):
        return text
    try:
        return decode(data, label)
    except ReadError:
        # The browsers' default, if it yields letters.
        western = _try_decode(data, "cp1252") or ""
        signs = [sign for sign in western if not sign.isascii()]
        if signs and sum(sign in _LETTERS for sign in signs) >= _USUAL * len(signs):
            return western
        raise


def _python_name(encoding: str) -> str | None:
    """Return Python's name of an encoding; Latin-1 is Windows-1252, as in browsers."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def _try_decode(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
    return None if not isinstance(text, str) or "\0" in text else text


def parse_page(text: str, label: str) -> WebPage:
    """Parse a page without code and inlined files. Raises ReadError above the limits."""
    if _XHTML.search(text, 0, _DECLARATION_BYTES):
        text = _EMPTY.sub(r"<\1\2></\1>", text)
    plain, records = _split_code(text)
    plain = _UNREADABLE.sub("", _INLINED.sub("data:,", plain))
    if len(plain) > PAGE_TEXT_CHARACTERS:
        size, limit = len(plain), PAGE_TEXT_CHARACTERS
        raise ReadError("page-too-much-text", subject=label, size=size, limit=limit)
    plain = "\n".join(map(mend_letters, plain.split("\n")))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree: Element = document_fromstring(plain.encode(), parser=parser)
    except (LxmlError, ValueError, AssertionError) as error:
        raise ReadError("page-not-html", subject=label) from error
    count = sum(1 for _ in tree.iter())
    if count > PAGE_ELEMENTS:
        raise ReadError(
            "page-too-many-elements", subject=label, elements=count, limit=PAGE_ELEMENTS
        )
    drop_layout_tables(tree)
    return WebPage(tree, tuple(mend_letters(record) for record in records))


def _split_code(text: str) -> tuple[str, list[str]]:
    """Remove scripts, styles and comments; return the page and its JSON-LD.

    Each unclosed mark is searched for once, so that the time is linear.
    """
    parts: list[str] = []
    records: list[str] = []
    open_names: set[str] = set()
    at = 0
    while match := _CODE.search(text, at):
        parts.append(text[at : match.start()])
        name = (match[1] or "").lower()
        closing = rf"</{name}(?=[\s/>])[^>]{{0,1000}}>" if name else "-->"
        end = re.compile(closing, re.IGNORECASE)
        close = None if name in open_names else end.search(text, match.end())
        if close is None:
            open_names.add(name)
            at = match.end()
            continue
        inside = text[match.end() : close.start()]
        if "ld+json" in (match[2] or "").lower() and len(records) < _RECORDS:
            records.append(inside[:_RECORD_LIMIT])
        elif _TEMPLATE.search(match[2] or "") and not _PLACEHOLDER.search(inside):
            parts.append(inside)
        at = close.end()
    return "".join([*parts, text[at:]]), records

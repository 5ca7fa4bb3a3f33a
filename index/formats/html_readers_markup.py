"""A piece of HTML that is an article already: the body field of a record, the entry of a feed."""

from __future__ import annotations

import html
import re

from index.formats.base import Content
from index.formats.base_readers_draft import Draft
from index.formats.html import read_fragment, read_html

_TAGS = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|blockquote|pre|section|article|figure|hr"
    r"|span|a|em|strong|b|i|u|img|small|sup|sub|font|center|html|body)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*(?:<!doctype html|<html\b|<head\b|<body\b)", re.IGNORECASE)
_BLOCKS = re.compile(r"<(?:p|br|div|h[1-6]|[uo]l|li|table|blockquote|pre)\b", re.IGNORECASE)
_LAID_OUT = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
_BLANKS = re.compile(r"\n[ \t\r]*\n\s*")
_BREAKS = re.compile(r"<br\s{0,10}/?>\s*(?:<br\s{0,10}/?>\s*)+", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Whether a text is written in HTML, rather than about it (« a < b »)."""
    return _TAGS.search(text) is not None


def read_markup(text: str, content: Content) -> Draft:
    """Its headings and paragraphs; of a whole page, the article. Raises ReadError."""
    if _PAGE.match(text):
        return read_html(text, content)
    if not _LAID_OUT.search(text):  # paragraphs are blank lines, as in WordPress' database
        text = _BLANKS.sub("<p>", text)
    return read_fragment(_BREAKS.sub("<p>", text), content)


def lays_out(text: str) -> bool:
    """Whether a text marks its paragraphs, headings or lists, and not words only."""
    return _BLOCKS.search(text) is not None


def without_tags(text: str) -> str:
    """A text whose marks are within its lines, without them."""
    return html.unescape(_TAG.sub("", text) if is_markup(text) else text)

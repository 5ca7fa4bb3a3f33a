"""Split an article into the blocks of a page, with quotes to mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from index.article import Article

BlockKind = Literal["heading", "paragraph", "list", "numbered", "quote"]
"""A `numbered` list has numbers or dashes in its text, a `list` has none."""

TextSpan = tuple[int, int]

PART_CHARACTERS = 40_000
"""Length of a part; a longer article has several pages."""

_LINE = re.compile(r"\S(?:.*\S)?")
_NUMBER = re.compile(r"(?:[-–—•*·]|\d{1,3}[.)])\s")
_QUOTATION = re.compile(r"«[^«»]+»|“[^“”]+”")


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """A quote to mark: characters `start` to `end` of the article's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line that belongs to the same quotes; `start` is its offset in the article.

    `quotes` are the numbers of these quotes, `begins` those that begin here.
    """

    start: int
    text: str
    quotes: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of an article that belong together; each line of a list is an item."""

    kind: BlockKind
    lines: tuple[tuple[Piece, ...], ...]

    @property
    def text(self) -> str:
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)


def count_parts(article: Article) -> int:
    """The number of parts of an article, at least 1."""
    return max(1, -(-len(article.text) // PART_CHARACTERS))


def part_of(article: Article, at: int) -> int:
    """The number, from 1, of the part with the character at this offset."""
    part = at // PART_CHARACTERS + 1
    return part - 1 if part > 1 and at < _cut(article.text, part - 1) else part


def text_blocks(
    article: Article, quotes: Sequence[QuoteSpan] = (), part: int = 1
) -> tuple[TextBlock, ...]:
    """Split a part of an article into blocks, which keep every visible character.

    Parsers separate paragraphs by empty lines and list items by line ends, and drop bullets, so
    lists are recognised by a preceding colon or by their numbers. A part never ends in a quote.
    """
    start, end = _cut(article.text, part - 1), _cut(article.text, part)
    end = max([end, *(quote.end for quote in quotes if start <= quote.start < end)])
    return blocks_between(article, quotes, start, end)


def blocks_between(
    article: Article, quotes: Sequence[QuoteSpan], start: int, end: int
) -> tuple[TextBlock, ...]:
    """Split characters `start` to `end` of an article into blocks, as `text_blocks` does."""
    text = article.text
    visible = [quote for quote in quotes if quote.start < end and quote.end > start]
    open_quotes: set[int] = set()
    return tuple(
        TextBlock(kind, tuple(_pieces(text, line, visible, open_quotes) for line in lines))
        for kind, lines in _shapes(text, _paragraphs(article, start, end))
    )


def _cut(text: str, part: int) -> int:
    """The end offset of a part: after a paragraph, else a line, else a word."""
    near = part * PART_CHARACTERS
    for mark in ("\n\n", "\n", " ") if part else ():
        at = text.find(mark, near, near + PART_CHARACTERS // 2)
        if at >= 0:
            return at
    return min(near, len(text))


def _paragraphs(article: Article, start: int, end: int) -> Iterator[tuple[bool, list[TextSpan]]]:
    """Yield the lines of each paragraph, and True for a heading."""
    at = start
    for section in article.sections:
        if at <= section.heading_start < section.heading_end <= end:
            yield from _lines(article.text, at, section.heading_start)
            for _, lines in _lines(article.text, section.heading_start, section.heading_end):
                yield True, lines
            at = section.heading_end
    yield from _lines(article.text, at, end)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[bool, list[TextSpan]]]:
    lines: list[TextSpan] = []
    for match in _LINE.finditer(text, start, end):
        if lines and text.count("\n", lines[-1][1], match.start()) > 1:
            yield False, lines
            lines = []
        lines.append(match.span())
    if lines:
        yield False, lines


def _shapes(
    text: str, paragraphs: Iterator[tuple[bool, list[TextSpan]]]
) -> Iterator[tuple[BlockKind, list[TextSpan]]]:
    after_colon = False
    for heading, lines in paragraphs:
        if not heading and len(lines) > 2 and _ends_in_colon(text, lines[0]):
            yield "paragraph", lines[:1]
            lines, after_colon = lines[1:], True
        yield _kind(text, heading, lines, after_colon), lines
        after_colon = _ends_in_colon(text, lines[-1])


def _kind(text: str, heading: bool, lines: list[TextSpan], after_colon: bool) -> BlockKind:
    if heading:
        return "heading"
    if len(lines) > 1 and all(_NUMBER.match(text, start) for start, _ in lines):
        return "numbered"
    if len(lines) > 1 and after_colon:
        return "list"
    whole = _QUOTATION.fullmatch(text, lines[0][0], lines[-1][1])
    return "quote" if whole else "paragraph"


def _ends_in_colon(text: str, line: TextSpan) -> bool:
    return text[line[1] - 1] == ":"


def _pieces(
    text: str, line: TextSpan, quotes: Sequence[QuoteSpan], open_quotes: set[int]
) -> tuple[Piece, ...]:
    start, end = line
    here = [quote for quote in quotes if quote.start < end and quote.end > start]
    bounds = {min(max(at, start), end) for quote in here for at in (quote.start, quote.end)}
    pieces = []
    for first, last in pairwise(sorted({start, end} | bounds)):
        numbers = tuple(
            quote.number for quote in here if quote.start <= first and last <= quote.end
        )
        pieces.append(
            Piece(
                first, text[first:last], numbers, tuple(n for n in numbers if n not in open_quotes)
            )
        )
        open_quotes.update(numbers)
    return tuple(pieces)

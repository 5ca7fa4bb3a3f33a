"""Plain text as saved from the web: unmarked titles, bylines and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from index.formats.base import Block, Content, ParsedArticle
from index.formats.boilerplate import drop_boilerplate
from index.formats.byline import parse_head_line, split_head_lines
from index.formats.frontmatter import from_marked_text

_TITLE_LIMIT = 200
_HEADING_LIMIT = 100
_HEADING_WORDS = 15
_PROSE = 80  # characters; minimum of the paragraph under a heading
_WRAP_WIDTHS = range(40, 121)  # length of a line in a text of fixed width
_MIN_UNWRAPPED_WIDTH = 120
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_SPACES = re.compile(r"[ \t]+")
_ITEM = re.compile(r"(?:[-–—•*·]|\d{1,2}[.)])\s")
_UNFINISHED = re.compile(r"[.,;:…»”\"]$")
_FINISHED = re.compile(r"[.!?…:;»”\")\]]$")


def read(content: Content) -> Iterator[ParsedArticle]:
    """Yield the article of a text file."""
    yield from_marked_text(content, read_text)


def read_text(text: str) -> ParsedArticle:
    """Detect the title, byline, paragraphs and headings of a plain text."""
    blocks = [part for part in _paragraphs(text) if part]
    if not blocks:
        return ParsedArticle(())
    title, rest = _split_title(blocks)
    news = drop_boilerplate(tuple(Block(text) for text in rest))
    metadata, body = split_head_lines(news)
    paragraphs = tuple(
        Block(block.text, heading=_is_heading(block.text, next_block.text))
        for block, next_block in zip_longest(body, body[1:], fillvalue=Block(""))
    )
    return ParsedArticle(
        (Block(title, heading=True), *paragraphs) if title else paragraphs, metadata
    )


def _paragraphs(text: str) -> Iterator[str]:
    for part in _BLANK.split(text):
        lines = [_SPACES.sub(" ", line).strip() for line in part.split("\n")]
        lines = [line for line in lines if line]
        if any(len(line) > _MIN_UNWRAPPED_WIDTH for line in lines):
            yield from lines
        else:
            yield (" " if _is_wrapped(lines) else "\n").join(lines)


def _is_wrapped(lines: list[str]) -> bool:
    """True if the lines are one paragraph, wrapped at a fixed width."""
    full = lines[:-1]
    if not full or any(_ITEM.match(line) or parse_head_line(line) is not None for line in lines):
        return False
    ends = sum(bool(_FINISHED.search(line)) for line in full)
    return all(len(line) in _WRAP_WIDTHS for line in full) and 2 * ends <= len(full)


def _split_title(blocks: list[str]) -> tuple[str | None, list[str]]:
    """Return the title, and the blocks without it and its repetitions."""
    first, _, under = blocks[0].partition("\n")
    if len(first) > _TITLE_LIMIT or re.search(r"[.,;:]$", first) or blocks == [first]:
        return None, blocks
    rest = [under, *blocks[1:]] if under else blocks[1:]
    repeats = 0
    while repeats < len(rest) - 1 and rest[repeats].casefold() == first.casefold():
        repeats += 1
    return first, rest[repeats:]


def _is_heading(block: str, next_block: str) -> bool:
    """True for a short line that does not end like a sentence, above a paragraph that does."""
    return (
        len(block) <= _HEADING_LIMIT
        and len(block.split()) <= _HEADING_WORDS
        and "\n" not in block
        and (block[0].isupper() or block[0].isdigit() or block[0] in '«“"¿¡')
        and not _UNFINISHED.search(block)
        and len(next_block) >= _PROSE
        and bool(_FINISHED.search(next_block))
    )

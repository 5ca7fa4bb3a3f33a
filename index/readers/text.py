"""Plain text as people save it from the web: bare titles, bylines, headings without a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from index.readers.content import Content
from index.readers.dates import find_date
from index.readers.draft import Block, Draft, Metadata
from index.readers.frontmatter import from_marked_text
from index.readers.people import byline

_TITLE_LIMIT = 200
_HEADING_LIMIT = 100
_HEADING_WORDS = 15
_PROSE = 80  # characters; what stands under a heading
_HEAD = 150  # characters; the first longer paragraph ends the lines about the article
_WRAPPED = range(40, 121)  # the length of a line in a text of fixed width
_UNWRAPPED = 120

_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_SPACES = re.compile(r"[ \t]+")
_ITEM = re.compile(r"(?:[-–—•*·]|\d{1,2}[.)])\s")
_UNFINISHED = re.compile(r"[.,;:…»”\"]$")
_FINISHED = re.compile(r"[.!?…:;»”\")\]]$")
_ADDRESS = re.compile(r"(?:(?:source|lien|url|link)\s*:\s*)?(https?://\S+)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:article )?(?:publi[ée]e?|paru|mis en ligne|published|posted|publicado|pubblicato"
    r"|veröffentlicht|gepubliceerd)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:(?:derni[èe]re )?mis[e]? [àa] jour|modifié|(?:last )?updated)\b", re.IGNORECASE
)
_BARE_DATE = re.compile(
    r"(?:(?:le|on|el|am|il)\s)?\D{0,12}\d[\w.,/ -]{5,30}(?: (?:à|at) ?\d[\dh: ]*)?"
)


def read(content: Content) -> Iterator[Draft]:
    """A file of plain text."""
    yield from_marked_text(content, read_text)


def read_text(text: str) -> Draft:
    """The title, byline, paragraphs and headings of a text that marks none of them."""
    blocks = [part for part in _paragraphs(text) if part]
    if not blocks:
        return Draft(())
    title, rest = _titled(blocks)
    metadata, body = _without_head_lines(rest)
    marked = tuple(_headed(body))
    return Draft((Block(title, heading=True), *marked) if title else marked, metadata)


def _paragraphs(text: str) -> Iterator[str]:
    for part in _BLANK.split(text):
        lines = [
            line for line in (_SPACES.sub(" ", line).strip() for line in part.split("\n")) if line
        ]
        if any(len(line) > _UNWRAPPED for line in lines):
            yield from lines
        elif _is_wrapped(lines):
            yield " ".join(lines)
        else:
            yield "\n".join(lines)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines are one paragraph, broken at a fixed width."""
    full = lines[:-1]
    if not full or any(_ITEM.match(line) or _told(line) for line in lines):
        return False
    finished = sum(bool(_FINISHED.search(line)) for line in full)
    return all(len(line) in _WRAPPED for line in full) and 2 * finished <= len(full)


def _titled(blocks: list[str]) -> tuple[str | None, list[str]]:
    """The title, and the blocks without it however often it is repeated."""
    first, _, under = blocks[0].partition("\n")
    if len(first) > _TITLE_LIMIT or re.search(r"[.,;:]$", first) or blocks == [first]:
        return None, blocks
    rest = [under, *blocks[1:]] if under else blocks[1:]
    while len(rest) > 1 and rest[0].casefold() == first.casefold():
        rest = rest[1:]
    return first, rest


def _without_head_lines(blocks: list[str]) -> tuple[Metadata, list[str]]:
    """What the lines above the first paragraph say of the article, and the blocks without them."""
    metadata = Metadata()
    kept: list[str] = []
    for index, block in enumerate(blocks):
        if len(block) >= _HEAD:
            return metadata, [*kept, *blocks[index:]]
        lines = []
        for line in block.split("\n"):
            told = _told(line)
            if told is None:
                lines.append(line)
            else:
                metadata = metadata.completed(told)
        if lines:
            kept.append("\n".join(lines))
    return metadata, kept


def _told(line: str) -> Metadata | None:
    """What a line says of the article when it says nothing else; None for any other line."""
    if match := _ADDRESS.fullmatch(line):
        return Metadata.told("text", url=match[1])
    if _UPDATED.match(line) and find_date(line):
        return Metadata.told("text", updated=find_date(line))
    if signed := byline(line):
        return Metadata.told("text", author=signed.people, published=_published(signed.rest))
    if _PUBLISHED.match(line) and find_date(line):
        return Metadata.told("text", published=find_date(line))
    if _BARE_DATE.fullmatch(line) and find_date(line):
        return Metadata.told("text", published=find_date(line))
    return None


def _published(rest: str) -> date | None:
    return None if re.search(r"mis à jour|updated", rest, re.IGNORECASE) else find_date(rest)


def _headed(blocks: list[str]) -> Iterator[Block]:
    for block, following in zip_longest(blocks, blocks[1:], fillvalue=""):
        yield Block(block, heading=_is_heading(block, following))


def _is_heading(block: str, following: str) -> bool:
    """A short line that does not end as a sentence does, above a paragraph that does."""
    return (
        len(block) <= _HEADING_LIMIT
        and len(block.split()) <= _HEADING_WORDS
        and "\n" not in block
        and (block[0].isupper() or block[0].isdigit() or block[0] in '«“"¿¡')
        and not _UNFINISHED.search(block)
        and len(following) >= _PROSE
        and bool(_FINISHED.search(following))
    )

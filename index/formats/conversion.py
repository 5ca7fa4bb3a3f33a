"""From what a reader made of a file to an article."""

from __future__ import annotations

import re
from datetime import date, datetime

from index.article import Article, Section, article_id
from index.errors import ReadError
from index.formats.base import Content
from index.formats.base_readers_draft import Block, Draft, Metadata
from index.formats.boilerplate import cleaned
from index.formats.byline import without_signature
from index.formats.byline_readers_heads import without_head_lines
from index.formats.conversion_readers_naming import (
    date_in_address,
    date_in_path,
    member_name,
    title_in_name,
)
from index.language import detect
from index.stopwords import fold

_TITLE_LIMIT = 120


def article_of(draft: Draft, content: Content, location: str) -> Article:
    """The article of a draft; ReadError, naming the file, when it has no words of its own.

    `location` is what the file is known by; the key of a draft is added to it.
    """
    draft = cleaned(draft)
    metadata = draft.metadata
    if all(block.heading for block in draft.blocks):
        raise ReadError(
            f"{content.shown}: no text below the title and metadata; add the article's words"
        )
    named = member_name(draft.key) or content.name
    told, body = _without_head(draft.blocks)
    title, body = _titled(body, metadata.title, named)
    blocks, author = without_signature(body)
    metadata = metadata.completed(told).completed(Metadata.told("text", author=author))
    words, sections = _laid_out(blocks)
    metadata = metadata.completed(Metadata.told("address", url=content.url))
    metadata = metadata.completed(_from_names(metadata, draft, content))
    metadata = metadata.completed(Metadata.told("detected", language=detect(words)))
    return _article(metadata, title, words, sections, draft, content, location)


def _without_head(blocks: tuple[Block, ...]) -> tuple[Metadata, tuple[Block, ...]]:
    """What the lines above the text tell, and the blocks without them, if words are left."""
    told, rest = without_head_lines(blocks)
    return (Metadata(), blocks) if all(block.heading for block in rest) else (told, rest)


def _from_names(metadata: Metadata, draft: Draft, content: Content) -> Metadata:
    """The day in the file's name, or in the address: of the article alone, not of its archive."""
    path = member_name(draft.key) or ("" if draft.key else content.shown)
    named = Metadata.told("file name", published=date_in_path(path))
    address = date_in_address(metadata.url) if metadata.url else None
    return named.completed(Metadata.told("address", published=address))


def _article(
    metadata: Metadata,
    title: str,
    words: str,
    sections: tuple[Section, ...],
    draft: Draft,
    content: Content,
    location: str,
) -> Article:
    return Article(
        id=article_id(f"{location}#{draft.key}" if draft.key else location),
        text=words,
        title=title,
        path=f"{content.shown}#{draft.key}" if draft.key else content.shown,
        language=metadata.language or "",
        author=metadata.author,
        published=_day(metadata.published),
        url=metadata.url,
        sections=sections,
        outlet=metadata.outlet,
        category=metadata.category,
        published_at=_moment(metadata.published),
        updated=_day(metadata.updated),
        updated_at=_moment(metadata.updated),
        origins=tuple(sorted(metadata.origins.items())),
    )


def _day(when: date | datetime | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when


def _moment(when: date | datetime | None) -> datetime | None:
    return when if isinstance(when, datetime) else None


def _titled(
    blocks: tuple[Block, ...], title: str | None, name: str
) -> tuple[str, tuple[Block, ...]]:
    """The title, and the blocks below it.

    It is the one given, else the first heading, else a short first line (which stays in the text,
    for it may say something), else the file's name made readable.
    """
    title = title or next((block.text for block in blocks if block.heading), None)
    if title is not None:
        return title, _without_title(blocks, title)
    first = blocks[0].text
    if len(first) <= _TITLE_LIMIT and "\n" not in first:
        return first.rstrip(".") or first, blocks
    return title_in_name(name), blocks


def _without_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """The blocks without the title above them or among the headings, if something is left."""
    same = _alike(title)
    while len(blocks) > 1 and _alike(blocks[0].text) == same:
        blocks = blocks[1:]
    rest = tuple(block for block in blocks if not (block.heading and _alike(block.text) == same))
    return blocks if all(block.heading for block in rest) else rest


def _alike(line: str) -> str:
    return " ".join(re.findall(r"\w+", fold(line.lower())))


def _laid_out(blocks: tuple[Block, ...]) -> tuple[str, tuple[Section, ...]]:
    """The text of an article and where its sections begin."""
    sections: list[Section] = []
    at = 0
    for block in blocks:
        if block.heading:
            sections.append(Section(block.text, at, at + len(block.text)))
        at += len(block.text) + len("\n\n")
    return "\n\n".join(block.text for block in blocks), tuple(sections)

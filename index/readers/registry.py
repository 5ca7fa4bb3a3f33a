"""Which reader reads which file, and what every article is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from index.article import Article, Section, article_id
from index.errors import ReadError
from index.language import detect
from index.readers.decoding import decode
from index.readers.draft import Block, Draft
from index.readers.files import Source
from index.readers.frontmatter import split_front_matter
from index.readers.markdown import read_markdown
from index.readers.people import without_signature
from index.readers.text import read_text
from index.stopwords import fold

READERS: Mapping[str, Callable[[str], Draft]] = MappingProxyType(
    {
        ".md": read_markdown,
        ".markdown": read_markdown,
        ".txt": read_text,
        ".text": read_text,
    }
)
_TITLE_LIMIT = 120


def read_source(source: Source) -> Article:
    """The article in a file; ReadError, in one line naming it, when there is none."""
    text = decode(_bytes(source), source.shown)
    metadata, rest = split_front_matter(text, source.shown)
    draft = READERS[source.path.suffix.lower()](rest)
    metadata = metadata.completed(draft.metadata)
    if all(block.heading for block in draft.blocks):
        message = f"{source.shown}: no text below the title and metadata; add the article's words"
        raise ReadError(message)
    title, body = _titled(draft.blocks, metadata.title, source)
    blocks, author = without_signature(body)
    words, sections = _laid_out(blocks)
    return Article(
        id=article_id(source.location),
        text=words,
        title=title,
        path=source.shown,
        language=metadata.language or detect(words),
        author=metadata.author or author,
        published=metadata.published,
        url=metadata.url,
        sections=sections,
    )


def _bytes(source: Source) -> bytes:
    try:
        return source.path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        message = f"{source.shown}: {why}; check the file and its permissions"
        raise ReadError(message) from error


def _titled(
    blocks: tuple[Block, ...], title: str | None, source: Source
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
    name = re.sub(r"[-_\s]+", " ", source.path.stem).strip() or source.path.name
    return name[0].upper() + name[1:], blocks


def _without_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """The blocks without the title above them, as long as something is left."""
    while len(blocks) > 1 and _alike(blocks[0].text) == _alike(title):
        blocks = blocks[1:]
    return blocks


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

"""Layout of scripts in writing: paragraphs under headings, without lines that are only spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.answer import Citation
from bot.digests.script import Script, ScriptLine
from bot.locale.answers import Phrases, title_of
from bot.locale.source import details


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text, or consecutive quotes from one article.

    `also` names other outlets with the same news.
    """

    text: str = ""
    quotes: tuple[Citation, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Paragraphs under a heading, which may be empty."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


def chapters(script: Script) -> tuple[Chapter, ...]:
    """Return the chapters that are not empty in writing."""
    chapters_or_empty = (Chapter(lines[0].chapter, _paragraphs(lines)) for lines in script.chapters)
    return tuple(chapter for chapter in chapters_or_empty if chapter.paragraphs)


def source_parts(paragraph: Paragraph, heading: str, phrases: Phrases) -> tuple[str, str]:
    """Return a paragraph's source as link text and details, without repeating the heading."""
    article = paragraph.quotes[0].article
    beside = details(replace(article, copies=()), phrases)
    if paragraph.also:
        beside = f"{beside}, {phrases.told_by(paragraph.also)}"
    title = title_of(article, phrases.code)
    return (beside.removeprefix(", "), "") if title == heading else (title, beside)


def _paragraphs(lines: Sequence[ScriptLine]) -> tuple[Paragraph, ...]:
    paragraphs: list[Paragraph] = []
    visible = [line for line in lines if not line.aloud]
    for article_id, group in groupby(
        visible, lambda line: line.citation and line.citation.article.id
    ):
        block = list(group)
        if article_id is None:
            paragraphs += [Paragraph(line.text) for line in block]
        else:
            quotes = tuple(line.citation for line in block if line.citation is not None)
            also = tuple(dict.fromkeys(name for line in block for name in line.also))
            paragraphs.append(Paragraph("", quotes, also))
    return tuple(paragraphs)

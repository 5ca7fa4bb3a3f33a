"""A script as a reader sees it: paragraphs under headings, without what is only for the ear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Citation
from bot.digests.script import Line, Script
from bot.locale.answers import Phrases, title_of
from bot.locale.source import details


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is said around quotes, or the quotes of one article that follow each other.

    `also` names the other outlets that tell the same; `asked` tells that the first of two voices
    says it.
    """

    text: str = ""
    quotes: tuple[Citation, ...] = ()
    also: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Paragraphs under a heading, "" for none."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


def chapters(script: Script) -> tuple[Chapter, ...]:
    """The script in chapters; those of which nothing is to be seen are left out."""
    dialogue = any(line.speaker == "second" for line in script.lines)
    written = ((lines[0].chapter, tuple(_paragraphs(lines, dialogue))) for lines in script.chapters)
    return tuple(Chapter(heading, blocks) for heading, blocks in written if blocks)


def source_parts(paragraph: Paragraph, heading: str, phrases: Phrases) -> tuple[str, str]:
    """Whose words the quotes are: what links to the article, and what stands beside it.

    The article's title is not said again below itself.
    """
    article = paragraph.quotes[0].article
    beside = details(replace(article, copies=()), phrases)
    if paragraph.also:
        beside = f"{beside}, {phrases.also_told(paragraph.also)}"
    title = title_of(article, phrases.code)
    return (beside.removeprefix(", "), "") if title == heading else (title, beside)


def _paragraphs(lines: Sequence[Line], dialogue: bool) -> Iterator[Paragraph]:
    quoted: list[Line] = []
    quoted_article = None
    for line in lines:
        if line.aloud:
            continue
        article = line.citation.article.id if line.citation is not None else None
        if quoted and article != quoted_article:
            yield _quotes(quoted)
            quoted = []
        quoted_article = article
        if line.citation is not None:
            quoted.append(line)
        else:
            yield Paragraph(line.text, asked=dialogue and line.speaker == "first")
    if quoted:
        yield _quotes(quoted)


def _quotes(lines: Sequence[Line]) -> Paragraph:
    cited = tuple(line.citation for line in lines if line.citation is not None)
    also = tuple(dict.fromkeys(name for line in lines for name in line.also))
    return Paragraph("", cited, also)

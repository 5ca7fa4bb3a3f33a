"""A daily or a podcast as messages: chapters, quotes with their sources, each sentence linked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.digests.script import Script, spoken_quote
from bot.digests.written import Chapter, Paragraph, chapters, source_parts
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import article_link, citation_marker
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, render_messages

_QUOTE_HERE = "\0"


def script_html(script: Script) -> tuple[str, ...]:
    """The messages that show a script, under its title."""
    phrases = Phrases.of(script.language)
    blocks = [StyledBlock((StyledSpan(script.title, "b"),))]
    for chapter in chapters(script):
        blocks += _chapter(chapter, phrases)
    return render_messages(blocks, script.language)


def _chapter(chapter: Chapter, phrases: Phrases) -> Iterator[StyledBlock]:
    """Its heading stands with its first paragraph."""
    heading = (StyledSpan(chapter.heading, "b"), StyledSpan("\n")) if chapter.heading else ()
    for paragraph in chapter.paragraphs:
        yield StyledBlock((*heading, *_paragraph(paragraph, chapter.heading, phrases)))
        heading = ()


def _paragraph(paragraph: Paragraph, heading: str, phrases: Phrases) -> Iterator[StyledSpan]:
    if not paragraph.quotes:
        yield StyledSpan(f"{'— ' if paragraph.asked else ''}{paragraph.text}", "i")
        return
    opening, closing = phrases.quote(_QUOTE_HERE).split(_QUOTE_HERE)
    for citation in paragraph.quotes:
        # The marker must not begin a line of its own, hence the no-break space.
        yield StyledSpan(f"{opening}{spoken_quote(citation)}{closing}\u00a0")
        yield citation_marker(citation)
        yield StyledSpan("\n")
    first = paragraph.quotes[0]
    linked, beside = source_parts(paragraph, heading, phrases)
    yield StyledSpan("— ")
    yield StyledSpan(linked, link=article_link(first.article, first.quote))
    yield StyledSpan(beside)

"""Scripts as Telegram HTML: chapters, quotes with their sources, each sentence linked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.digests.script import Script, spoken_quote
from bot.digests.script_layout import Paragraph, chapters, source_parts
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import article_link, citation_marker
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, render_messages


def script_html(script: Script) -> tuple[str, ...]:
    """Render a script as one or more messages."""
    phrases = Phrases.of(script.language)
    blocks = [StyledBlock((StyledSpan(script.title, "b"),))]
    for chapter in chapters(script):
        # One block with the first paragraph, so that no message ends with a heading.
        heading = (StyledSpan(chapter.heading, "b"), StyledSpan("\n")) if chapter.heading else ()
        for paragraph in chapter.paragraphs:
            spans = _render_paragraph(paragraph, chapter.heading, phrases)
            blocks.append(StyledBlock((*heading, *spans)))
            heading = ()
    return render_messages(blocks, script.language)


def _render_paragraph(paragraph: Paragraph, heading: str, phrases: Phrases) -> Iterator[StyledSpan]:
    if not paragraph.quotes:
        yield StyledSpan(f"{'— ' if paragraph.is_question else ''}{paragraph.text}", "i")
        return
    opening, closing = phrases.quote("\0").split("\0")
    for citation in paragraph.quotes:
        # The marker must not begin a line of its own, hence the no-break space.
        yield StyledSpan(f"{opening}{spoken_quote(citation)}{closing}\u00a0")
        yield citation_marker(citation)
        yield StyledSpan("\n")
    first = paragraph.quotes[0]
    link_text, beside = source_parts(paragraph, heading, phrases)
    yield StyledSpan("— ")
    yield StyledSpan(link_text, link=article_link(first.article, first.quote))
    yield StyledSpan(beside)

"""Battles as Telegram HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.answer import Citation
from bot.arena.battle import Battle, compared_statements
from bot.arena.texts import ArenaPhrases
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import citation_marker, source_spans, statement_block
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, render_messages


def battle_html(battle: Battle, phrases: Phrases) -> tuple[str, ...]:
    """Render both answers, in a form that does not reveal the writers, each with its sources."""
    texts = ArenaPhrases.of(phrases.code)
    sides = zip(("first", "second"), battle.sides, strict=True)
    blocks = []
    for name, side in sides:
        title = StyledBlock((StyledSpan(texts.answers[name], "b"),), "\n\n\n")
        statements = [statement_block(statement) for statement in compared_statements(side.answer)]
        if not statements:
            statements = [StyledBlock((StyledSpan(texts.unknown),))]
        blocks += [title, replace(statements[0], gap="\n"), *statements[1:]]
        blocks += _render_sources(side.answer.citations, phrases)
    doubt = texts.doubtful if battle.doubtful else ""
    text = " ".join(filter(None, (doubt, texts.which)))
    blocks.append(StyledBlock((StyledSpan(text, "i"),), "\n\n\n"))
    return render_messages(blocks, battle.language)


def _render_sources(citations: Sequence[Citation], phrases: Phrases) -> Iterator[StyledBlock]:
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article.id, []).append(citation)
    for number, group in enumerate(by_article.values()):
        markers = [citation_marker(citation) for citation in group]
        source = source_spans(group[0].article, "", phrases, "")
        yield StyledBlock((*markers, StyledSpan(" "), *source), "\n" if number else "\n\n")

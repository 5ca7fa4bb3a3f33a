"""What Selon says on Telegram: an answer, a refusal, a passage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from urllib.parse import urlsplit

from bot.answer import Answer, Citation, Statement, link_to, web_address
from bot.locale.answers import Phrases, WritingPhrases
from bot.locale.source import details
from bot.messenger.outbound.keyboard import Excerpt
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, messages, to_html
from index.article import Article, ArticleEntry

LONG_QUOTE_CHARACTERS = 160
"""Characters; a longer quote is folded, so that the list of sources stays short."""

DOUBT_MARK = "❔"
"""Tells at a glance what may not answer."""

_QUOTE_HERE = "\0"
_LINE_END = re.compile(r" *[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+ *")


def answer_html(answer: Answer, phrases: Phrases, title: str = "") -> tuple[str, ...]:
    """The messages that give an answer: its statements with markers, below a mark and a sentence
    where they may not answer, then its citations.

    A refusal offers the nearest articles instead. A title stands before all.
    """
    if answer.outcome != "no":
        statements = [_statement(each) for each in answer.statements]
        if answer.outcome == "perhaps":
            doubt = StyledBlock(
                (StyledSpan(f"{DOUBT_MARK} {phrases.doubted(answer.period)}", "i"),)
            )
            statements = [doubt, replace(statements[0], gap="\n\n"), *statements[1:]]
        elif answer.period is not None:
            time = StyledBlock((StyledSpan(phrases.according_to(answer.period)),))
            statements = [time, replace(statements[0], gap="\n"), *statements[1:]]
        blocks = [*statements, *_sources(answer.citations, phrases)]
    else:
        blocks = [StyledBlock((StyledSpan(phrases.refused(answer.refusal, answer.period)),))]
        if answer.nearest:
            blocks.append(StyledBlock((StyledSpan(phrases.nearest_articles),)))
            blocks.extend(_nearest(article, phrases) for article in answer.nearest)
    if answer.fallback is not None and answer.outcome != "no":
        why = WritingPhrases.of(phrases.code).fallbacks[answer.fallback]
        blocks.append(StyledBlock((StyledSpan(why, "i"),)))
    if answer.understood is not None:
        said = phrases.understood(_flowing(answer.understood))
        blocks = [
            StyledBlock((StyledSpan(said, "i"),)),
            replace(blocks[0], gap="\n\n"),
            *blocks[1:],
        ]
    if title:
        blocks = [
            StyledBlock((StyledSpan(title, "b"),)),
            replace(blocks[0], gap="\n\n"),
            *blocks[1:],
        ]
    return tuple(to_html(spans) for spans in messages(blocks, answer.language))


def passage_html(excerpt: Excerpt, phrases: Phrases, place: str = "") -> tuple[str, ...]:
    """The messages that show a whole passage, the quote in bold, below its article's name.

    `place` tells which passage of the article it is.
    """
    source = _source(excerpt.article, excerpt.quote, phrases)
    above = " · ".join(filter(None, (_flowing(excerpt.heading), place)))
    heading = (StyledSpan("\n"), StyledSpan(above, "i")) if above else ()
    passage = StyledBlock(
        (StyledSpan(excerpt.before), StyledSpan(excerpt.quote, "b"), StyledSpan(excerpt.after))
    )
    blocks = (StyledBlock((*source, *heading)), passage)
    return tuple(to_html(spans) for spans in messages(blocks, excerpt.article.language))


def text_html(text: str, language: str) -> tuple[str, ...]:
    """Plain text as messages."""
    return tuple(
        to_html(spans) for spans in messages((StyledBlock((StyledSpan(text),)),), language)
    )


def _statement(statement: Statement) -> StyledBlock:
    markers = "".join(f"[{number}]" for number in statement.citations)
    # The marker must not begin a line of its own, hence the no-break space.
    before, highlight, after = (_LINE_END.sub(" ", part) for part in statement.parts)
    end = f"{after}\u00a0{markers}" if markers else after
    return StyledBlock((StyledSpan(before), StyledSpan(highlight, "b"), StyledSpan(end)), " ")


def sources_html(citations: Sequence[Citation], title: str, phrases: Phrases) -> tuple[str, ...]:
    """Sources by themselves, under a title."""
    blocks = [StyledBlock((StyledSpan(title, "b"),)), *_sources(citations, phrases)]
    return tuple(to_html(spans) for spans in messages(blocks, phrases.code))


def articles_html(
    title: str, articles: Sequence[Article | ArticleEntry], phrases: Phrases, first: int = 1
) -> tuple[str, ...]:
    """A numbered list of articles under a title."""
    blocks = [StyledBlock((StyledSpan(title, "b"),))]
    for number, article in enumerate(articles, first):
        gap = "\n\n" if number == first else "\n"
        blocks.append(StyledBlock((StyledSpan(f"{number}. "), *_source(article, "", phrases)), gap))
    return tuple(to_html(spans) for spans in messages(blocks, phrases.code))


def article_html(article: Article, phrases: Phrases) -> tuple[str, ...]:
    """What is known of an article, and its headings."""
    blocks = [StyledBlock(_source(article, "", phrases))]
    place = article.path if article.url is None else ""
    facts = [each for each in (article.category, place, f"n° {article.id}") if each]
    blocks.append(StyledBlock((StyledSpan(_flowing(" · ".join(facts)), "i"),), "\n"))
    for number, section in enumerate(article.sections):
        blocks.append(
            StyledBlock((StyledSpan(f"• {section.heading}"),), "\n\n" if number == 0 else "\n")
        )
    return tuple(to_html(spans) for spans in messages(blocks, article.language))


def _sources(citations: Sequence[Citation], phrases: Phrases) -> Iterator[StyledBlock]:
    """The citations; of an article that is cited several times running, the source stands once."""
    for _, group in groupby(citations, key=lambda citation: citation.article.id):
        same = tuple(group)
        yield _citation(same[0], phrases) if len(same) == 1 else _citations(same, phrases)


def _citation(citation: Citation, phrases: Phrases) -> StyledBlock:
    """« quote » — source; a long quote stands folded below its source."""
    marker, said = StyledSpan(f"[{citation.number}] "), _said(citation, phrases)
    source = _source(citation.article, citation.quote, phrases)
    if _is_long(said):
        return StyledBlock((marker, *source, StyledSpan("\n"), *_folded(said)))
    return StyledBlock((marker, *said, StyledSpan(" — "), *source))


def _citations(same: Sequence[Citation], phrases: Phrases) -> StyledBlock:
    """Quotes below their article's name, each a line; folded where they are long together."""
    lines: list[StyledSpan] = []
    for citation in same:
        lines += [StyledSpan("\n")] if lines else []
        lines += _quote_line(citation, phrases)
    quotes = _folded(lines) if _is_long(lines) else lines
    return StyledBlock((*_source(same[0].article, "", phrases), StyledSpan("\n"), *quotes))


def _quote_line(citation: Citation, phrases: Phrases) -> tuple[StyledSpan, ...]:
    """A quote below its article's name; its number is the link to the sentence."""
    link = _link(citation.article, citation.quote)
    marker = StyledSpan(f"[{citation.number}]", "b" if link else "", link)
    return (marker, StyledSpan(" "), *_said(citation, phrases))


def _said(citation: Citation, phrases: Phrases) -> tuple[StyledSpan, ...]:
    """The quote between its marks, behind the sentence that it leans on."""
    lead = ""
    if citation.lead is not None:
        between = citation.article.text[citation.lead.end : citation.start]
        lead = _flowing(citation.lead.text) + (" […] " if between.strip() else " ")
    opening, closing = phrases.quote(_QUOTE_HERE).split(_QUOTE_HERE)
    return (
        StyledSpan(f"{opening}{lead}"),
        StyledSpan(_flowing(citation.quote), "i"),
        StyledSpan(closing),
    )


def _is_long(said: Sequence[StyledSpan]) -> bool:
    return sum(len(span.text) for span in said) > LONG_QUOTE_CHARACTERS


def _folded(said: Sequence[StyledSpan]) -> tuple[StyledSpan, ...]:
    return tuple(replace(span, folded=True) for span in said)


def _nearest(article: Article, phrases: Phrases) -> StyledBlock:
    return StyledBlock((StyledSpan("• "), *_source(article, "", phrases)), "\n")


def _source(
    article: Article | ArticleEntry, quote: str, phrases: Phrases
) -> tuple[StyledSpan, ...]:
    """The article's title, linked at the quote where it is online, and what stands beside it."""
    title = _flowing(article.title or article.path)
    return StyledSpan(title, "b", _link(article, quote)), StyledSpan(
        _flowing(details(article, phrases))
    )


def _link(article: Article | ArticleEntry, quote: str) -> str | None:
    """Where the article opens at the quote, if it is online."""
    return link_to(article.url, quote) if _linkable(article.url) else None


def _flowing(text: str) -> str:
    """A text on one line: only in a passage do the article's own lines matter."""
    return " ".join(line.strip(" ") for line in text.splitlines())


def _linkable(url: str | None) -> bool:
    """Whether Telegram would link the address: it wants a host with a dot, or an IPv6 one."""
    address = web_address(url)
    host = urlsplit(address).hostname if address else None
    return bool(host) and ("." in str(host) or ":" in str(host))

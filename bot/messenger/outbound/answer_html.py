"""Answers, refusals and passages as Telegram HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.answer import (
    LINE_END,
    Answer,
    Citation,
    ShownQuote,
    Statement,
    link_to,
    shown_quotes,
    web_address,
)
from bot.conversation.passage_refs import Excerpt
from bot.help_numbers import Help, other_numbers
from bot.locale.answers import HelpPhrases, Phrases, WritingPhrases, title_of
from bot.locale.messenger import AccessPhrases
from bot.locale.source import details
from bot.messenger.outbound.message_text import Style, StyledBlock, StyledSpan, messages, to_html
from bot.verification.claim_answer import ClaimAnswer
from index.article import Article, ArticleEntry

# Characters of a quote that is not folded, so that the list of sources stays short.
LONG_QUOTE_CHARACTERS = 160
DOUBT_MARK = "❔"  # of answers that are only perhaps
_QUOTE_HERE = "\0"


def answer_html(answer: Answer, phrases: Phrases, title: str = "") -> tuple[str, ...]:
    """Render an answer as messages: the statements with markers, unless all are quotes; then each
    quote once with its source; a doubtful answer below a warning.

    A refusal offers the nearest articles instead. A `title` precedes all. Help is in the language
    of the message, whatever that of the phrases.
    """
    if answer.help is not None:
        return _help_html(answer.help, answer.language)
    blocks = _answer_blocks(answer, phrases, title)
    return tuple(to_html(spans) for spans in messages(blocks, answer.language))


def claims_html(claims: Sequence[ClaimAnswer], phrases: Phrases) -> tuple[str, ...]:
    """Render what the articles say of each claim, below the claim if there are several."""
    texts, blocks = AccessPhrases.of(phrases.code), list[StyledBlock]()
    for each in claims:
        if len(claims) > 1:
            blocks.append(
                StyledBlock((StyledSpan(phrases.quote(phrases.nested(each.claim)), "i"),))
            )
        titles = {"confirmed": texts.confirmed, "contradicted": texts.contradicted}
        blocks += _answer_blocks(each.answer, phrases, titles.get(each.conclusion or "", ""))
    return tuple(to_html(spans) for spans in messages(blocks, phrases.code))


def _answer_blocks(answer: Answer, phrases: Phrases, title: str) -> list[StyledBlock]:
    if answer.outcome != "no":
        blocks = [] if answer.verbatim else [statement_block(each) for each in answer.statements]
        blocks += _sources(
            shown_quotes(answer.citations, answer), phrases, fold=not answer.verbatim
        )
        if answer.outcome == "perhaps":
            doubt = StyledSpan(f"{DOUBT_MARK} {phrases.doubted(answer.period)}", "i")
            blocks = _below(doubt, blocks)
        elif answer.period is not None:
            blocks = _below(StyledSpan(phrases.according_to(answer.period)), blocks, "\n")
    else:
        why = phrases.refused(answer.refusal, answer.period, held_to=answer.held_to)
        blocks = [StyledBlock((StyledSpan(why),))]
        if answer.nearest:
            blocks.append(StyledBlock((StyledSpan(phrases.nearest_articles),)))
            blocks.extend(_nearest(answer.nearest, phrases))
    if answer.fallback is not None and answer.outcome != "no":
        why = WritingPhrases.of(phrases.code).fallbacks[answer.fallback]
        blocks.append(StyledBlock((StyledSpan(why, "i"),)))
    if answer.understood is not None:
        text = phrases.understood(_flowing(answer.understood))
        blocks = _below(StyledSpan(text, "i"), blocks)
    if title:
        blocks = _below(StyledSpan(title, "b"), blocks)
    return blocks


def _below(
    heading: StyledSpan, blocks: Sequence[StyledBlock], gap: str = "\n\n"
) -> list[StyledBlock]:
    """The blocks below a heading."""
    first, *others = blocks
    return [StyledBlock((heading,)), replace(first, gap=gap), *others]


def _help_html(help: Help, language: str) -> tuple[str, ...]:
    """Numbers to call; touching one copies it, or dials it if it is international."""
    phrases = HelpPhrases.of(language)
    blocks = [StyledBlock((StyledSpan(phrases.opening[help.kind]),))]
    blocks.append(StyledBlock((StyledSpan(phrases.call),)))
    for each in help.first:
        number = StyledSpan(each.number, "" if each.number.startswith("+") else "code")
        label = StyledSpan(f"\u00a0— {phrases.label(each.number, each.label)}")
        blocks.append(StyledBlock((number, label), "\n"))
    if help.others:
        blocks.append(StyledBlock((StyledSpan(other_numbers(help, phrases)),)))
    return tuple(to_html(spans) for spans in messages(blocks, language))


def passage_html(excerpt: Excerpt, phrases: Phrases, place: str = "") -> tuple[str, ...]:
    """Render a passage below its article's name, the quote in bold.

    `place` tells which passage of the article it is.
    """
    source = source_spans(excerpt.article, excerpt.quote, phrases)
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


def statement_block(statement: Statement) -> StyledBlock:
    markers = "".join(f"[{number}]" for number in statement.citations)
    # The marker must not begin a line of its own, hence the no-break space.
    before, highlight, after = (LINE_END.sub(" ", part) for part in statement.parts)
    end = f"{after}\u00a0{markers}" if markers else after
    return StyledBlock((StyledSpan(before), StyledSpan(highlight, "b"), StyledSpan(end)), " ")


def sources_html(citations: Sequence[Citation], title: str, phrases: Phrases) -> tuple[str, ...]:
    """Render sources under a title."""
    blocks = [StyledBlock((StyledSpan(title, "b"),)), *_sources(shown_quotes(citations), phrases)]
    return tuple(to_html(spans) for spans in messages(blocks, phrases.code))


def articles_html(
    title: str, articles: Sequence[Article | ArticleEntry], phrases: Phrases, first: int = 1
) -> tuple[str, ...]:
    """Render a numbered list of articles under a title."""
    blocks = [StyledBlock((StyledSpan(title, "b"),))]
    for number, article in enumerate(articles, first):
        gap = "\n\n" if number == first else "\n"
        source = source_spans(article, "", phrases)
        blocks.append(StyledBlock((StyledSpan(f"{number}. "), *source), gap))
    return tuple(to_html(spans) for spans in messages(blocks, phrases.code))


def article_html(article: Article, phrases: Phrases) -> tuple[str, ...]:
    """Render an article's metadata and headings."""
    blocks = [StyledBlock(source_spans(article, "", phrases))]
    if article.category:
        blocks.append(StyledBlock((StyledSpan(_flowing(article.category), "i"),), "\n"))
    for number, section in enumerate(article.sections):
        blocks.append(
            StyledBlock((StyledSpan(f"• {section.heading}"),), "\n\n" if number == 0 else "\n")
        )
    return tuple(to_html(spans) for spans in messages(blocks, article.language))


def _sources(
    groups: Iterable[Sequence[ShownQuote]], phrases: Phrases, *, fold: bool = True
) -> Iterator[StyledBlock]:
    """Quotes of one article, one per line, above their source; a quote that another article repeats
    has both sources. Those that the statements above have are only numbers.

    Long ones are folded if `fold`.
    """
    groups = list(groups)
    repeats = _repeats(groups)
    for group in groups:
        lines = [(shown, repeats[shown.citation.quote]) for shown in group if not shown.is_repeat]
        numbers = [
            citation_marker(shown.citation)
            for shown in group
            if shown.is_repeat and shown.citation not in repeats[shown.citation.quote]
        ]
        if not lines and not numbers:
            continue
        article = group[0].citation.article
        only = group[0].citation.quote if len(group) == 1 else ""
        dash = StyledSpan(" — " if numbers else "— ")
        source = [*numbers, dash, *source_spans(article, only, phrases, "")]
        others = {each.article.id: each for _, again in lines for each in again}
        for each in others.values():
            if each.article.id != article.id:
                source += StyledSpan("\n— "), *source_spans(each.article, each.quote, phrases, "")
        quotes = [_quote(shown, again, phrases) for shown, again in lines]
        joined = [span for line in quotes for span in (StyledSpan("\n"), *line)][1:]
        if fold and sum(len(span.text) for span in joined) > LONG_QUOTE_CHARACTERS:
            folded = (replace(span, folded=True) for span in joined)
            yield StyledBlock((*folded, StyledSpan("\n"), *source))
            continue
        # Separate blocks, so that messages may be split between them; the last has the source.
        for number, line in enumerate(quotes[:-1]):
            yield StyledBlock(line, "\n" if number else "\n\n")
        last = (*quotes[-1], StyledSpan("\n")) if quotes else ()
        yield StyledBlock((*last, *source), "\n" if quotes[1:] else "\n\n")


def _repeats(groups: Sequence[Sequence[ShownQuote]]) -> Mapping[str, list[Citation]]:
    """The later citations of each quote that is shown once, by its words."""
    repeats = {
        each.citation.quote: list[Citation]()
        for group in groups
        for each in group
        if not each.is_repeat
    }
    for group in groups:
        for each in group:
            if each.is_repeat and each.citation.quote in repeats:
                repeats[each.citation.quote].append(each.citation)
    return defaultdict(list, repeats)


def _quote(
    shown: ShownQuote, repeats: Sequence[Citation], phrases: Phrases
) -> tuple[StyledSpan, ...]:
    """« quote » [1], after the sentence that it leans on; `repeats` cite the same words."""
    citation, lead = shown.citation, ""
    if shown.lead is not None:
        between = citation.article.text[shown.lead.end : citation.start]
        lead = _flowing(shown.lead.text) + (" […] " if between.strip() else " ")
    opening, closing = phrases.quote(_QUOTE_HERE).split(_QUOTE_HERE)
    before, highlight, after = (phrases.nested(part) for part in shown.parts)
    return (
        StyledSpan(f"{opening}{phrases.nested(lead)}{before}"),
        StyledSpan(highlight, "b"),
        # The marker must not begin a line of its own, hence the no-break space.
        StyledSpan(f"{after}{closing}\u00a0"),
        *map(citation_marker, (citation, *repeats)),
    )


def citation_marker(citation: Citation) -> StyledSpan:
    """[1], linked to the quote if the article is online."""
    return StyledSpan(f"[{citation.number}]", link=article_link(citation.article, citation.quote))


def _nearest(articles: Sequence[Article], phrases: Phrases) -> Iterator[StyledBlock]:
    """Numbered as their buttons are, unless there is only one."""
    for number, article in enumerate(articles, 1):
        mark = StyledSpan("• " if len(articles) == 1 else f"{number}. ")
        yield StyledBlock((mark, *source_spans(article, "", phrases)), "\n")


def source_spans(
    article: Article | ArticleEntry, quote: str, phrases: Phrases, style: Style = "b"
) -> tuple[StyledSpan, ...]:
    """The article's title, linked to the quote if it is online, and its details."""
    title = _flowing(title_of(article, phrases.code))
    return StyledSpan(title, style, article_link(article, quote)), StyledSpan(
        _flowing(details(article, phrases))
    )


def article_link(article: Article | ArticleEntry, quote: str) -> str | None:
    """The address of the quote, if the article is online."""
    return link_to(article.url, quote) if _linkable(article.url) else None


def _flowing(text: str) -> str:
    """Join the lines of a text, which matter only in passages."""
    return " ".join(line.strip(" ") for line in text.splitlines())


def _linkable(url: str | None) -> bool:
    """True if Telegram links the address, which needs a host with a dot, or an IPv6 one."""
    address = web_address(url)
    host = urlsplit(address).hostname if address else None
    return bool(host) and ("." in str(host) or ":" in str(host))

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
from bot.answering.claim import ClaimAnswer
from bot.conversation.passage_refs import Excerpt
from bot.help_numbers import Help, help_line, other_numbers
from bot.locale.answers import ChoicePhrases, HelpPhrases, Phrases, title_of
from bot.locale.messenger import AccessPhrases
from bot.locale.source import details
from bot.messenger.outbound.message_text import Style, StyledBlock, StyledSpan, render_messages
from index.article import Article, ArticleEntry

# Characters of a quote that is not folded, so that the list of sources stays short.
LONG_QUOTE_CHARACTERS = 160
LONG_ANSWER_CHARACTERS, OPEN_CHARACTERS = 1_500, 500
DOUBT_MARK = "❔"  # of answers that are only perhaps
_PLACEHOLDER = "\0"


def answer_html(answer: Answer, phrases: Phrases, title: str = "") -> tuple[str, ...]:
    """Render an answer as messages: the statements with markers, unless all are quotes; then each
    quote once with its source; a doubtful answer below a warning.

    A refusal offers the nearest articles instead. A `title` precedes all. Help is in the language
    of the message, whatever that of the phrases.
    """
    if answer.help is not None:
        return _help_html(answer.help)
    return render_messages(_answer_blocks(answer, phrases, title), answer.language)


def claims_html(claims: Sequence[ClaimAnswer], phrases: Phrases) -> tuple[str, ...]:
    """Render what the articles say about each claim, below the claim if there are several."""
    texts, blocks = AccessPhrases.of(phrases.code), list[StyledBlock]()
    for claim in claims:
        if len(claims) > 1:
            blocks.append(text_block(phrases.quote(phrases.nested(claim.claim)), "i"))
        if not claim.answer.citations:
            blocks += _answer_blocks(claim.answer, phrases, "")
            continue
        heading = texts.said_of_it
        if claim.is_verbatim:
            title = title_of(claim.answer.citations[0].article, phrases.code)
            heading = texts.word_for_word(phrases.quote(phrases.nested(_join_lines(title))))
        quotes = _sources(shown_quotes(claim.answer.citations), phrases, fold=False)
        blocks += [text_block(heading, "b"), *_with_gap(list(quotes), "\n\n")]
    return render_messages(blocks, phrases.code)


def _answer_blocks(answer: Answer, phrases: Phrases, title: str) -> list[StyledBlock]:
    if answer.outcome not in ("no", "reply"):
        blocks = [] if answer.verbatim else list(map(statement_block, answer.lines))
        blocks += _listing(answer, phrases)
        quotes = shown_quotes(answer.quoted, answer)
        sources = list(_sources(quotes, phrases, fold=not answer.verbatim))
        blocks += _fold_long(sources) if answer.verbatim else sources
        if answer.outcome == "perhaps":
            doubt = f"{DOUBT_MARK} {phrases.doubted(answer.period)}"
            blocks = [text_block(doubt, "i"), *_with_gap(blocks, "\n\n")]
        elif answer.period is not None:
            period = text_block(phrases.according_to(answer.period))
            blocks = [period, *_with_gap(blocks, "\n")]
        if answer.fallback is not None:
            blocks.append(
                text_block(ChoicePhrases.of(phrases.code).fallbacks[answer.fallback], "i")
            )
    else:
        reason = phrases.refused(answer.refusal, answer.period, held_to=answer.held_to)
        blocks = [text_block(answer.reply or reason)]
        if answer.nearest:
            blocks.append(text_block(phrases.nearest_articles))
            blocks.extend(_nearest(answer.nearest, phrases))
    if answer.understood is not None:
        question = phrases.understood(_join_lines(answer.understood))
        blocks = [text_block(question, "i"), *_with_gap(blocks, "\n\n")]
    if title:
        blocks = [text_block(title, "b"), *_with_gap(blocks, "\n\n")]
    if answer.offered_help is not None:
        blocks.append(text_block(help_line(answer.offered_help)))
    return blocks


def _fold_long(blocks: Sequence[StyledBlock]) -> list[StyledBlock]:
    """Fold what follows the beginning of a long answer, below its headings."""
    if sum(len(block.text) for block in blocks) <= LONG_ANSWER_CHARACTERS:
        return list(blocks)
    folded, size = [], 0
    for block in blocks:
        is_heading = [span.style for span in block.spans] == ["b"]
        if size > OPEN_CHARACTERS and not is_heading:
            block = replace(block, spans=tuple(replace(span, folded=True) for span in block.spans))
        folded.append(block)
        size += len(block.text)
    return folded


def _with_gap(blocks: Sequence[StyledBlock], gap: str) -> list[StyledBlock]:
    """The blocks, with this gap before the first."""
    return [replace(blocks[0], gap=gap), *blocks[1:]]


def _help_html(help: Help) -> tuple[str, ...]:
    """Numbers to call; touching one copies it, or dials it if it is international."""
    phrases = HelpPhrases.of(help.language)
    blocks = [text_block(phrases.opening[help.kind]), text_block(phrases.call)]
    for entry in help.first:
        number = StyledSpan(entry.number, "" if entry.number.startswith("+") else "code")
        label = StyledSpan(f"\u00a0— {phrases.label(entry.number, entry.label)}")
        blocks.append(StyledBlock((number, label), "\n"))
    if help.others:
        blocks.append(text_block(other_numbers(help, phrases)))
    return render_messages(blocks, help.language)


def passage_html(excerpt: Excerpt, phrases: Phrases, place: str = "") -> tuple[str, ...]:
    """Render a passage below its article's title, the quote in bold. `place` is its position in the
    article."""
    source = source_spans(excerpt.article, excerpt.quote, phrases)
    subtitle = " · ".join(filter(None, (_join_lines(excerpt.heading), place)))
    heading = (StyledSpan("\n"), StyledSpan(subtitle, "i")) if subtitle else ()
    before, after = StyledSpan(excerpt.before), StyledSpan(excerpt.after)
    passage = StyledBlock((before, StyledSpan(excerpt.quote, "b"), after))
    blocks = (StyledBlock((*source, *heading)), passage)
    return render_messages(blocks, excerpt.article.language)


def text_html(text: str, language: str) -> tuple[str, ...]:
    return render_messages((text_block(text),), language)


def text_block(text: str, style: Style = "", gap: str = "\n\n") -> StyledBlock:
    return StyledBlock((StyledSpan(text, style),), gap)


def statement_block(statement: Statement) -> StyledBlock:
    markers = "".join(f"[{number}]" for number in statement.citations)
    # The marker must not begin a line of its own, hence the no-break space.
    before, highlight, after = (LINE_END.sub(" ", part) for part in statement.parts)
    end = f"{after}\u00a0{markers}" if markers else after
    label = f"{statement.label} " if statement.label else ""
    spans = (StyledSpan(label, "b"), StyledSpan(before), StyledSpan(highlight, "b"))
    return StyledBlock((*spans, StyledSpan(end)), " ")


def _listing(answer: Answer, phrases: Phrases) -> Iterator[StyledBlock]:
    """A list of articles: a line of each."""
    citations = {citation.number: citation for citation in answer.citations}
    for position, statement in enumerate(answer.listed):
        if statement.heading:
            yield text_block(statement.heading, "b")
        citation = citations[statement.citations[0]]
        source = source_spans(citation.article, "", phrases, "")
        spans = (citation_marker(citation), StyledSpan(" "), *source)
        yield StyledBlock(spans, "\n" if position else "\n\n")


def sources_html(citations: Sequence[Citation], title: str, phrases: Phrases) -> tuple[str, ...]:
    blocks = [text_block(title, "b"), *_sources(shown_quotes(citations), phrases)]
    return render_messages(blocks, phrases.code)


def articles_html(
    title: str, articles: Sequence[Article | ArticleEntry], phrases: Phrases, first: int = 1
) -> tuple[str, ...]:
    """Render a numbered list of articles under a title."""
    blocks = [text_block(title, "b")]
    for number, article in enumerate(articles, first):
        gap = "\n\n" if number == first else "\n"
        source = source_spans(article, "", phrases)
        blocks.append(StyledBlock((StyledSpan(f"{number}. "), *source), gap))
    return render_messages(blocks, phrases.code)


def article_html(article: Article, phrases: Phrases) -> tuple[str, ...]:
    """Render an article's metadata and headings."""
    blocks = [StyledBlock(source_spans(article, "", phrases))]
    if article.category:
        blocks.append(text_block(_join_lines(article.category), "i", "\n"))
    for number, section in enumerate(article.sections):
        blocks.append(text_block(f"• {section.heading}", gap="\n" if number else "\n\n"))
    return render_messages(blocks, article.language)


def _sources(
    groups: Iterable[Sequence[ShownQuote]], phrases: Phrases, *, fold: bool = True
) -> Iterator[StyledBlock]:
    """Quotes of one article, one per line, above their source; a quote that another article repeats
    has both sources. Quotes that the statements contain are only numbers.

    Long ones are folded if `fold`.
    """
    groups = list(groups)
    repeats = _find_repeats(groups)
    for group in groups:
        if heading := group[0].heading:
            yield text_block(heading, "b")
        quotes = [
            _quote_spans(quote, repeats[quote.citation.quote], phrases)
            for quote in group
            if not quote.is_repeat
        ]
        numbers = [
            citation_marker(quote.citation)
            for quote in group
            if quote.is_repeat and quote.citation not in repeats[quote.citation.quote]
        ]
        if not quotes and not numbers:
            continue
        article = group[0].citation.article
        link_quote = group[0].citation.quote if len(group) == 1 else ""
        dash = StyledSpan(" — " if numbers else "— ")
        source = [*numbers, dash, *source_spans(article, link_quote, phrases, "")]
        others = {
            again.article.id: again
            for quote in group
            if not quote.is_repeat
            for again in repeats[quote.citation.quote]
            if again.article.id != article.id
        }
        for other in others.values():
            source += StyledSpan("\n— "), *source_spans(other.article, other.quote, phrases, "")
        spans = [span for quote in quotes for span in (StyledSpan("\n"), *quote)][1:]
        if fold and sum(len(span.text) for span in spans) > LONG_QUOTE_CHARACTERS:
            folded_spans = (replace(span, folded=True) for span in spans)
            yield StyledBlock((*folded_spans, StyledSpan("\n"), *source))
            continue
        # Separate blocks, so that messages may be split between them; the last has the source.
        for number, quote in enumerate(quotes[:-1]):
            yield StyledBlock(quote, "\n" if number else "\n\n")
        last = (*quotes[-1], StyledSpan("\n")) if quotes else ()
        yield StyledBlock((*last, *source), "\n" if quotes[1:] else "\n\n")


def _find_repeats(groups: Sequence[Sequence[ShownQuote]]) -> Mapping[str, list[Citation]]:
    """Group the later citations of each quote that is shown once by its text."""
    quotes = [quote for group in groups for quote in group]
    first_quotes = {quote.citation.quote for quote in quotes if not quote.is_repeat}
    repeats: defaultdict[str, list[Citation]] = defaultdict(list)
    for quote in quotes:
        if quote.is_repeat and quote.citation.quote in first_quotes:
            repeats[quote.citation.quote].append(quote.citation)
    return repeats


def _quote_spans(
    quote: ShownQuote, repeats: Sequence[Citation], phrases: Phrases
) -> tuple[StyledSpan, ...]:
    """« quote » [1], after the sentence it depends on; `repeats` cite the same words."""
    citation, lead = quote.citation, ""
    if quote.lead is not None:
        between = citation.article.text[quote.lead.end : citation.start]
        lead = _join_lines(quote.lead.text) + (" […] " if between.strip() else " ")
    opening, closing = phrases.quote(_PLACEHOLDER).split(_PLACEHOLDER)
    before, highlight, after = (phrases.nested(part) for part in quote.parts)
    return (
        *([StyledSpan(f"{quote.label} ", "b")] if quote.label else []),
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
    """Number articles like their buttons, unless there is only one."""
    for number, article in enumerate(articles, 1):
        mark = StyledSpan("• " if len(articles) == 1 else f"{number}. ")
        yield StyledBlock((mark, *source_spans(article, "", phrases)), "\n")


def source_spans(
    article: Article | ArticleEntry, quote: str, phrases: Phrases, style: Style = "b"
) -> tuple[StyledSpan, ...]:
    """The article's title, linked to the quote if it is online, and its details."""
    title = _join_lines(title_of(article, phrases.code))
    about = StyledSpan(_join_lines(details(article, phrases)))
    return StyledSpan(title, style, article_link(article, quote)), about


def article_link(article: Article | ArticleEntry, quote: str) -> str | None:
    """The address of the quote, if the article is online and Telegram links its host: only one with
    a dot, or an IPv6 address."""
    address = web_address(article.url)
    host = (urlsplit(address).hostname if address else None) or ""
    return link_to(article.url, quote) if "." in host or ":" in host else None


def _join_lines(text: str) -> str:
    """Join the lines of a text, which matter only in passages."""
    return " ".join(line.strip(" ") for line in text.splitlines())

"""Rendering of answers and errors in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.style import Style
from rich.text import Text

from bot.answer import Answer, Citation, ShownQuote, link_to, shown_quotes, web_address
from bot.help_numbers import help_line, help_text
from bot.locale.answers import ChoicePhrases, Phrases
from bot.locale.errors import error_text
from bot.locale.source import details
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from index.article import Article
from index.errors import CodedError

QUOTE = "italic"

HIGHLIGHT = "bold"

MARKER = "cyan"

TITLE = "bold"

SOURCE = "dim"

DOUBT = "yellow"

_QUOTE_HERE = "\0"


def answer_text(answer: Answer, phrases: Phrases) -> Text:
    """Render the resolved question if it differs, the statements with markers unless the quotes are
    the same, and the quotes with their sources; or a refusal."""
    if answer.help is not None:
        return Text(harmless(help_text(answer.help)))
    if answer.offered_help is not None:
        plain = answer_text(replace(answer, offered_help=None), phrases)
        return plain.append(f"\n\n{harmless(help_line(answer.offered_help))}")
    if answer.understood is not None:
        question = Text(phrases.understood(_join_lines(answer.understood)), style=SOURCE)
        plain = answer_text(replace(answer, understood=None), phrases)
        return Text("\n\n").join((question, plain))
    if answer.outcome == "reply":
        return Text(harmless(answer.reply))
    if answer.outcome == "no":
        return refusal_text(answer, phrases)
    before = _render_warning(answer, phrases)
    if answer.verbatim:
        parts = [before.append_text(sources_text(answer, phrases))]
    else:
        parts = [_render_statements(answer, before)] if answer.lines else []
        if answer.listed:
            listing = _render_listing(answer, phrases)
            parts.append(listing if parts else before.append_text(listing))
        parts += [quotes_text(group, phrases) for group in shown_quotes(answer.quoted, answer)]
    if answer.fallback is not None:
        why = ChoicePhrases.of(phrases.code).fallbacks[answer.fallback]
        parts.append(Text(why, style=SOURCE))
    return Text("\n\n").join(parts)


def explained_text(answer: Answer, phrases: Phrases) -> Text:
    """Explain an answer: who chose its sentences, and its confidence."""
    texts, model = ChoicePhrases.of(phrases.code), answer.chosen_by
    lines = []
    if model is not None and answer.outcome == "no":
        lines.append(texts.unknown(harmless(model)))
    elif model is not None:
        lines.append(texts.chosen_by(harmless(model)))
    elif answer.outcome != "no":
        lines.append(texts.quoted)
    lines.append(texts.confidence(answer.confidence))
    return Text("\n".join(lines), style=SOURCE)


def refusal_text(answer: Answer, phrases: Phrases) -> Text:
    """Render a refusal with the nearest articles."""
    text = Text(phrases.refused(answer.refusal, answer.period), style=TITLE)
    if answer.nearest:
        text.append(f"\n\n{phrases.nearest_articles}", style="not bold")
    for article in answer.nearest:
        text.append("\n  • ").append_text(_source(article, phrases, TITLE))
        text.append_text(_place(article, "", "\n    "))
    return text


def sources_text(answer: Answer, phrases: Phrases) -> Text:
    """Render quotes, with the answer in bold, and their title, author, date and location."""
    if answer.outcome == "no":
        return refusal_text(answer, phrases)
    groups = shown_quotes(answer.citations, answer)
    return Text("\n\n").join(quotes_text(group, phrases) for group in groups)


def passage_text(citation: Citation, phrases: Phrases) -> Text:
    """Render the whole passage of a citation under its article's name, with the quote in bold."""
    passage = citation.passage
    text = Text(f"[{citation.number}] ", style=MARKER)
    text = Text().append_text(text).append_text(_source(citation.article, phrases, TITLE))
    if passage.heading:
        text.append(f"\n{harmless(passage.heading)}", style=QUOTE)
    before = citation.start - passage.start
    after = citation.end - passage.start
    text.append(f"\n\n{harmless(passage.text[:before])}")
    text.append(harmless(citation.quote), style="bold")
    text.append(harmless(passage.text[after:]))
    return text


def citation_place(citation: Citation) -> str:
    """The address or the path of a citation's article."""
    return web_address(citation.article.url) or citation.article.path


def complaint(error: BaseException, phrases: TerminalPhrases) -> str:
    """Describe an error, and say so if it is unexpected."""
    if isinstance(error, CodedError):
        return phrases.error(harmless(error_text(error, phrases.code)))
    return phrases.unexpected(type(error).__name__, _join_lines(str(error)))


def _render_warning(answer: Answer, phrases: Phrases) -> Text:
    """Render the warning before an answer: that it is doubtful, or limited to a period."""
    if answer.outcome == "perhaps":
        return Text().append(f"{phrases.doubted(answer.period)}\n", style=DOUBT)
    return Text(f"{phrases.according_to(answer.period)}\n" if answer.period else "")


def _render_listing(answer: Answer, phrases: Phrases) -> Text:
    """Render a list of articles: a line of each, and its location."""
    citations = {citation.number: citation for citation in answer.citations}
    text = Text()
    for position, statement in enumerate(answer.listed):
        if statement.heading:
            text.append(f"{statement.heading}\n\n", style=TITLE)
        citation = citations[statement.citations[0]]
        text.append("\n" if position else "").append_text(_marker(citation)).append(" ")
        text.append_text(_source(citation.article, phrases, TITLE))
        text.append_text(_place(citation.article, citation.quote, "\n    "))
    return text


def _render_statements(answer: Answer, text: Text) -> Text:
    """Render fixed sentences about articles as one paragraph with markers, after a `text`."""
    for position, statement in enumerate(answer.lines):
        text.append(" " if position else "").append(_join_lines(statement.text))
        if markers := "".join(f"[{number}]" for number in statement.citations):
            # The marker must not begin a line of its own, hence the no-break space.
            text.append("\u00a0").append(markers, style=MARKER)
    return text


def quotes_text(group: Sequence[ShownQuote], phrases: Phrases) -> Text:
    """Render the quotes of one article and their source; those shown before as numbers only."""
    text = Text()
    for quote in group:
        if quote.heading:
            text.append(f"{quote.heading}\n\n", style=TITLE)
        if not quote.is_repeat:
            text.append_text(_quote(quote, phrases)).append("\n")
    text.append("  ")
    markers = [_marker(quote.citation) for quote in group if quote.is_repeat]
    text.append_text(Text().join(markers)).append(" — " if markers else "— ")
    first = group[0].citation
    text.append_text(
        _source(first.article, phrases, Style(link=link_to(first.article.url, first.quote)))
    )
    return text.append_text(_place(first.article, first.quote, "\n    "))


def _quote(quote: ShownQuote, phrases: Phrases) -> Text:
    """Render « quote » [1], after the sentence that it depends on."""
    opening, closing = phrases.quote(_QUOTE_HERE).split(_QUOTE_HERE)
    citation, text = quote.citation, Text()
    text.append(f"{quote.label} " if quote.label else "", style=TITLE).append(opening)
    if quote.lead is not None:
        between = citation.article.text[quote.lead.end : citation.start]
        link = " […] " if between.strip() else " "
        text.append(f"{phrases.nested(_join_lines(quote.lead.text))}{link}", style=SOURCE)
    before, highlight, after = (phrases.nested(harmless(part)) for part in quote.parts)
    text.append(before).append(highlight, style=HIGHLIGHT).append(after)
    # The marker must not begin a line of its own, hence the no-break space.
    return text.append(f"{closing}\u00a0").append_text(_marker(citation))


def _marker(citation: Citation) -> Text:
    """Render [1], linked to the quote in the article if the terminal supports links."""
    link = link_to(citation.article.url, citation.quote)
    return Text(f"[{citation.number}]", style=Style.parse(MARKER) + Style(link=link))


def _source(article: Article, phrases: Phrases, style: str | Style) -> Text:
    text = Text().append(_join_lines(article.title or article.path), style=style)
    return text.append(_join_lines(details(article, phrases, files=True)))


def _place(article: Article, quote: str, before: str) -> Text:
    """Render the article's URL, linked to the quote, or its file."""
    address = web_address(article.url)
    if address is None:
        return Text(f"{before}{_join_lines(article.path)}", style=SOURCE)
    return Text(before).append(address, style=Style(dim=True, link=link_to(article.url, quote)))


def _join_lines(text: str) -> str:
    return harmless(" ".join(text.replace("\n", " ").split(" ")))

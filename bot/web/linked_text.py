"""Render an answer as the Markdown of a chat message, with the offsets of its links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.answer import LINE_END, Answer, Citation, ShownQuote, shown_quotes
from bot.help_numbers import help_line, help_text
from bot.locale.answers import Phrases, title_of
from bot.locale.source import details
from bot.locale.text import harmless
from bot.web.addresses import article_address, citation_address
from bot.web.answer_view import lead_before
from index.article import Article


@dataclass(frozen=True, slots=True)
class CitationLink:
    """`[1](url)` at `text[start:end]` of the message."""

    url: str
    title: str
    start: int
    end: int


@dataclass(slots=True)
class LinkedText:
    """A message and its links. `base` is the URL of the pages."""

    base: str
    text: str = ""
    links: list[CitationLink] = field(default_factory=list)

    @classmethod
    def of(cls, answer: Answer, base: str) -> LinkedText:
        """Render the changed question, the statements unless they are the quotes, and the quotes;
        or a refusal."""
        phrases, message, answer = Phrases.of(answer.language), cls(base), answer.whole
        if answer.help is not None:
            message.text = help_text(answer.help)
            return message
        message._write(answer, phrases)
        if answer.offered_help is not None:
            message.add(f"\n\n{escape_markdown(help_line(answer.offered_help))}")
        return message

    def _write(self, answer: Answer, phrases: Phrases) -> None:
        if answer.understood is not None:
            self.add(f"{phrases.understood(escape_markdown(answer.understood))}\n\n")
        if answer.outcome == "reply":
            self.add(escape_markdown(answer.reply))
            return
        if answer.outcome == "no":
            self.add(phrases.refused(answer.refusal, answer.period, answer.held_to))
            self._list(answer.nearest, phrases)
            return
        if answer.outcome == "perhaps":
            self.add(f"{phrases.doubted(answer.period)}\n\n")
        elif answer.period is not None:
            self.add(f"{phrases.according_to(answer.period)}\n\n")
        if not answer.verbatim:
            self._write_statements(answer)
            self._list_cited(answer, phrases)
        groups = shown_quotes(answer.quoted, answer)
        for position, group in enumerate(groups):
            self.add("\n\n" if position or not answer.verbatim else "")
            if heading := group[0].heading:
                self.add(f"**{escape_markdown(heading)}**\n\n")
            for quote in group:
                self._quote(quote, phrases)
            article = group[0].citation.article
            self.add(f"— {_line(title_of(article, phrases.code))}")
            self.add(_line(details(article, phrases)))

    def add(self, text: str) -> None:
        self.text += text

    def _write_statements(self, answer: Answer) -> None:
        citations = {citation.number: citation for citation in answer.citations}
        for position, statement in enumerate(answer.lines):
            self.add(" " if position else "")
            self.add(escape_markdown(statement.text))
            self.add("\u00a0" if statement.citations else "")
            for number in statement.citations:
                self._link(citations[number])

    def _list_cited(self, answer: Answer, phrases: Phrases) -> None:
        citations = {citation.number: citation for citation in answer.citations}
        for position, statement in enumerate(answer.listed):
            gap = "" if not self.text or self.text.endswith("\n\n") else "\n\n"
            self.add("\n" if position else gap)
            if statement.heading:
                self.add(f"**{escape_markdown(statement.heading)}**\n\n")
            citation = citations[statement.citations[0]]
            self.add("- ")
            self._link(citation)
            self.add(f" {_line(title_of(citation.article, phrases.code))}")
            self.add(_line(details(citation.article, phrases)))

    def _quote(self, quote: ShownQuote, phrases: Phrases) -> None:
        if quote.is_repeat:
            self.add(f"[{quote.citation.number}] ")
            return
        self.add(f"{quote.label} " if quote.label else "")
        self.add(escape_markdown(lead_before(quote)))
        self.add(f"{phrases.quote(escape_markdown(''.join(quote.parts)))}\u00a0")
        self._link(quote.citation)
        self.add("\n\n")

    def _link(self, citation: Citation) -> None:
        url = _in_markdown(citation_address(citation, self.base))
        link, start = f"[{citation.number}]({url})", len(self.text)
        title = title_of(citation.article, citation.article.language)
        self.links.append(CitationLink(url, title, start, start + len(link)))
        self.add(link)

    def _list(self, articles: tuple[Article, ...], phrases: Phrases) -> None:
        if not articles:
            return
        self.add(f"\n\n{phrases.nearest_articles}\n")
        for article in articles:
            title = _one_line(title_of(article, phrases.code))
            title = _LABEL_MARKUP.sub(r"\\\g<0>", title)
            address = _in_markdown(article_address(article, self.base))
            self.add(f"\n- [{title}]({address}){_line(details(article, phrases))}")


_MARKUP = re.compile(r"(?<!\\)(\\*+)(\](?=[(\[:])|<(?=[A-Za-z/!?]))")
_LABEL_MARKUP = re.compile(r"[\[\]<\\]")


def escape_markdown(text: str) -> str:
    """Escape Markdown links, images and HTML."""
    return _MARKUP.sub(lambda match: f"{2 * match[1]}\\{match[2]}", text)


def _line(text: str) -> str:
    return escape_markdown(_one_line(text))


def _one_line(text: str) -> str:
    return harmless(LINE_END.sub(" ", text))


def _in_markdown(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")

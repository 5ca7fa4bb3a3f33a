"""What a document shows of an answer, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.answer import LINE_END, Answer, Citation, Statement, web_address
from bot.locale.answers import Phrases, title_of
from bot.locale.text import harmless
from bot.understanding.intents import INTENTS
from index.article import Article

_SPACES = re.compile("[^\\S\u00a0\u202f]+")

_LONG_STATEMENTS = 4
_FUNCTIONS = frozenset(intent.name for intent in INTENTS if intent.group == "function")

LinkOf = Callable[[Citation], str]
"""The address of a citation, or where its article lies."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """The source of a line; `link` is where a person reads it, "" if that is no web address."""

    article: Article
    reference: str
    place: str

    @property
    def text(self) -> str:
        return f"{self.reference}, {self.place}." if self.place else f"{self.reference}."

    @property
    def link(self) -> str:
        return web_address(self.place) or ""


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A statement and its sources."""

    statement: Statement
    text: str
    notes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class ExportDocument:
    """An answer that has statements: its question, a remark on how sure it is, and sections."""

    title: str
    remark: str
    language: str
    sections: tuple[tuple[ExportLine, ...], ...]

    @classmethod
    def of(cls, answer: Answer, phrases: Phrases, link_of: LinkOf) -> ExportDocument:
        """Raises ValueError if the answer has no statements."""
        if not answer.statements:
            raise ValueError(f"{answer.outcome} without statements")
        answer = answer.whole
        citations = {citation.number: citation for citation in answer.citations}
        remark = phrases.according_to(answer.period) if answer.period else ""
        if answer.outcome == "perhaps":
            remark = phrases.doubted(answer.period)

        def line(statement: Statement) -> ExportLine:
            cited = [citations[number] for number in statement.citations]
            notes = (
                Footnote(own.article, reference(own.article, phrases), link_of(own))
                for own in cited
            )
            return ExportLine(statement, _text(statement, cited), tuple(notes))

        sections = tuple(tuple(map(line, section)) for section in answer.sections)
        return cls(one_line(answer.question), remark, phrases.code, sections)


def is_document(answer: Answer) -> bool:
    """True for an answer that is offered as a document: of the archive's functions, or long."""
    count = len(answer.statements)
    return count >= _LONG_STATEMENTS or (count > 0 and answer.intent in _FUNCTIONS)


def reference(article: Article, phrases: Phrases) -> str:
    """Author, title, outlet and day of an article."""

    def parts() -> Iterator[str]:
        if article.author:
            yield one_line(article.author)
        yield phrases.quote(one_line(title_of(article, phrases.code)))
        if article.outlet and article.outlet != article.author:
            yield one_line(article.outlet)
        if article.published:
            yield phrases.day(article.published)

    return ", ".join(parts())


def one_line(text: str) -> str:
    """A text on one line, with its no-break spaces."""
    return harmless(_SPACES.sub(" ", text).strip())


def online_place(citation: Citation) -> str:
    """The address of a citation's article; "" if it is not online."""
    return web_address(citation.article.url) or ""


def _text(statement: Statement, cited: list[Citation]) -> str:
    """The statement on one line, after the sentence that it refers to."""
    text = harmless(LINE_END.sub(" ", statement.text))
    own = next((citation for citation in cited if citation.quote == statement.text), None)
    if own is None or own.lead is None:
        return text
    between = own.article.text[own.lead.end : own.start]
    lead = harmless(LINE_END.sub(" ", own.lead.text))
    return f"{lead}{' […] ' if between.strip() else ' '}{text}"

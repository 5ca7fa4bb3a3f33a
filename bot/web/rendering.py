"""Render templates in the visitor's language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.answer import LINE_END, Citation, link_to, web_address
from bot.conversation.passage_refs import article_path
from bot.errors import SelonError, WebError
from bot.export import is_document
from bot.export.texts import ExportPhrases
from bot.help_numbers import help_line, help_text
from bot.library.articles import Library
from bot.locale import format
from bot.locale.answers import ChoicePhrases, Phrases, title_of
from bot.locale.catalogue import Language
from bot.locale.errors import error_sentence
from bot.locale.messenger import BrowsingPhrases
from bot.locale.source import details
from bot.locale.text import finalize
from bot.start_links import start_link
from bot.understanding.command import COMMANDS
from bot.understanding.texts import CommandPhrases
from bot.web.addresses import base_address
from bot.web.answer_view import lead_before
from bot.web.citation_formats import CitationFormats
from bot.web.coverage_chart import CoverageChart
from bot.web.service import Visitor, WebService
from bot.web.texts import PagePhrases
from index.article import ArticleEntry, Selection
from index.errors import IndexingError, NoIndex

HERE = Path(__file__).parent
STATIC = HERE / "static"

_HEADLINES = 5  # of the newest day, at most
_BEFORE_PUNCTUATION = re.compile(r"(?<=«) | (?=[:;!?»])")


@cache
def environment() -> Environment:
    """The templates of the pages and of the features, with autoescape."""
    folders = [HERE / "templates", *sorted(HERE.parent.glob("*/templates"))]
    templates = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "static": static_path,
        "article_path": article_path,
        "commands": COMMANDS,
        "coverage_chart": CoverageChart.of,
        "help_line": help_line,
        "help_text": help_text,
        "is_document": is_document,
        "lead_before": lead_before,
        "link_to": link_to,
        "start_link": start_link,
        "web_address": web_address,
    }
    templates.filters |= {
        "flowing": lambda text: LINE_END.sub(" ", text),
        "day": format.day,
        "number": format.number,
        "numeric_day": format.numeric_day,
    }
    return templates


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The texts of a page in one language, for templates."""

    code: Language
    page: PagePhrases
    answer: Phrases
    choice: ChoicePhrases
    browsing: BrowsingPhrases
    export: ExportPhrases
    commands: CommandPhrases

    @classmethod
    def of(cls, code: Language) -> PageTexts:
        return cls(
            code,
            PagePhrases.of(code),
            Phrases.of(code),
            ChoicePhrases.of(code),
            BrowsingPhrases.of(code),
            ExportPhrases.of(code),
            CommandPhrases.of(code),
        )

    def title(self, article: Any) -> str:
        """The title to show, whose punctuation stays on the line of its word."""
        return _BEFORE_PUNCTUATION.sub("\u00a0", title_of(article, self.code))

    def formats(self, citation: Citation, base: str) -> CitationFormats:
        return CitationFormats(citation, self.answer, base)

    def details(self, article: Any) -> str:
        """The details beside a title, without line breaks in the date."""
        text = details(article, self.answer)
        if article.published is None:
            return text
        day = self.answer.day(article.published)
        return text.replace(day, day.replace(" ", "\u00a0"))


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page, or part of one, from the template `name`."""
    return HTMLResponse(render_text(request, name, **values), status)


def render_text(request: Request, name: str, **values: Any) -> str:
    visitor: Visitor = request.state.visitor
    service: WebService = request.app.state.service
    return (
        environment()
        .get_template(name)
        .render(
            texts=PageTexts.of(visitor.language),
            holdings=current_holdings(service.library),
            path=request.url.path,
            base=base_address(service.settings, request),
            features=request.app.state.features,
            known=visitor.is_known,
            visitor=visitor,
            signs_out=visitor.name and service.settings.web_access != "proxy",
            telegram=service.telegram,
            **values,
        )
    )


def page_reason(error: SelonError | IndexingError, language: Language) -> str:
    """What a page says of an error: those of the store and the database are for operators."""
    texts = PageTexts.of(language)
    if isinstance(error, WebError):
        return error_sentence(error, language)
    return texts.answer.no_index if isinstance(error, NoIndex) else texts.page.failed


@dataclass(frozen=True, slots=True)
class PageHoldings:
    """The number of articles, the date of the newest, and those of that day."""

    articles: int
    newest: date | None
    headlines: Sequence[ArticleEntry]


def current_holdings(library: Library) -> PageHoldings | None:
    """The holdings of the index; None if it cannot be read."""
    try:
        return _holdings(library, library.generation())
    except IndexingError:
        return None


@lru_cache(2)
def _holdings(library: Library, generation: str) -> PageHoldings:
    articles = library.newest(_HEADLINES)
    newest = articles[0].published if articles else None
    return PageHoldings(
        library.holdings().articles,
        newest,
        [article for article in articles if newest and article.published == newest],
    )


@lru_cache(2)
def oldest_day(library: Library, generation: str) -> date | None:
    """The date of the oldest article of a generation; slow in a large one."""
    dated = Selection(since=date.min)
    count = library.count(dated)
    return library.newest(1, count - 1, dated)[0].published if count else None


@lru_cache
def static_path(name: str) -> str:
    """The URL of a static file, with a hash of its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"

"""The pages to list articles, and to read them at their quotes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.answer import web_address
from bot.conversation.passage_refs import PassageRef, refs_path
from bot.errors import UsageError
from bot.library.articles import Library
from bot.library.days import parse_period
from bot.locale import format
from bot.locale.catalogue import Language, part_texts
from bot.locale.chats import language_name
from bot.locale.source import host_of
from bot.web.answer_view import AnswerView
from bot.web.article_text import QuoteSpan, count_parts, part_of, text_blocks
from bot.web.conversations import answer_path
from bot.web.rendering import render
from bot.web.service import SEARCH_COST, Visitor, WebService, whole_number, without_nul
from bot.web.texts import ListPhrases, ReaderPhrases
from index.article import Article, ArticleEntry, Copy, Selection
from index.store.generation import FacetKind

PAGE_SIZE = 25  # articles
MAX_REFERENCES = 40  # quotes in an address
MAX_CHOICES = 200  # most frequent values of a filter
FIELD_LIMIT = 1_000  # characters
_FACETS: tuple[FacetKind, ...] = ("outlet", "author", "category", "language")


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """A quote in the current text of its article, and its address in the reader."""

    span: QuoteSpan
    article_id: str
    address: str


def routes(service: WebService) -> list[BaseRoute]:
    pages = ArticlePages(service)
    return [
        Route("/articles", pages.show_list, methods=["GET"]),
        Route("/articles/{article_id:path}", pages.read_article, methods=["GET"]),
    ]


class ArticlePages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def read_article(self, request: Request) -> Response:
        """Show an article at a quote of the answer `a`, or of the references `ref`."""
        query, places, answer, has_changed = request.query_params, list[QuotePlace](), "", False
        number = whole_number(query.get("n", ""))
        turn = await self._service.find_turn(query["a"]) if "a" in query else None
        if turn is not None and turn.key:
            recalled_answer = await self._service.recall(turn)
            view = AnswerView(recalled_answer.answer, turn.key)
            answer = answer_path(turn, request.state.visitor)
            has_changed = number in recalled_answer.changed_numbers
            for citation in recalled_answer.answer.whole.citations:
                if citation.number not in recalled_answer.changed_numbers:
                    span = QuoteSpan(citation.number, citation.start, citation.end)
                    address = view.place(citation)
                    places.append(QuotePlace(span, citation.article.id, address))
        return await asyncio.to_thread(self._read, request, places, number, answer, has_changed)

    def _read(
        self,
        request: Request,
        places: list[QuotePlace],
        number: int,
        answer: str,
        has_changed: bool,
    ) -> Response:
        """`answer` is the path of the answer that the `places` belong to, or ""."""
        visitor: Visitor = request.state.visitor
        phrases, query = ReaderPhrases.of(visitor.language), request.query_params
        article = self._service.library.article(_field(request.path_params["article_id"]))
        if article is None:
            return render(request, "article_gone.html", 404, phrases=phrases)
        places = places or _referenced(article, query.getlist("ref")[:MAX_REFERENCES])
        here = [quote_place for quote_place in places if quote_place.article_id == article.id]
        place = next(
            (quote_place for quote_place in here if quote_place.span.number == number), None
        )
        if place is None and here and not has_changed:
            place = here[0]
        parts = count_parts(article)
        part = whole_number(query.get("part", "")) or (
            part_of(article, place.span.start) if place else 1
        )
        return render(
            request,
            "article.html",
            phrases=phrases,
            article=article,
            byline=_byline(article, visitor.language),
            facts=list(_facts(article, visitor.language)),
            blocks=text_blocks(
                article, [quote_place.span for quote_place in here], min(part, parts)
            ),
            part=min(part, parts),
            parts=parts,
            answer=answer,
            places=places,
            at=places.index(place) if place else None,
            changed=has_changed,
            said_also=self._source_of_copy(article),
            place_of=_place,
        )

    def _source_of_copy(self, article: Article) -> Article | None:
        """The article of which this one is a copy, if any."""
        for entry in self._service.library.find(article.id):
            if entry.id == article.id and entry.copy_of:
                return self._service.library.article(entry.copy_of)
        return None

    async def show_list(self, request: Request) -> Response:
        """List the newest articles, or search, which is counted."""
        if request.query_params.get("q"):
            await self._service.count(request.state.visitor, SEARCH_COST)
        return await asyncio.to_thread(self._list, request)

    def _list(self, request: Request) -> Response:
        library, query = self._service.library, request.query_params
        visitor: Visitor = request.state.visitor
        phrases = ListPhrases.of(visitor.language)
        today = self._service.now().date()
        page = whole_number(query.get("page", ""))
        values = {name: _field(query.get(name, "")) for name in _FIELDS}
        filters = {name: value for name, value in values.items() if value}
        try:
            selection = _selection(values, today)
        except UsageError:
            selection = None
        if selection is None:
            entries, total = list[Article | ArticleEntry](), 0
        else:
            entries, total, page = _page(library, values["q"], selection, page)
        return render(
            request,
            "articles.html",
            200 if selection else 400,
            phrases=phrases,
            days=_by_day(entries, is_dated=not values["q"]),
            lines=library.opening_lines(entries),
            total=total,
            values=values,
            facets={kind: _facet(library, library.generation(), kind) for kind in _FACETS},
            filtered=bool(filters),
            language_name=lambda code: language_name(code, visitor.language),
            plain=str,
            page=page,
            pages=_count_pages(total),
            unclear=selection is None,
            page_address=lambda number: f"?{urlencode({**filters, 'page': number})}",
        )


_FIELDS = ("q", *_FACETS, "since", "until")


def _field(value: str) -> str:
    return without_nul(value[:FIELD_LIMIT]).strip()


def _selection(values: Mapping[str, str], today: date) -> Selection:
    """The selection of a form. Raises UsageError for invalid days."""
    period = parse_period(values["since"] or None, values["until"] or None, today)
    return Selection(
        outlets=tuple(filter(None, [values["outlet"]])),
        categories=tuple(filter(None, [values["category"]])),
        languages=tuple(filter(None, [values["language"]])),
        authors=tuple(filter(None, [values["author"]])),
        since=period.first if period and values["since"] else None,
        until=period.last if period and values["until"] else None,
    )


def _page(
    library: Library, words: str, selection: Selection, page: int
) -> tuple[list[Article | ArticleEntry], int, int]:
    """The articles of the nearest page, their total, and the page; best first for a search."""
    matches: list[Article | ArticleEntry] = []
    if "://" in words:
        matches += [entry for entry in library.find(words) if entry in selection]
    if words:
        matches = matches or [*library.rank(words, selection)]
    total = len(matches) if words else library.count(selection)
    page = min(max(1, page), _count_pages(total))
    skip = (page - 1) * PAGE_SIZE
    entries = matches[skip:][:PAGE_SIZE] if words else library.newest(PAGE_SIZE, skip, selection)
    return list(entries), total, page


def _by_day(
    entries: Sequence[Article | ArticleEntry], *, is_dated: bool
) -> list[tuple[date | None, list[Article | ArticleEntry]]]:
    """The articles of a list below their days, unless the best come first."""
    days = groupby(entries, key=lambda entry: entry.published if is_dated else None)
    return [(day, list(own)) for day, own in days]


def _count_pages(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


@lru_cache(16)
def _facet(library: Library, generation: str, kind: FacetKind) -> tuple[str, ...]:
    """The most frequent values in a generation; slow, since it counts all articles."""
    return tuple(library.facet(kind))[:MAX_CHOICES]


def _referenced(article: Article, values: Sequence[str]) -> list[QuotePlace]:
    """The quotes that an address refers to, except those that the article no longer has."""
    refs = [
        ref
        for ref in map(PassageRef.decode, values)
        if ref and ref.article_id == article.id and ref.excerpt(article)
    ]
    return [
        QuotePlace(
            QuoteSpan(number, ref.quote_start, ref.quote_end), article.id, refs_path(refs, number)
        )
        for number, ref in enumerate(refs, 1)
    ]


def _byline(article: Article, code: Language) -> list[str]:
    """« Jeanne Petit · 10 décembre 2024 · français · Le Phare »."""
    day = format.day(article.published, code) if article.published else None
    outlet = article.outlet if article.outlet != article.author else None
    return list(filter(None, (article.author, day, language_name(article.language, code), outlet)))


def _facts(article: Article, code: Language) -> Iterator[tuple[str, str]]:
    """Facts that are not in the byline, with labels; the file name if it is not online."""
    labels = part_texts("articles", "facts", code)
    if article.category:
        yield labels["category"], article.category
    if article.updated and article.updated != article.published:
        yield labels["updated"], format.day(article.updated, code)
    host = host_of(web_address(article.url))
    yield (labels["url"], host) if host else (labels["path"], _file_name(article.path))


def _place(copy: Copy) -> str:
    return copy.outlet or host_of(copy.url) or _file_name(copy.path)


def _file_name(path: str) -> str:
    """Strip the folders, which are private."""
    return path.rpartition("/")[2]

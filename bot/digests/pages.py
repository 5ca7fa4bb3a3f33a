"""Web pages: « Le Quotidien » as HTML and Atom, and the podcasts that `selon podcast --feed`
published in the folder `podcasts` of the data directory."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.digests import clock
from bot.digests.daily import make_daily, newest_day
from bot.digests.feed import COVER, FEED, PLAYER, SIDECAR_SUFFIXES, load_episodes, strip_illegal
from bot.digests.script import Script, written_quote
from bot.digests.script_layout import chapters, source_parts
from bot.digests.texts import DigestPageTexts, FeedPhrases
from bot.locale.catalogue import Language
from bot.web.answer_view import quotes_path
from bot.web.feature import MenuLink, WebFeature
from bot.web.rendering import render, render_text
from bot.web.service import SEARCH_COST, Visitor, WebService
from index.article import Period

PODCASTS = "podcasts"  # folder of the data directory
_CACHED_DAILIES = 16


def open_pages(service: WebService) -> WebFeature:
    pages = DigestPages(service)
    links = [MenuLink("/quotidien", lambda code: DigestPageTexts.of(code).daily)]
    if pages.folder.is_dir():
        links.append(MenuLink("/podcasts", lambda code: DigestPageTexts.of(code).podcasts))
    return WebFeature(
        [
            Route("/quotidien", pages.daily, methods=["GET"]),
            Route("/quotidien.xml", pages.feed, methods=["GET"]),
            Route("/podcasts", pages.podcasts, methods=["GET"]),
            Route("/podcasts/{name}", pages.podcast_file, methods=["GET"]),
        ],
        links,
    )


class DigestPages:
    def __init__(self, service: WebService) -> None:
        self._service = service
        self.folder = service.settings.data_dir / PODCASTS
        self._lock = asyncio.Lock()  # one digest at a time, to leave CPU for questions
        self._make = lru_cache(_CACHED_DAILIES)(partial(_make_daily, service))

    async def daily(self, request: Request) -> Response:
        """Show the news of the newest day that has some, or of the day in the query."""
        return render(request, "daily.html", **await self._values(request, 1))

    async def feed(self, request: Request) -> Response:
        """Those with the news of the day before as an Atom feed, one entry per story."""
        text = render_text(request, "daily.xml", **await self._values(request, 2))
        return Response(strip_illegal(text), media_type="application/atom+xml")

    async def podcasts(self, request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        return render(
            request,
            "podcasts.html",
            phrases=DigestPageTexts.of(visitor.language),
            about=FeedPhrases.of(visitor.language).about,
            episodes=list(reversed(await asyncio.to_thread(load_episodes, self.folder))),
            feed=FEED,
            day_of=date.fromisoformat,
        )

    async def podcast_file(self, request: Request) -> Response:
        """Serve the feed, its cover and player, or an episode's audio, transcript or chapters."""
        files = [episode["file"] for episode in await asyncio.to_thread(load_episodes, self.folder)]
        sidecars = [
            Path(file).with_suffix(suffix).name for file in files for suffix in SIDECAR_SUFFIXES
        ]
        path = self.folder / request.path_params["name"]
        if path.name not in (FEED, COVER, PLAYER, *files, *sidecars) or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path)

    async def _values(self, request: Request, days: int) -> dict[str, Any]:
        visitor: Visitor = request.state.visitor
        today = clock.today()
        usual = await asyncio.to_thread(self._newest_day, visitor.language, today) or today
        try:
            day = date.fromisoformat(request.query_params.get("day", usual.isoformat()))
            before = day - timedelta(days=1)
        except (ValueError, OverflowError) as error:
            raise HTTPException(404) from error
        earlier = await asyncio.to_thread(self._newest_day, visitor.language, before)
        if day != usual:  # this digest is cached for everybody
            await self._service.count(visitor, SEARCH_COST)
        async with self._lock:
            period = Period(day - timedelta(days=days - 1), day)
            script = await asyncio.to_thread(self._load_daily, visitor.language, period)
        return {
            "phrases": DigestPageTexts.of(visitor.language),
            "script": script,
            "chapters": chapters(script),
            "day": day,
            "before": earlier or before,
            "earlier": earlier,
            "after": day + timedelta(days=1) if day < today else None,
            "written_quote": written_quote,
            "source_parts": source_parts,
            "quotes_path": quotes_path,
        }

    def _newest_day(self, language: Language, until: date) -> date | None:
        return newest_day(self._service.library.searcher().generation, language, until)

    def _load_daily(self, language: Language, period: Period) -> Script:
        library = self._service.library
        script = self._make(library.generation(), language, period)
        if any(library.article(source.id) is None for source in script.sources):  # withdrawn since
            self._make.cache_clear()
            script = self._make(library.generation(), language, period)
        return script


def _make_daily(service: WebService, generation: str, language: Language, period: Period) -> Script:
    return make_daily(service.library.searcher().generation, period, language)

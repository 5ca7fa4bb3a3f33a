"""The page of the state: the index, its builder, the models, the sites fetched, the day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.library.paths import SENT_FOLDER, fetched_dir
from bot.library.status import built_text, day_lines, index_rows
from bot.locale.administration import AdministrationPhrases
from bot.locale.catalogue import Language
from bot.locale.errors import error_sentence
from bot.settings import Settings, index_store
from bot.web.administration.page import AdminSite
from bot.web.administration.texts import OperatorPhrases
from index.errors import IndexingError


@dataclass(frozen=True, slots=True)
class FetchedSite:
    """A host whose articles were fetched: how many files, and when the last one came."""

    host: str
    files: int
    newest: str


class StatePage:
    def __init__(self, site: AdminSite) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        return [self._site.route("", self.show)]

    async def show(self, request: Request) -> Response:
        service, language = self._site.service, request.state.visitor.language

        def day(session: Session) -> list[str]:
            phrases = AdministrationPhrases.of(language)
            return day_lines(session, service.settings, service.now(), phrases)

        rows, problem = await asyncio.to_thread(self._index, language)
        return self._site.page(
            request,
            "etat",
            rows=rows,
            problem=problem,
            builder=await asyncio.to_thread(self._builder, language),
            day=await service.state.run(day),
            sites=await asyncio.to_thread(fetched_sites, service.settings, language),
        )

    def _index(self, language: Language) -> tuple[list[tuple[str, str]], str]:
        """What the index holds, and what is wrong with it."""
        store = index_store(self._site.service.settings)
        try:
            rows = index_rows(store.facts(), len(store.removed()), language)
            self._site.service.library.check()
        except IndexingError as error:
            return [], error_sentence(error, language)
        return rows, ""

    def _builder(self, language: Language) -> list[str]:
        """When the builder last looked, and its last build."""
        phrases = OperatorPhrases.of(language)
        try:
            status = index_store(self._site.service.settings).builder_status()
        except IndexingError as error:
            return [error_sentence(error, language)]
        if status is None:
            return [phrases.no_builder]
        lines = [phrases.builder_seen(_moment(status.seen, language))]
        if status.built is not None and status.outcome is not None:
            outcome = phrases.outcomes[status.outcome]
            lines.append(phrases.builder_built(_moment(status.built, language), outcome))
        return lines


def fetched_sites(settings: Settings, language: Language) -> Sequence[FetchedSite]:
    """The hosts below the folder of fetched articles, the newest first."""
    root = fetched_dir(settings)
    folders = [path for path in root.glob("*") if path.is_dir() and path.name != SENT_FOLDER]
    found = []
    for folder in folders:
        times = [path.stat().st_mtime for path in folder.glob("[!.]*")]
        if times:
            found.append((max(times), folder.name, len(times)))
    return [
        FetchedSite(host, files, _moment(newest, language))
        for newest, host, files in sorted(found, reverse=True)
    ]


def _moment(seconds: float, language: Language) -> str:
    return built_text(datetime.fromtimestamp(seconds, UTC), language)

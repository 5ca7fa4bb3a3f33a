"""The page of the state: the index, its builder, the models, the sources, the day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.errors import SettingsError
from bot.library.sources import load_sources, source_lines, try_source
from bot.library.status import built_text, day_lines, index_rows
from bot.locale.administration import AdministrationPhrases
from bot.locale.catalogue import Language
from bot.locale.errors import error_sentence
from bot.locale.watch import SourcePhrases
from bot.settings import index_store
from bot.web.administration.page import AdminSite, address
from bot.web.administration.texts import OperatorPhrases
from index.errors import IndexingError
from index.fetch.gatherer import GatheredAddress


class StatePage:
    def __init__(self, site: AdminSite) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        check = self._site.route("/sources", self.check, "POST", "administrator")
        return [self._site.route("", self.show), check]

    async def show(self, request: Request) -> Response:
        service, language = self._site.service, request.state.visitor.language

        def day(session: Session) -> list[str]:
            phrases = AdministrationPhrases.of(language)
            return day_lines(session, service.settings, service.now(), phrases)

        features = request.app.state.features
        own = [await feature.status(language) for feature in features if feature.status]
        rows, problem = await asyncio.to_thread(self._index, language)
        return self._site.page(
            request,
            "etat",
            rows=rows,
            problem=problem,
            builder=await asyncio.to_thread(self._builder, language),
            day=await service.state.run(day),
            feature_status=[line for lines in own for line in lines],
            sources=await asyncio.to_thread(self._sources, language),
        )

    async def check(self, request: Request) -> Response:
        """Read the first articles of a source in the background, and keep nothing."""
        language, settings = request.state.visitor.language, self._site.service.settings
        async with request.form(max_files=0, max_fields=1) as form:
            source = load_sources(settings).get(str(form.get("name", "")))
        if source is not None:

            def job() -> str:
                events = try_source(settings, source)
                count = sum(isinstance(event, GatheredAddress) for event in events)
                return SourcePhrases.of(language).found(count)

            self._site.job.start("etat", source.name, language, job)
        return RedirectResponse(address("etat"), 303)

    def _sources(self, language: Language) -> list[tuple[str, list[str]]]:
        """The sources by name, with their lines; under no name, what is wrong with their file."""
        settings = self._site.service.settings
        try:
            sources = load_sources(settings)
        except SettingsError as error:
            return [("", [error_sentence(error, language)])]
        return [(name, source_lines(settings, one, language)) for name, one in sources.items()]

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


def _moment(seconds: float, language: Language) -> str:
    return built_text(datetime.fromtimestamp(seconds, UTC), language)

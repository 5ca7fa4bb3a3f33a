"""The page of articles: adding, removing, building again, and the files that cannot be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.embedder import open_embedder
from bot.errors import UsageError
from bot.library.documents import Documents, ReceivedDocument, take_address, take_file
from bot.library.progress import report_lines
from bot.library.removal import restore_target, withdraw
from bot.locale.administration import AdministrationPhrases, RemovalPhrases
from bot.locale.errors import error_sentence, error_text
from bot.locale.messenger import DocumentPhrases
from bot.operations.logs import PublicText
from bot.settings import index_store
from bot.state.audit import ActLog
from bot.web.administration.page import AdminSite, address
from bot.web.administration.texts import OperatorPhrases
from bot.web.service import without_nul
from index.article import Article, ArticleEntry
from index.errors import IndexingError
from index.ingestion.readings import failed_files
from index.store.removals import RemovedArticles

logger = logging.getLogger(__name__)

ARTICLES = address("articles")
FILE_BYTES = 20 * 2**20
_FOUND = 20
_FAILED = 200
_FIELD_CHARACTERS = 500


class ManagedArticlePages:
    def __init__(self, site: AdminSite) -> None:
        self._site = site
        self._service = site.service

    def routes(self) -> list[BaseRoute]:
        route = self._site.route
        return [
            route("/articles", self.show),
            route("/articles", self.add, "POST", max_body_size=FILE_BYTES + 100_000),
            route("/articles/index", self.build, "POST", "administrator"),
            route("/articles/retirer", self.remove, "POST", "administrator"),
            route("/articles/retablir", self.restore, "POST", "administrator"),
        ]

    @cached_property
    def _documents(self) -> Documents:
        index, settings = self._service.index, self._service.settings
        return Documents(settings, index.embedder if index else open_embedder(settings, lazy=True))

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def add(self, request: Request) -> Response:
        """Take a file or an address, and add it in the background."""
        language = request.state.visitor.language
        async with request.form(max_files=1, max_fields=2) as form:
            url, file = str(form.get("url", "")).strip()[:4096], form.get("file")
            take: Callable[[Path], ReceivedDocument] | None = None
            if isinstance(file, UploadFile) and file.filename:
                take = partial(take_file, await file.read(), file.filename)
            elif url:
                take = partial(take_address, url, self._service.settings)
        if take is None:
            problem = OperatorPhrases.of(language).nothing_to_add
            return await self._page(request, 422, problem)
        log = self._service.act_log(request.state.visitor)
        number = int(self._service.now().timestamp())  # in the name of the file that is kept

        def job() -> str:
            with TemporaryDirectory(prefix="selon-") as folder:
                self._site.job.step("read")
                received = take(Path(folder))
                self._site.job.step("embed")
                filed = self._documents.add_to_corpus(number, received.path)
                log.note("add", [received.name])
            return DocumentPhrases.of(language).filed(received.name, filed.embargo)

        self._site.job.start("articles", OperatorPhrases.of(language).adding, language, job)
        return RedirectResponse(ARTICLES, 303)

    async def build(self, request: Request) -> Response:
        """Build the index again in the background."""
        job, language = self._site.job, request.state.visitor.language
        log = self._service.act_log(request.state.visitor)

        def build() -> str:
            report = self._documents.rebuild(job, job.stop.is_set, log)
            return "\n".join(report_lines(report, language))

        job.start("articles", AdministrationPhrases.of(language).reindex, language, build)
        return RedirectResponse(ARTICLES, 303)

    async def remove(self, request: Request) -> Response:
        article_id = await _article_id(request)
        try:
            log = self._service.act_log(request.state.visitor)
            entries = await asyncio.to_thread(self._withdraw, article_id, log)
        except UsageError as error:
            problem = error_sentence(error, request.state.visitor.language)
            return await self._page(request, 422, problem)
        if entries:
            logger.info("An administrator removed articles: %s", PublicText(article_id))
        return RedirectResponse(ARTICLES, 303)

    async def restore(self, request: Request) -> Response:
        article_id = await _article_id(request)
        log = self._service.act_log(request.state.visitor)
        await asyncio.to_thread(restore_target, self._service.settings, article_id, log)
        return RedirectResponse(ARTICLES, 303)

    def _withdraw(self, article_id: str, log: ActLog) -> Sequence[ArticleEntry]:
        generation = self._service.library.searcher().generation
        entries = [entry for entry in generation.find(article_id) if entry.id == article_id]
        withdraw(self._service.settings, generation, entries, log)
        return entries

    async def _page(self, request: Request, status: int = 200, problem: str = "") -> Response:
        words = without_nul(request.query_params.get("q", "")[:_FIELD_CHARACTERS]).strip()
        language = request.state.visitor.language
        store = index_store(self._service.settings)
        removed = await asyncio.to_thread(lambda: RemovedArticles(store).articles)
        failed = await asyncio.to_thread(failed_files, store)
        return self._site.page(
            request,
            "articles",
            status,
            problem=problem,
            words=words,
            found=await asyncio.to_thread(self._find, words) if words else (),
            removed=list(reversed(removed)),
            failed=[error_text(file, language) for file in failed[:_FAILED]],
            failed_count=len(failed),
            removal=RemovalPhrases.of(language),
            reindex=AdministrationPhrases.of(language).reindex,
        )

    def _find(self, words: str) -> Sequence[Article | ArticleEntry]:
        """The articles of this ID, path, address or title, else those about these words."""
        try:
            found = self._service.library.find(words) or self._service.library.rank(words)
        except IndexingError as error:
            logger.info("No article can be found: %s", error)
            return ()
        return found[:_FOUND]


async def _article_id(request: Request) -> str:
    async with request.form(max_files=0, max_fields=2) as form:
        return without_nul(str(form.get("id", "")))[:_FIELD_CHARACTERS]

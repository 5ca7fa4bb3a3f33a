"""The pages of « Mon dossier »: one's own quotes, the sentences of an article to keep, and what
others see of quotes that are shared."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.answer import Citation
from bot.clippings import clipping_records as records
from bot.clippings.calls import PATH, clipping_calls
from bot.clippings.clipping_records import CLIPPING_LIMIT
from bot.clippings.clippings import Clipping, news_of
from bot.clippings.own_clippings import OwnClippings, load_own
from bot.clippings.texts import ClippingPhrases
from bot.conversation.passage_refs import PassageRef, citations_of
from bot.locale.catalogue import Language
from bot.web.addresses import base_address
from bot.web.answer_view import quotes_path
from bot.web.feature import MenuLink, WebFeature
from bot.web.openapi import ApiOperation
from bot.web.rendering import environment, render, render_text
from bot.web.service import KEY_BYTES, READ_COST, Visitor, WebService, without_nul
from index.ingestion.passages import cut

CLIPPINGS = "/dossier"
SHARED = f"{CLIPPINGS}/partage"
_MOVES = {"up": -1, "down": 1}
_MAX_SENTENCES = 2_000  # of an article, to choose from


def open_pages(service: WebService) -> WebFeature:
    pages = ClippingPages(service)
    return WebFeature(
        [
            Route(CLIPPINGS, pages.show, methods=["GET"]),
            Route(CLIPPINGS, pages.keep, methods=["POST"]),
            Route(SHARED, pages.share, methods=["POST"]),
            Route(f"{SHARED}/{{key}}", pages.show_shared, methods=["GET"]),
            Route(f"{SHARED}/{{key}}", pages.take, methods=["POST"]),
            Route(f"{CLIPPINGS}/document.{{suffix}}", pages.document, methods=["GET"]),
            Route(f"{CLIPPINGS}/article/{{article_id}}", pages.choose, methods=["GET"]),
            Route(f"{CLIPPINGS}/{{id:int}}", pages.change, methods=["POST"]),
        ],
        [MenuLink(CLIPPINGS, lambda code: ClippingPhrases.of(code).title)],
        notice=pages.notice,
        quote=lambda citation, code: _keep_form(PassageRef.of(citation).encode(), code),
        reader=partial(_part, "clipping_reader.html"),
        operations=[
            ApiOperation(
                "dossier_document",
                "GET",
                f"{PATH}/document.{{suffix}}",
                pages.document,
                "application/octet-stream",
                statuses=(401, 403, 404),
                summaries=lambda code: ClippingPhrases.of(code).summaries,
            )
        ],
        calls=clipping_calls(service),
    )


class ClippingPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def show(self, request: Request) -> Response:
        """Show the visitor's clippings; what they see of changed articles counts as told."""
        person = request.state.visitor.person_id
        clippings = await self._own(request).load()
        if news := news_of(clippings):
            await self._service.state.run(records.mark_told, person_id=person, states=news)
        key = await self._service.state.run(records.share_key, person_id=person)
        return self._page(request, clippings, key, is_own=True)

    def _page(
        self,
        request: Request,
        clippings: Sequence[Clipping],
        key: str,
        status: int = 200,
        *,
        is_own: bool,
    ) -> Response:
        return render(
            request,
            "clippings.html",
            status,
            phrases=_phrases(request),
            clippings=clippings,
            key=key,
            is_own=is_own,
            full=CLIPPING_LIMIT if status == 409 else 0,
            quotes_path=quotes_path,
        )

    async def keep(self, request: Request) -> Response:
        """Keep the quotes of a form; return part of the page to the script, else redirect."""
        async with request.form(max_files=0, max_fields=_MAX_SENTENCES) as form:
            refs = [str(ref) for ref in form.getlist("ref")[:CLIPPING_LIMIT]]
        visitor: Visitor = request.state.visitor
        await self._service.count(visitor, READ_COST)
        citations = await asyncio.to_thread(self._cite, refs)
        if refs and not citations:
            raise HTTPException(404)
        if not await self._own(request).keep(citations):
            return await self._full(request)
        if "x-part" in request.headers:
            return render(
                request, "clipping_keep.html", phrases=_phrases(request), kept=True, ref=""
            )
        return RedirectResponse(CLIPPINGS, 303)

    def _own(self, request: Request) -> OwnClippings:
        return OwnClippings(self._service, request.state.visitor)

    async def _full(self, request: Request) -> Response:
        person = request.state.visitor.person_id
        key = await self._service.state.run(records.share_key, person_id=person)
        clippings = await self._own(request).load()
        return self._page(request, clippings, key, 409, is_own=True)

    def _cite(self, refs: Iterable[str]) -> list[Citation]:
        sources = [{"ref": ref, "number": 1, "cited": True} for ref in map(without_nul, refs)]
        sources = [source for source in sources if PassageRef.decode(str(source["ref"]))]
        return [*citations_of(sources, self._service.library.article, cited=True)]

    async def change(self, request: Request) -> Response:
        """Move or delete a clipping, or store its note, which every button sends."""
        async with request.form(max_files=0, max_fields=2) as form:
            action, note = str(form.get("do", "")), str(form.get("note", ""))
        own, number = self._own(request), request.path_params["id"]
        if not 0 < number < 2**63:
            raise HTTPException(404)
        if action == "delete":
            await own.delete(number)
            return RedirectResponse(CLIPPINGS, 303)
        await own.change(number, note, _MOVES.get(action, 0))
        clippings = await own.load()
        at = next((at for at, clipping in enumerate(clippings, 1) if clipping.id == number), 1)
        return RedirectResponse(f"{CLIPPINGS}#c{at}", 303)

    async def share(self, request: Request) -> Response:
        """Share the quotes at a new address, or no longer."""
        async with request.form(max_files=0, max_fields=1) as form:
            key = secrets.token_urlsafe(KEY_BYTES) if form.get("share") else ""
        person, now = request.state.visitor.person_id, self._service.now()
        await self._service.state.run(records.share_clippings, person_id=person, key=key, now=now)
        return RedirectResponse(CLIPPINGS, 303)

    async def show_shared(self, request: Request) -> Response:
        """Show the quotes of a link: neither notes nor whose they are."""
        clippings = await load_own(self._service, await self._owner(request))
        return self._page(request, clippings, request.path_params["key"], is_own=False)

    async def take(self, request: Request) -> Response:
        """Copy the quotes of a link to the visitor's own."""
        clippings = await load_own(self._service, await self._owner(request))
        visitor: Visitor = request.state.visitor
        await self._service.count(visitor, READ_COST)
        citations = [own.citation for own in clippings if own.citation and not own.state]
        if not await self._own(request).keep(citations):
            return await self._full(request)
        return RedirectResponse(CLIPPINGS, 303)

    async def _owner(self, request: Request) -> int:
        key = without_nul(request.path_params["key"])
        owner = await self._service.state.run(records.owner_of_share, key=key)
        if owner is None:
            raise HTTPException(404)
        return owner

    async def document(self, request: Request) -> Response:
        suffix = request.path_params["suffix"]
        base = base_address(self._service.settings, request)
        content, media_type = await self._own(request).write(suffix, base)
        name = f"{_phrases(request).file_name}.{suffix}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=media_type, headers=headers)

    async def choose(self, request: Request) -> Response:
        """The sentences of an article, to keep some."""
        return await asyncio.to_thread(self._choose, request)

    def _choose(self, request: Request) -> Response:
        article = self._service.library.article(without_nul(request.path_params["article_id"]))
        if article is None:
            raise HTTPException(404)
        found = [
            Citation.of(1, sentence, passage, article)
            for passage in cut(article)
            for sentence in passage.sentences
        ]
        return render(
            request,
            "clipping_article.html",
            phrases=_phrases(request),
            article=article,
            sentences=[(PassageRef.of(own).encode(), own.quote) for own in found[:_MAX_SENTENCES]],
        )

    async def notice(self, request: Request) -> str:
        """Say on the home page that articles behind the visitor's quotes have changed."""
        count = len(news_of(await self._own(request).load()))
        phrases = _phrases(request)
        return render_text(request, "clipping_notice.html", phrases=phrases, count=count)


def _phrases(request: Request) -> ClippingPhrases:
    return ClippingPhrases.of(request.state.visitor.language)


def _keep_form(ref: str, code: Language) -> str:
    phrases = ClippingPhrases.of(code)
    return (
        environment()
        .get_template("clipping_keep.html")
        .render(phrases=phrases, ref=ref, kept=False)
    )


def _part(name: str, article_id: str, code: Language) -> str:
    phrases = ClippingPhrases.of(code)
    return environment().get_template(name).render(phrases=phrases, article_id=article_id)

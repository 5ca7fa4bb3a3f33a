"""The pages to show, download and erase a visitor's data."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.llm.factory import recipients
from bot.locale.messenger import PersonalPhrases
from bot.state import audit, privacy
from bot.web.cookies import cookie_header
from bot.web.rendering import render
from bot.web.service import WebService

DATA, FORGET = "/mesdonnees", "/oublier"


def routes(service: WebService) -> list[BaseRoute]:
    pages = PersonalPages(service)
    return [
        Route(DATA, pages.show, methods=["GET"]),
        Route(f"{DATA}.json", pages.download, methods=["GET"]),
        Route(FORGET, pages.confirm, methods=["GET"]),
        Route(FORGET, pages.forget, methods=["POST"]),
    ]


class PersonalPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def show(self, request: Request) -> Response:
        visitor, settings = request.state.visitor, self._service.settings
        records = await self._service.state.run(privacy.count_records, person_id=visitor.person_id)
        where = _phrases(request).whereabouts(recipients(settings), settings.privacy_note)
        days = settings.keep_days
        return render(request, "personal.html", records=records, days=days, where=where)

    async def download(self, request: Request) -> Response:
        visitor = request.state.visitor
        records = await self._service.state.run(privacy.export_person, person_id=visitor.person_id)
        name = _phrases(request).data_file
        return Response(
            json.dumps(records, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    async def confirm(self, request: Request) -> Response:
        return render(request, "forget.html", phrases=_phrases(request), forgotten=False)

    async def forget(self, request: Request) -> Response:
        """Erase everything in one transaction, and remove the cookie."""
        state, person = self._service.state, request.state.visitor.person_id
        await state.erase(privacy.erase_person, person_id=person)
        phrases, acts = _phrases(request), await state.run(audit.has_acts, person_id=person)
        response = render(request, "forget.html", phrases=phrases, forgotten=True, acts=acts)
        response.headers.append("set-cookie", cookie_header("", request.url.scheme, days=0))
        return response


def _phrases(request: Request) -> PersonalPhrases:
    return PersonalPhrases.of(request.state.visitor.language)

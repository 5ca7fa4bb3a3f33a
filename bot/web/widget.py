"""The widget for other sites: `/widget.js`, and the page `/embed` in its frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import get_args
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.followups.turn import HISTORY_TURNS
from bot.locale.catalogue import Language
from bot.web.answer_view import AnswerView
from bot.web.rendering import STATIC, render
from bot.web.service import QUESTION_LIMIT, WebService
from bot.web.texts import WidgetPhrases

EMBED = "/embed"
SCRIPT = "/widget.js"
_FIELDS = 12


def routes(service: WebService) -> list[BaseRoute]:
    widget = Widget(service)
    return [
        Route(SCRIPT, widget.script, methods=["GET"]),
        Route(EMBED, widget.show, methods=["GET"]),
        Route(EMBED, widget.ask, methods=["POST"]),
    ]


class Widget:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def script(self, request: Request) -> Response:
        """The script for other sites, with its texts."""
        texts = {
            code: {name: getattr(phrases, name) for name in ("open", "close", "failed", "link")}
            for code in get_args(Language)
            for phrases in [WidgetPhrases.of(code)]
        }
        script = (STATIC / "widget.js").read_text("utf-8").replace("TEXTS", json.dumps(texts))
        headers = {"cache-control": "public, max-age=3600"}
        return Response(script, media_type="text/javascript", headers=headers)

    async def show(self, request: Request) -> Response:
        return render(request, "embed.html", view=None, earlier=())

    async def ask(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=_FIELDS) as form:
            question = str(form.get("reading") or form.get("q", ""))
            earlier = [str(value)[:QUESTION_LIMIT] for value in form.getlist("earlier")]
        stored_answer = await self._service.ask(question, request.state.visitor, earlier=earlier)
        if stored_answer.answer.is_remembered:
            earlier = [*earlier, question][-HISTORY_TURNS:]
        view = AnswerView(stored_answer.answer, stored_answer.key)
        return render(request, "embed.html", view=view, earlier=earlier)


class Frames:
    """Middleware: allows only these origins to show `/embed` in a frame."""

    def __init__(self, app: ASGIApp, origins: Sequence[str], csp: str) -> None:
        self._app = app
        self._origins = origins
        nobody = "frame-ancestors 'none'"
        ancestors = f"frame-ancestors {' '.join(origins)}"
        self._csp = csp.replace(nobody, ancestors if origins else nobody)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (EMBED, SCRIPT):
            await self._app(scope, receive, send)
            return
        if scope["path"] == EMBED and not self._may_show(Request(scope)):
            refusal = PlainTextResponse("this site may not show Selon: SELON_WEB_EMBED\n", 403)
            await refusal(scope, receive, send)
            return

        async def send_to_other_sites(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = self._csp
                headers["cross-origin-resource-policy"] = "cross-origin"
            await send(message)

        await self._app(scope, receive, send_to_other_sites)

    def _may_show(self, request: Request) -> bool:
        """False if the referrer is another site; without a referrer, the CSP decides."""
        site = urlsplit(request.headers.get("referer", ""))
        is_own = site.netloc == request.headers.get("host")
        origin = f"{site.scheme}://{site.netloc}".lower()
        return bool(self._origins) and (not site.netloc or is_own or origin in self._origins)

"""The pages that ask and answer."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.answer_view import AnswerView
from bot.web.rendering import render
from bot.web.service import Visitor, WebService

CONVERSATIONS = 2**53  # numbers of conversations


def routes(service: WebService) -> list[BaseRoute]:
    pages = AskPages(service)
    return [
        Route("/", pages.home, methods=["GET"]),
        Route("/", pages.ask, methods=["POST"]),
        Route("/a/{key}", pages.answer, methods=["GET"]),
    ]


class AskPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def home(self, request: Request) -> Response:
        """The empty page, or the answer to `?q=`.

        A link from elsewhere only fills in the question: nobody else asks on a visitor's behalf.
        """
        question = request.query_params.get("q", "")
        if question and request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return await self._ask(request, question, _conversation(""))
        return render(request, "ask.html", question=question, conversation=_conversation(""))

    async def ask(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            question, conversation = str(form.get("q", "")), str(form.get("conversation", ""))
        return await self._ask(request, question, _conversation(conversation))

    async def answer(self, request: Request) -> Response:
        """The permanent address of an answer."""
        turn = await self._service.stored(request.path_params["key"])
        if turn is None or turn.key is None:
            return render(request, "missing.html", 404)
        recalled = await self._service.recalled(turn)
        view = AnswerView(recalled.answer, turn.key, recalled.changed, recalled.withdrawn)
        visitor: Visitor = request.state.visitor
        own = turn.place.person_id == visitor.person_id
        conversation = turn.place.thread_id if own else _conversation("")
        return render(request, "answer.html", view=view, question="", conversation=conversation)

    async def _ask(self, request: Request, question: str, conversation: int) -> Response:
        """The answer's own address; the page itself if the answer is not stored."""
        stored = await self._service.ask(question, request.state.visitor, conversation)
        if stored.key:
            return RedirectResponse(f"/a/{stored.key}", 303)
        view = AnswerView(stored.answer)
        return render(request, "answer.html", view=view, question="", conversation=conversation)


def _conversation(written: str) -> int:
    """The number of a conversation as a form has it, or a new one."""
    if written.isascii() and written.isdigit() and len(written) <= 16:
        return int(written) % CONVERSATIONS
    return secrets.randbelow(CONVERSATIONS)

"""The pages for questions and answers."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import MissingPage, StateError, WebError
from bot.export import EXPORT_FORMATS, export_name
from bot.library.examples import Examples
from bot.operations.metrics import METERS
from bot.state import votes
from bot.state.conversations import ConversationPlace
from bot.web.addresses import base_address, citation_address
from bot.web.answer_view import AnswerView
from bot.web.conversations import (
    answer_path,
    conversation_path,
    may_vote,
    new_number,
    parse_number,
    view_answer,
)
from bot.web.heartbeats import respond_when_ready
from bot.web.rendering import (
    PageTexts,
    current_holdings,
    oldest_day,
    page_reason,
    render,
    render_text,
)
from bot.web.service import Visitor, WebService, plain_question
from index.errors import IndexingError

logger = logging.getLogger(__name__)

VOTE_COST = 0.2  # in questions
_FIELDS = 8
WHOLE = "all"  # of the query: shows the rest of the lines, too


def routes(service: WebService) -> list[BaseRoute]:
    pages = AskPages(service)
    return [
        Route("/", pages.home, methods=["GET"]),
        Route("/", pages.ask, methods=["POST"]),
        Route("/answer", pages.part, methods=["POST"]),
        Route("/a/{key}", pages.answer, methods=["GET"]),
        Route("/a/{key}/document.{suffix}", pages.document, methods=["GET"]),
        Route("/a/{key}/vote", pages.vote, methods=["POST"]),
    ]


class AskPages:
    def __init__(self, service: WebService) -> None:
        self._service = service
        self._examples = Examples(service.quote, service.library)

    async def home(self, request: Request) -> Response:
        """The empty page, or the answer to `?q=`; a link from another site only fills the form."""
        question = request.query_params.get("q", "")
        if question and not request.state.visitor.is_sent:
            return await self._ask(request, question, new_number())
        library, oldest = self._service.library, None
        if (holdings := current_holdings(library)) and holdings.newest:
            oldest = await asyncio.to_thread(oldest_day, library, library.generation())
        return render(
            request,
            "ask.html",
            question=question,
            oldest=oldest,
            conversation=new_number(),
            examples=self._examples.of(request.state.visitor.language)[:1],
            requests=self._examples.requests(request.state.visitor.language),
            notices=[
                await feature.notice(request)
                for feature in request.app.state.features
                if feature.notice
            ],
        )

    async def ask(self, request: Request) -> Response:
        question, conversation, _ = await _question(request)
        return await self._ask(request, question, conversation)

    async def _ask(self, request: Request, question: str, conversation: int) -> Response:
        """Redirect to the conversation, or show the answer here if it is not stored."""
        stored_answer = await self._service.ask(question, request.state.visitor, conversation)
        if stored_answer.key:
            return RedirectResponse(conversation_path(conversation), 303)
        view = AnswerView(stored_answer.answer)
        return self._page(request, view, conversation)

    async def part(self, request: Request) -> Response:
        """Answer as a part of a page, in JSON, for the script."""
        part = self._part(request, *await _question(request))
        return respond_when_ready(part, "application/json", silence="\n")

    async def _part(
        self, request: Request, question: str, conversation: int, is_retry: bool
    ) -> str:
        visitor: Visitor = request.state.visitor
        try:
            view = await self._find(question, visitor, conversation) if is_retry else None
            if view is None:
                stored_answer = await self._service.ask(question, visitor, conversation)
                view = AnswerView(stored_answer.answer, stored_answer.key)
        except (WebError, IndexingError, StateError) as error:
            if not isinstance(error, WebError):
                METERS.failures.inc()
                logger.error("A question could not be answered: %s", error)
            return json.dumps({"problem": page_reason(error, visitor.language)})
        page = PageTexts.of(visitor.language).page
        return json.dumps(
            {
                "html": render_text(request, "answer_part.html", view=view),
                "url": conversation_path(conversation) if view.key else "",
                "title": f"{view.answer.question or page.question} · Selon",
                "next": page.follow_up,
            }
        )

    async def _find(self, question: str, visitor: Visitor, conversation: int) -> AnswerView | None:
        """The answer to the last question of a conversation, if it is this one: stored, but lost on
        its way."""
        place = ConversationPlace(visitor.person_id, conversation, visitor.person_id)
        turns = await self._service.readable(await self._service.turns(place, 1))
        if not turns or turns[0].question != plain_question(question):
            return None
        return await view_answer(self._service, turns[0], visitor)

    async def answer(self, request: Request) -> Response:
        """The permanent page of an answer."""
        turn = await self._service.find_turn(request.path_params["key"])
        if turn is None:
            return render(request, "missing.html", 404)
        visitor: Visitor = request.state.visitor
        path = answer_path(turn, visitor)
        view = await view_answer(self._service, turn, visitor)
        if WHOLE in request.query_params:
            view = replace(view, answer=view.answer.whole)
        return self._page(request, view, turn.place.thread_id if "#" in path else new_number())

    def _page(self, request: Request, view: AnswerView, conversation: int) -> Response:
        """The page of one answer."""
        return render(
            request, "answer.html", views=[view], title="", earlier=(), conversation=conversation
        )

    async def document(self, request: Request) -> Response:
        """An answer as a file. Raises MissingPage if it cites nothing."""
        turn = await self._service.find_turn(request.path_params["key"])
        form = EXPORT_FORMATS.get(request.path_params["suffix"])
        if turn is None or form is None:
            return render(request, "missing.html", 404)
        answer = (await self._service.recall(turn)).answer
        if not answer.statements:
            raise MissingPage("web-nothing-cited")
        language = request.state.visitor.language
        link_of = partial(citation_address, base=base_address(self._service.settings, request))
        content = await asyncio.to_thread(form.export, answer, language, link_of)
        name = export_name(answer, form, language)
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=form.media_type, headers=headers)

    async def vote(self, request: Request) -> Response:
        """Store a vote or its reason; return part of the page to the script, else redirect."""
        async with request.form(max_files=0, max_fields=_FIELDS) as form:
            good, reason = form.get("vote"), form.get("reason")
        visitor: Visitor = request.state.visitor
        await self._service.count(visitor, VOTE_COST)
        turn = await self._service.find_turn(request.path_params["key"])
        if turn is None or not may_vote(turn, visitor):
            return render(request, "missing.html", 404)
        run, person = self._service.state.run, visitor.person_id
        if good in ("good", "bad"):
            now, is_good = self._service.now(), good == "good"
            await run(votes.cast, turn_id=turn.id, person_id=person, good=is_good, now=now)
        for known_reason in votes.REASONS:
            if reason == known_reason:
                await run(votes.explain, turn_id=turn.id, person_id=person, reason=known_reason)
        if "x-part" in request.headers:
            view = await view_answer(self._service, turn, visitor)
            return render(request, "vote.html", view=view)
        return RedirectResponse(answer_path(turn, visitor), 303)


async def _question(request: Request) -> tuple[str, int, bool]:
    """Parse a form into its question, its conversation, and whether it was sent before."""
    async with request.form(max_files=0, max_fields=_FIELDS) as form:
        question = str(form.get("reading") or form.get("q", ""))
        number = parse_number(str(form.get("conversation", ""))) or new_number()
        return question, number, "retry" in form

"""The pages of a visitor's own conversations: each, and the list of all."""

from __future__ import annotations

import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.state import conversations, votes
from bot.state.conversations import ConversationPlace, TurnRecord
from bot.web.answer_view import AnswerView
from bot.web.rendering import render
from bot.web.service import Visitor, WebService, without_nul

LIST = "/conversations"
NUMBERS = 2**62  # upper bound: an address cannot be guessed, and is its owner's alone anyway
WHOLE_TURNS = 8  # shown whole; earlier ones by their questions
_SHOWN_TURNS = 200
_FIELDS = 4
_FIELD_CHARACTERS = 200


def routes(service: WebService) -> list[BaseRoute]:
    pages = ConversationPages(service)
    return [
        Route(LIST, pages.list, methods=["GET"]),
        Route(f"{LIST}/{{number}}", pages.show, methods=["GET"]),
        Route(f"{LIST}/{{number}}", pages.change, methods=["POST"]),
    ]


def new_number() -> int:
    return 1 + secrets.randbelow(NUMBERS - 1)


def parse_number(value: str) -> int | None:
    """Parse the number of a conversation; None if it is invalid."""
    is_number = value.isascii() and value.isdigit() and len(value) <= 19
    return int(value) if is_number and 0 < int(value) < NUMBERS else None


def conversation_path(number: int) -> str:
    return f"{LIST}/{number}"


def answer_path(turn: TurnRecord, visitor: Visitor) -> str:
    """The path of an answer: in the visitor's conversation, else by itself."""
    if turn.place.person_id != visitor.person_id or not turn.place.thread_id:
        return f"/a/{turn.key}"
    return f"{conversation_path(turn.place.thread_id)}#a-{turn.key}"


async def view_answer(service: WebService, turn: TurnRecord, visitor: Visitor) -> AnswerView:
    """The view of a stored answer."""
    recalled_answer = await service.recall(turn)
    vote = await service.state.run(votes.vote_of, turn_id=turn.id, person_id=visitor.person_id)
    return AnswerView(
        recalled_answer.answer,
        turn.key or "",
        recalled_answer.changed_numbers,
        recalled_answer.withdrawn,
        vote,
        may_vote=may_vote(turn, visitor),
    )


def may_vote(turn: TurnRecord, visitor: Visitor) -> bool:
    """True for who asked, and for people who are known: a new cookie is no new voice."""
    return visitor.is_known or turn.place.person_id == visitor.person_id


class ConversationPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def list(self, request: Request) -> Response:
        """List the visitor's conversations, or those with the words `q`."""
        words = without_nul(request.query_params.get("q", "")[:_FIELD_CHARACTERS]).strip()
        person = request.state.visitor.person_id
        entries = await self._service.state.run(
            conversations.list_conversations, person_id=person, words=words
        )
        return render(request, "conversations.html", entries=entries, words=words)

    async def show(self, request: Request) -> Response:
        """Show a conversation, the last answer first."""
        place = _place(request)
        turns = [turn for turn in await self._service.turns(place, _SHOWN_TURNS) if turn.key]
        if not turns:
            raise HTTPException(404)
        turns.reverse()
        visitor = request.state.visitor
        return render(
            request,
            "answer.html",
            views=[await view_answer(self._service, turn, visitor) for turn in turns[:WHOLE_TURNS]],
            conversation=place.thread_id,
            title=await self._service.state.run(conversations.conversation_title, place=place),
            earlier=turns[WHOLE_TURNS:],
        )

    async def change(self, request: Request) -> Response:
        """Rename a conversation, or delete it with its answers."""
        place = _place(request)
        if not await self._service.turns(place, 1):
            raise HTTPException(404)
        async with request.form(max_files=0, max_fields=_FIELDS) as form:
            title, is_deletion = str(form.get("title", "")), "delete" in form
        state = self._service.state
        if is_deletion:
            await state.erase(conversations.delete_conversation, place=place)
        else:
            title = " ".join(without_nul(title).split())
            await state.run(conversations.rename_conversation, place=place, title=title)
        return RedirectResponse(LIST, 303)


def _place(request: Request) -> ConversationPlace:
    """The visitor's own conversation of this number. Raises HTTPException for no number."""
    number = parse_number(request.path_params["number"])
    if number is None:
        raise HTTPException(404)
    person = request.state.visitor.person_id
    return ConversationPlace(person, number, person)

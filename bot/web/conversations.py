"""A visitor's own conversations, and their pages: each, and the list of all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import FieldError, MissingPage
from bot.state import conversations, votes
from bot.state.conversations import ConversationEntry, ConversationPlace, TurnRecord
from bot.web.answer_view import AnswerView
from bot.web.rendering import render
from bot.web.service import StoredAnswer, Visitor, WebService, without_nul

LIST = "/conversations"
NUMBERS = 2**62  # upper bound: an address cannot be guessed, and is its owner's alone anyway
NEW = "new"  # instead of the id of a conversation, to begin one
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


async def answer_in(
    service: WebService,
    question: str,
    visitor: Visitor,
    conversation: str | None,
    earlier: Sequence[str] = (),
) -> tuple[StoredAnswer, str | None]:
    """Answer a program: in the conversation of an id or a `NEW` one, whose id is returned, or in
    none, after `earlier` questions. Raises as `WebService.ask`, and FieldError."""
    if conversation is None:
        return await service.ask(question, visitor, earlier=earlier), None
    number = new_number() if conversation == NEW else parse_number(conversation)
    if number is None:
        raise FieldError("web-conversation", field="conversation", new=NEW)
    return await service.ask(question, visitor, number), str(number)


@dataclass(frozen=True, slots=True)
class OwnConversations:
    """The conversations of a visitor, for pages and programs. Raises MissingPage for a number that
    is none of theirs."""

    service: WebService
    visitor: Visitor

    async def find(self, words: str) -> list[ConversationEntry]:
        """The latest, or those with all these words."""
        words = without_nul(words[:_FIELD_CHARACTERS])
        person = self.visitor.person_id
        return await self.service.state.run(
            conversations.list_conversations, person_id=person, words=words
        )

    async def read(self, number: str) -> tuple[str | None, Sequence[TurnRecord]]:
        """The title that a conversation was given, if any, and its turns, the last first."""
        place = self._place(number)
        every = await self.service.turns(place, _SHOWN_TURNS)
        turns = [turn for turn in await self.service.readable(every) if turn.key]
        if not turns:
            raise MissingPage("web-conversation-none")
        title = await self.service.state.run(conversations.conversation_title, place=place)
        return title, turns[::-1]

    async def rename(self, number: str, title: str) -> None:
        """Name a conversation; without a title, it goes by its first question again."""
        title = " ".join(without_nul(title).split())
        place = await self._existing(number)
        await self.service.state.run(conversations.rename_conversation, place=place, title=title)

    async def delete(self, number: str) -> None:
        """Delete a conversation with its answers."""
        place = await self._existing(number)
        await self.service.state.erase(conversations.delete_conversation, place=place)

    async def _existing(self, number: str) -> ConversationPlace:
        place = self._place(number)
        if not await self.service.turns(place, 1):
            raise MissingPage("web-conversation-none")
        return place

    def _place(self, number: str) -> ConversationPlace:
        thread, person = parse_number(number), self.visitor.person_id
        if thread is None:
            raise MissingPage("web-conversation-none")
        return ConversationPlace(person, thread, person)


class ConversationPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    def _own(self, request: Request) -> OwnConversations:
        return OwnConversations(self._service, request.state.visitor)

    async def list(self, request: Request) -> Response:
        """List the visitor's conversations, or those with the words `q`."""
        words = request.query_params.get("q", "")[:_FIELD_CHARACTERS]
        entries = await self._own(request).find(words)
        return render(request, "conversations.html", entries=entries, words=words.strip())

    async def show(self, request: Request) -> Response:
        """Show a conversation, the last answer first."""
        number, visitor = request.path_params["number"], request.state.visitor
        title, turns = await self._own(request).read(number)
        return render(
            request,
            "answer.html",
            views=[await view_answer(self._service, turn, visitor) for turn in turns[:WHOLE_TURNS]],
            conversation=number,
            title=title,
            earlier=turns[WHOLE_TURNS:],
        )

    async def change(self, request: Request) -> Response:
        """Rename a conversation, or delete it with its answers."""
        own, number = self._own(request), request.path_params["number"]
        async with request.form(max_files=0, max_fields=_FIELDS) as form:
            title, is_deletion = str(form.get("title", "")), "delete" in form
        await (own.delete(number) if is_deletion else own.rename(number, title))
        return RedirectResponse(LIST, 303)

"""The calls of programs about their own conversations: list, read, rename and delete."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from bot.json_records import AnswerRecord, answer_record
from bot.state.conversations import TITLE_CHARACTERS
from bot.web.conversations import WHOLE_TURNS, OwnConversations
from bot.web.program_calls import ProgramCall
from bot.web.service import Visitor, WebService
from bot.web.texts import ApiPhrases

_PATH = "/api/conversations"


class ConversationWords(BaseModel):
    q: Annotated[str, Field(description="Words of their titles or questions; none: all.")] = ""


class ConversationKey(BaseModel):
    id: Annotated[str, Field(description="The id of one of your conversations.")]


class ConversationTitle(ConversationKey):
    title: Annotated[
        str,
        Field(max_length=TITLE_CHARACTERS, description="Empty: it goes by its first question."),
    ]


class ConversationRecord(TypedDict):
    """A conversation: its title, else its first question, and when something was last asked."""

    id: str
    title: str
    questions: int
    last: str


class ConversationsRecord(TypedDict):
    """Conversations, the latest first."""

    conversations: list[ConversationRecord]


class AskedRecord(TypedDict):
    """A question and the path of its answer's page; the `answer` is null for all but the last
    ones. `changed` are numbers of citations whose article has other words now, `withdrawn` of those
    whose article is gone."""

    question: str
    asked: str
    page: str
    answer: AnswerRecord | None
    changed: list[int]
    withdrawn: list[int]


class WholeConversationRecord(TypedDict):
    """A conversation, the last question first."""

    id: str
    title: str | None
    turns: list[AskedRecord]


class DoneRecord(TypedDict):
    """What was done with an item of this id."""

    id: str
    done: Literal["renamed", "changed", "deleted"]


def conversation_calls(service: WebService) -> list[ProgramCall]:
    own = partial(OwnConversations, service)

    async def list_all(visitor: Visitor, base: str, fields: ConversationWords) -> object:
        return {
            "conversations": [
                {
                    "id": str(entry.number),
                    "title": entry.title,
                    "questions": entry.questions,
                    "last": entry.last_at.isoformat(),
                }
                for entry in await own(visitor).find(fields.q)
            ]
        }

    async def read(visitor: Visitor, base: str, fields: ConversationKey) -> object:
        title, turns = await own(visitor).read(fields.id)
        records: list[AskedRecord] = []
        for position, turn in enumerate(turns):
            answer = await service.recall(turn) if position < WHOLE_TURNS else None
            records.append(
                {
                    "question": turn.question,
                    "asked": turn.created_at.isoformat(),
                    "page": f"/a/{turn.key}",
                    "answer": answer_record(answer.answer) if answer else None,
                    "changed": sorted(answer.changed_numbers) if answer else [],
                    "withdrawn": sorted(answer.withdrawn) if answer else [],
                }
            )
        return {"id": fields.id, "title": title, "turns": records}

    async def rename(visitor: Visitor, base: str, fields: ConversationTitle) -> object:
        await own(visitor).rename(fields.id, fields.title)
        return {"id": fields.id, "done": "renamed"}

    async def delete(visitor: Visitor, base: str, fields: ConversationKey) -> object:
        await own(visitor).delete(fields.id)
        return {"id": fields.id, "done": "deleted"}

    call = partial(ProgramCall, summaries=lambda code: ApiPhrases.of(code).summaries)
    one, whole = f"{_PATH}/{{id}}", WholeConversationRecord
    return [
        call("list_conversations", "GET", _PATH, ConversationWords, ConversationsRecord, list_all),
        call("read_conversation", "GET", one, ConversationKey, whole, read),
        call("rename_conversation", "PATCH", one, ConversationTitle, DoneRecord, rename),
        call("delete_conversation", "DELETE", one, ConversationKey, DoneRecord, delete),
    ]

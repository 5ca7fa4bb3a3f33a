"""The OpenAI-compatible API (`/v1/…`), as far as clients need it to ask Selon."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, StrictBool, ValidationError, ValidationInfo, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.answer import Answer
from bot.errors import MissingPage, WebError
from bot.json_records import CitationRecord, answer_record
from bot.web.addresses import base_address
from bot.web.conversations import answer_in, new_number
from bot.web.heartbeats import respond_when_ready
from bot.web.linked_text import CitationLink, LinkedText
from bot.web.openapi import ApiOperation
from bot.web.program_errors import ProgramError, field_error
from bot.web.service import QUESTION_LIMIT, Visitor, WebService

MODEL = "selon"
HISTORY_BYTES = 1_000_000  # of a body with a whole conversation
BEGIN_SECONDS = 5  # in which an error can still set the HTTP status
_ID_BYTES = 12
_TEXT_PARTS = ("text", "input_text", "output_text")

Fields = dict[str, Any]


class InputMessage(BaseModel):
    """A message of a conversation; what else may stand in a conversation has no role."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] | None = None
    content: str = ""

    @field_validator("content", mode="before")
    @classmethod
    def _join(cls, content: object, fields: ValidationInfo) -> str:
        """Join the text of the content; a person's must be text alone. Raises ValueError."""
        if content is None or isinstance(content, str):
            return content or ""
        is_question = fields.data.get("role") == "user"
        if not isinstance(content, list):
            if is_question:
                raise ValueError("content is text or a list of parts")
            return ""
        texts = []
        for part in content:
            is_text = isinstance(part, dict) and part.get("type") in _TEXT_PARTS
            if is_text and isinstance(part.get("text"), str):
                texts.append(part["text"])
            elif is_question:
                raise ValueError("Selon reads text only")
        return "\n".join(texts)


ToolChoice = Literal["none", "auto"]


class TextFormat(BaseModel):
    type: Literal["text"]


class TextOptions(BaseModel):
    format: TextFormat | None = None


class StreamOptions(BaseModel):
    include_usage: StrictBool = False


class ConversationRef(BaseModel):
    id: str


class ModelRequest(BaseModel):
    """What both requests have. Fields that change what a program expects are refused; others are
    ignored. With the id of a `conversation` (`new` begins one), Selon knows what came before."""

    model: str
    conversation: ConversationRef | str | None = None

    @property
    def conversation_id(self) -> str | None:
        own = self.conversation
        return own.id if isinstance(own, ConversationRef) else own


class ChatRequest(ModelRequest):
    messages: list[InputMessage]
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    response_format: TextFormat | None = None
    tool_choice: ToolChoice | None = None
    function_call: ToolChoice | None = None
    modalities: list[Literal["text"]] | None = None
    logprobs: Literal[False] | None = None


class ResponseRequest(ModelRequest):
    input: str | list[InputMessage]
    stream: StrictBool | None = None
    previous_response_id: None = None
    background: Literal[False] | None = None
    prompt: None = None
    text: TextOptions | None = None
    tool_choice: ToolChoice | None = None


Typed = TypeVar("Typed", ChatRequest, ResponseRequest)


def operations(service: WebService) -> list[ApiOperation]:
    handlers = OpenAIHandlers(service)
    operation = partial(ApiOperation, result=Fields, error=Fields)
    read, write = (
        partial(operation, statuses=(401, 403, 404)),
        partial(operation, statuses=(400, 401, 403, 404, 413, 429, 503), body_bytes=HISTORY_BYTES),
    )
    return [
        read("models", "GET", "/v1/models", handlers.models),
        read("model", "GET", "/v1/models/{name}", handlers.model),
        write("conversation", "POST", "/v1/conversations", handlers.conversation),
        write("chat", "POST", "/v1/chat/completions", handlers.chat, body=ChatRequest),
        write("response", "POST", "/v1/responses", handlers.respond, body=ResponseRequest),
    ]


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """The message of an answer; `prompt` is the length of the preceding messages, in words;
    `conversation` is its id, if it has one."""

    text: str
    links: Sequence[CitationLink]
    answer: Answer
    prompt: int
    conversation: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(_ID_BYTES))
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def extras(self) -> Fields:
        """What Selon's messages have beside those of OpenAI."""
        citations: list[CitationRecord] = answer_record(self.answer)["citations"]
        conversation = {"id": self.conversation} if self.conversation else None
        extras = {"outcome": self.answer.outcome, "citations": citations}
        return {**extras, "conversation": conversation}


class OpenAIHandlers:
    """The handlers of this API; without an id, the client's messages are the whole conversation."""

    def __init__(self, service: WebService) -> None:
        self._service = service
        self._start_time = int(time.time())

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._model()]})

    async def model(self, request: Request) -> Response:
        _check_model(request.path_params["name"])
        return JSONResponse(self._model())

    def _model(self) -> Fields:
        return {"id": MODEL, "object": "model", "created": self._start_time, "owned_by": "selon"}

    async def conversation(self, request: Request) -> Response:
        """Begin a conversation, of which nothing is stored before its first question."""
        created = {"created_at": int(time.time()), "metadata": {}}
        return JSONResponse({"id": str(new_number()), "object": "conversation", **created})

    async def chat(self, request: Request) -> Response:
        body = await _read(request, ChatRequest)
        message = self._answer(request, body, body.messages, "messages")
        if not body.stream:
            return JSONResponse(chat_completion(await message))
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        return await _stream_events(request, message, partial(chat_events, with_usage=with_usage))

    async def respond(self, request: Request) -> Response:
        body = await _read(request, ResponseRequest)
        messages = body.input
        if isinstance(messages, str):
            messages = [InputMessage(role="user", content=messages)]
        message = self._answer(request, body, messages, "input")
        if body.stream:
            return await _stream_events(request, message, response_events)
        return JSONResponse(response_object(await message, "completed"))

    async def _answer(
        self, request: Request, body: ModelRequest, messages: list[InputMessage], param: str
    ) -> AnswerMessage:
        """Answer the last message. Raises IndexingError and WebError."""
        visitor: Visitor = request.state.visitor
        turns = [message for message in messages if message.role in ("user", "assistant")]
        if not turns or turns[-1].role != "user":
            raise WebError("chat-no-question", field=param)
        earlier = [message.content for message in turns[:-1] if message.role == "user"]
        stored_answer, conversation = await answer_in(
            self._service,
            turns[-1].content,
            visitor,
            body.conversation_id,
            earlier=[
                question
                for question in earlier
                if question.strip() and len(question) <= QUESTION_LIMIT
            ],
        )
        answer = stored_answer.answer
        text = LinkedText.of(answer, base_address(self._service.settings, request))
        prompt = sum(len(message.content.split()) for message in messages)
        return AnswerMessage(text.text, text.links, answer, prompt, conversation)


async def _read(request: Request, kind: type[Typed]) -> Typed:
    """Parse a request body. Raises WebError."""
    try:
        body = await asyncio.to_thread(kind.model_validate_json, await request.body())
    except ValidationError as error:
        raise field_error(error) from error
    _check_model(body.model)
    return body


def _check_model(name: str) -> None:
    if name != MODEL:
        raise MissingPage("model-not-found", field="model", name=name[:100], model=MODEL)


def _url_citation(link: CitationLink) -> Fields:
    offsets = {"start_index": link.start, "end_index": link.end}
    return {"url": link.url, "title": link.title, **offsets}


def chat_completion(message: AnswerMessage) -> Fields:
    """Build the object of a chat answer."""
    fields: Fields = {"role": "assistant", "content": message.text, "refusal": None}
    fields["annotations"] = _chat_annotations(message)
    choice = {"index": 0, "message": fields, "logprobs": None, "finish_reason": "stop"}
    return {
        **_chat_head(message, "chat.completion"),
        "choices": [choice],
        "usage": _usage(message),
        **message.extras,
    }


def _usage(message: AnswerMessage, names: tuple[str, str] = ("prompt", "completion")) -> Fields:
    """Lengths in words: Selon has no tokens."""
    lengths = (message.prompt, len(message.text.split()))
    counts = {f"{name}_tokens": length for name, length in zip(names, lengths, strict=True)}
    return {**counts, "total_tokens": sum(lengths)}


def _chat_head(message: AnswerMessage, kind: str) -> Fields:
    head = {"id": f"chatcmpl-{message.id}", "object": kind}
    return {**head, "created": message.created, "model": MODEL}


def _chat_annotations(message: AnswerMessage) -> list[Fields]:
    return [{"type": "url_citation", "url_citation": _url_citation(link)} for link in message.links]


def chat_events(message: AnswerMessage, *, with_usage: bool = False) -> Iterator[str]:
    """Yield the events of a chat answer; the last chunk has the annotations and the extras, or the
    usage if `with_usage`.
    """
    head = _chat_head(message, "chat.completion.chunk")

    def chunk(delta: Fields, finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**head, "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": ""})
    yield chunk({"content": message.text})
    yield chunk({"annotations": _chat_annotations(message)}, "stop", **message.extras)
    if with_usage:
        yield _event({**head, "choices": [], "usage": _usage(message)})
    yield "data: [DONE]\n\n"


def response_object(message: AnswerMessage, status: str) -> Fields:
    """Build the object of a response."""
    usage = {
        **_usage(message, ("input", "output")),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    return {
        "id": f"resp_{message.id}",
        "object": "response",
        "created_at": message.created,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": [_output_item(message, status)] if status == "completed" else [],
        "parallel_tool_calls": False,
        "previous_response_id": None,
        "store": False,
        "tool_choice": "none",
        "tools": [],
        "usage": usage if status == "completed" else None,
        **(message.extras if status == "completed" else dict.fromkeys(message.extras)),
    }


def _output_item(message: AnswerMessage, status: str) -> Fields:
    return {
        "id": f"msg_{message.id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [_output_text(message)] if status == "completed" else [],
    }


def _output_text(message: AnswerMessage) -> Fields:
    annotations = [{"type": "url_citation", **_url_citation(link)} for link in message.links]
    return {"type": "output_text", "text": message.text, "annotations": annotations}


def response_events(message: AnswerMessage) -> Iterator[str]:
    """Yield the events of a response, up to `response.completed`."""
    numbers = count()

    def event(kind: str, **fields: Any) -> str:
        kind = f"response.{kind}"
        return _event({"type": kind, "sequence_number": next(numbers), **fields}, kind)

    item = {"item_id": f"msg_{message.id}", "output_index": 0, "content_index": 0}
    empty = {"type": "output_text", "text": "", "annotations": []}
    yield event("created", response=response_object(message, "in_progress"))
    yield event("in_progress", response=response_object(message, "in_progress"))
    yield event("output_item.added", output_index=0, item=_output_item(message, "in_progress"))
    yield event("content_part.added", **item, part=empty)
    yield event("output_text.delta", **item, delta=message.text, logprobs=[])
    whole = _output_text(message)
    for number, annotation in enumerate(whole["annotations"]):
        yield event(
            "output_text.annotation.added", **item, annotation_index=number, annotation=annotation
        )
    yield event("output_text.done", **item, text=message.text, logprobs=[])
    yield event("content_part.done", **item, part=whole)
    yield event("output_item.done", output_index=0, item=_output_item(message, "completed"))
    yield event("completed", response=response_object(message, "completed"))


async def _stream_events(
    request: Request,
    message: Coroutine[Any, Any, AnswerMessage],
    events: Callable[[AnswerMessage], Iterator[str]],
) -> Response:
    """Send a message as events once it is there. Raises what it raises within `BEGIN_SECONDS`."""
    task = asyncio.ensure_future(message)
    try:
        await asyncio.wait({task}, timeout=BEGIN_SECONDS)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        task.result()

    async def body() -> str:
        try:
            return "".join(events(await task))
        except Exception as error:
            return _event(
                ProgramError.of(error, request.state.visitor.language).body(request.url.path)
            )

    return respond_when_ready(body(), "text/event-stream; charset=utf-8", silence=": waiting\n\n")


def _event(fields: Mapping[str, Any], name: str = "") -> str:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(fields)}\n\n"

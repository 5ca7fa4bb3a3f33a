"""The JSON API (`/api/…`): questions, searches and articles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from bot.errors import FieldError, MissingPage, WebError
from bot.json_records import (
    AnswerRecord,
    ArticleRecord,
    EntryRecord,
    answer_record,
    article_record,
    entry_record,
)
from bot.web.conversations import answer_in
from bot.web.openapi import ApiOperation, JsonResponse, query_field
from bot.web.service import (
    KINDS,
    QUESTION_LIMIT,
    READ_COST,
    SEARCH_COST,
    Visitor,
    WebService,
    function_question,
    plain_question,
    whole_number,
    without_nul,
)

MAX_RESULTS = 50
_RESULTS = 10


_Text = Annotated[str, Field(max_length=QUESTION_LIMIT)]
_PERIOD = "A day, month or year: 2025-08-29, 2025-08, 2025."


class AskRequest(BaseModel):
    """A question that stands alone, or goes on in a `conversation` (its id; `new` begins one); with
    a `kind`, the subject of that function of the archive."""

    question: _Text
    kind: Annotated[_Text | None, Field(json_schema_extra={"enum": [*KINDS, None]})] = None
    since: Annotated[_Text | None, Field(alias="from", description=_PERIOD)] = None
    until: Annotated[_Text | None, Field(alias="to", description=_PERIOD)] = None
    conversation: _Text | None = None

    def message(self, language: str) -> str:
        """The question, or the message that calls the function. Raises WebError."""
        if self.kind is None:
            return self.question
        return function_question(self.kind, self.question, self.since, self.until, language)


class SearchRecord(TypedDict):
    """Articles about what was searched, best first."""

    query: str
    articles: list[EntryRecord]


class ReplyRecord(AnswerRecord, total=False):
    """An answer, and the id of its conversation if it has one."""

    conversation: str


def operations(service: WebService) -> list[ApiOperation]:
    api, text = JsonApi(service), {"type": "string"}
    lengths = {"minLength": 1, "maxLength": QUESTION_LIMIT}
    query = query_field("q", {**text, **lengths}, required=True)
    limits = {"minimum": 1, "maximum": MAX_RESULTS, "default": _RESULTS}
    asked = AskRequest.model_json_schema()["properties"]
    fields = [query_field(name, asked[name]) for name in asked if name != "question"]
    searched = [query, query_field("limit", {"type": "integer", **limits})]
    path, statuses = "/api/articles/{id:path}", (401, 403, 404, 429, 503)
    return [
        ApiOperation("ask_get", "GET", "/api/ask", api.ask, ReplyRecord, [query, *fields]),
        ApiOperation("ask", "POST", "/api/ask", api.ask, ReplyRecord, body=AskRequest),
        ApiOperation("search", "GET", "/api/search", api.search, SearchRecord, searched),
        ApiOperation("article", "GET", path, api.article, ArticleRecord, statuses=statuses),
    ]


class JsonApi:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def ask(self, request: Request) -> Response:
        """Answer `?q=`, or the question in a JSON body."""
        visitor: Visitor = request.state.visitor
        asked = await _parse(request)
        question = asked.message(visitor.language)
        stored_answer, conversation = await answer_in(
            self._service, question, visitor, asked.conversation
        )
        record: Mapping[str, Any] = answer_record(stored_answer.answer)
        if conversation is not None:
            record = {**record, "conversation": conversation}
        page = {"content-location": f"/a/{stored_answer.key}"} if stored_answer.key else {}
        return JsonResponse(record, headers=page)

    async def search(self, request: Request) -> Response:
        """Find at most `?limit=` articles about `?q=`."""
        query = plain_question(request.query_params.get("q", ""))
        limit = request.query_params.get("limit", str(_RESULTS))
        if not 1 <= whole_number(limit) <= MAX_RESULTS:
            raise FieldError("web-limit", field="limit", most=MAX_RESULTS)
        await self._service.count(request.state.visitor, SEARCH_COST)
        articles = await asyncio.to_thread(self._service.library.rank, query)
        entries = [entry_record(article) for article in articles[: int(limit)]]
        return JsonResponse({"query": query, "articles": entries})

    async def article(self, request: Request) -> Response:
        await self._service.count(request.state.visitor, READ_COST)
        record = await asyncio.to_thread(self._record, request.path_params["id"])
        if record is None:
            raise MissingPage("web-article-none")
        return JsonResponse(record)

    def _record(self, article_id: str) -> ArticleRecord | None:
        generation = self._service.library.searcher().generation
        article_id = without_nul(article_id)
        article = generation.article(article_id)
        if article is None:
            return None
        copy_of = next(entry.copy_of for entry in generation.find(article_id))
        return article_record(article, copy_of, generation.count_passages(article_id))


async def _parse(request: Request) -> AskRequest:
    """Parse a question of the query or of a JSON body. Raises WebError."""
    try:
        if request.method == "POST":
            return AskRequest.model_validate_json(await request.body())
        fields = dict(request.query_params)
        return AskRequest.model_validate({**fields, "question": fields.get("q", "")})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise WebError("web-json") from error
        if first["type"] == "missing":
            raise WebError("web-question-empty") from error
        field = str(first["loc"][0]) if first["loc"] else "question"
        raise FieldError("web-question-field", field=field, limit=QUESTION_LIMIT) from error

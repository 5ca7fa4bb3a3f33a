"""The JSON API (`/api/…`): questions, searches and articles, and its OpenAPI description."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaMode
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from typing_extensions import TypedDict

from bot.errors import FieldError, MissingPage, WebError
from bot.json_records import (
    AnswerRecord,
    ArticleRecord,
    EntryRecord,
    answer_record,
    article_record,
    entry_record,
    json_line,
)
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
    """A question that stands alone; with a `kind`, the subject of that function of the archive."""

    question: _Text
    kind: Annotated[_Text | None, Field(json_schema_extra={"enum": [*KINDS, None]})] = None
    since: Annotated[_Text | None, Field(alias="from", description=_PERIOD)] = None
    until: Annotated[_Text | None, Field(alias="to", description=_PERIOD)] = None

    def message(self, language: str) -> str:
        """The question, or the message that calls the function. Raises WebError."""
        if self.kind is None:
            return self.question
        return function_question(self.kind, self.question, self.since, self.until, language)


class SearchRecord(TypedDict):
    """Articles about what was searched, best first."""

    query: str
    articles: list[EntryRecord]


class ErrorFields(TypedDict):
    """What is wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorRecord(TypedDict):
    """An error."""

    error: ErrorFields


def routes(service: WebService) -> list[BaseRoute]:
    api = JsonApi(service)
    return [
        Route("/api/ask", api.ask, methods=["GET", "POST"]),
        Route("/api/search", api.search, methods=["GET"]),
        Route("/api/articles/{id:path}", api.article, methods=["GET"]),
        Route("/api/openapi.json", api.description, methods=["GET"]),
    ]


class JsonResponse(Response):
    """JSON that is safe to print in a terminal."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json_line(content).encode()


class JsonApi:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def ask(self, request: Request) -> Response:
        """Answer `?q=`, or the question in a JSON body."""
        visitor: Visitor = request.state.visitor
        question = (await _parse(request)).message(visitor.language)
        stored_answer = await self._service.ask(question, visitor, earlier=())
        record = answer_record(stored_answer.answer)
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

    async def description(self, request: Request) -> Response:
        return JsonResponse(describe_api())


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


_ERRORS = {
    400: "The request cannot be read.",
    401: "A token is needed.",
    403: "Access is refused.",
    404: "There is no such article.",
    413: "The body is too long.",
    422: "A field has a value that is not accepted.",
    429: "Too many requests: try again after `Retry-After` seconds.",
    503: "There is no index yet, it cannot be read, or too many ask at once.",
}


def describe_api() -> dict[str, Any]:
    """The OpenAPI description."""
    mode: JsonSchemaMode = "validation"
    records = {
        kind: TypeAdapter(kind)
        for kind in (AskRequest, AnswerRecord, SearchRecord, ArticleRecord, ErrorRecord)
    }
    schemas, definitions = TypeAdapter.json_schemas(
        [(kind, mode, adapter) for kind, adapter in records.items()],
        ref_template="#/components/schemas/{model}",
    )
    text = {"type": "string", "minLength": 1, "maxLength": QUESTION_LIMIT}
    query = {"name": "q", "in": "query", "required": True, "schema": text}
    choice = {"name": "kind", "in": "query", "schema": {"type": "string", "enum": [*KINDS]}}
    days = [
        {"name": name, "in": "query", "description": _PERIOD, "schema": {"type": "string"}}
        for name in ("from", "to")
    ]
    limit = {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": _RESULTS},
    }
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    body = {"required": True, "content": _json(schemas[AskRequest, mode])}
    answer, codes = schemas[AnswerRecord, mode], (400, 401, 403, 413, 422, 429, 503)

    def operation(summary: str, result: Any, codes: tuple[int, ...], **more: Any) -> dict[str, Any]:
        error = _json(schemas[ErrorRecord, mode])
        responses = {"200": {"description": "Done.", "content": _json(result)}}
        for code in codes:
            responses[str(code)] = {"description": _ERRORS[code], "content": error}
        return {"summary": summary, "responses": responses, **more}

    return {
        "openapi": "3.1.0",
        "info": {"title": "Selon", "version": version("selon")},
        "security": [{}, {"bearer": []}],
        "paths": {
            "/api/ask": {
                "get": operation(
                    "Answer a question", answer, codes, parameters=[query, choice, *days]
                ),
                "post": operation("Answer a question", answer, codes, requestBody=body),
            },
            "/api/search": {
                "get": operation(
                    "Find articles about a subject or a question",
                    schemas[SearchRecord, mode],
                    codes,
                    parameters=[query, limit],
                )
            },
            "/api/articles/{id}": {
                "get": operation(
                    "Read an article",
                    schemas[ArticleRecord, mode],
                    (401, 403, 404, 429, 503),
                    parameters=[name],
                )
            },
        },
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}

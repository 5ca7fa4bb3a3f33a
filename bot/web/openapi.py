"""Addresses for programs: their routes, and the OpenAPI document and page that describe them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from bot.json_records import json_line
from bot.locale.catalogue import Language
from bot.web.rendering import render
from bot.web.texts import ApiPhrases

PAGE = "/api"
STATUSES = (400, 401, 403, 413, 422, 429, 503)  # of errors that most addresses have

_COMPONENTS = "#/components/schemas/"
_PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")


class ErrorFields(TypedDict):
    """What is wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorRecord(TypedDict):
    """An error."""

    error: ErrorFields


class JsonResponse(Response):
    """JSON that is safe to print in a terminal."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json_line(content).encode()


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An address for programs: its route, and its entry in the document.

    `call` is an endpoint of Starlette, `summaries` are texts by the names of operations; the result
    is JSON of a type, or a file of the media type `result`.
    """

    name: str
    method: str
    path: str
    call: Any
    result: Any
    parameters: Sequence[Mapping[str, Any]] = ()
    body: type[BaseModel] | None = None
    statuses: Sequence[int] = STATUSES
    error: Any = ErrorRecord
    body_bytes: int | None = None
    summaries: Callable[[Language], Mapping[str, str]] = lambda code: ApiPhrases.of(code).summaries

    def route(self) -> Route:
        methods, most = [self.method], self.body_bytes
        return Route(self.path, self.call, methods=methods, max_body_size=most)


def query_field(name: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def api_routes(operations: Sequence[ApiOperation]) -> list[Route]:
    """The routes of these operations, and of what describes them."""

    @cache
    def describe(language: Language) -> dict[str, Any]:
        return describe_api(described, language)

    async def document(request: Request) -> Response:
        return JsonResponse(describe(request.state.visitor.language))

    async def page(request: Request) -> Response:
        language = request.state.visitor.language
        texts, api = ApiPhrases.of(language), describe(language)
        return render(request, "api.html", phrases=texts, api=api, name_type=name_type)

    path = f"{PAGE}/openapi.json"
    own = ApiOperation("openapi", "GET", path, document, dict[str, Any], statuses=(401, 403))
    described = [*operations, own]
    return [*(operation.route() for operation in described), Route(PAGE, page, methods=["GET"])]


def describe_api(operations: Sequence[ApiOperation], language: Language) -> dict[str, Any]:
    """The OpenAPI description of all addresses."""
    kinds = {
        repr(kind): kind
        for operation in operations
        for kind in (operation.body, operation.result, operation.error)
        if kind is not None and not isinstance(kind, str)
    }
    schemas, definitions = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(kind)) for name, kind in kinds.items()],
        ref_template=_COMPONENTS + "{model}",
    )
    texts = ApiPhrases.of(language)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        result, in_path = operation.result, _PLACEHOLDER.findall(operation.path)
        if isinstance(result, str):
            content: dict[str, Any] = {result: {"schema": {"type": "string", "format": "binary"}}}
        else:
            content = _json(schemas[repr(result), "validation"])
        error = _json(schemas[repr(operation.error), "validation"])
        text = {"type": "string"}
        entry: dict[str, Any] = {
            "operationId": operation.name,
            "summary": operation.summaries(language)[operation.name.removesuffix("_get")],
            "parameters": [
                *({**query_field(name, text, required=True), "in": "path"} for name in in_path),
                *operation.parameters,
            ],
            "responses": {
                "200": {"description": texts.done, "content": content},
                **{
                    str(status): {"description": texts.errors[str(status)], "content": error}
                    for status in operation.statuses
                },
            },
        }
        if operation.body is not None:
            schema = schemas[repr(operation.body), "validation"]
            body = definitions["$defs"][schema["$ref"].removeprefix(_COMPONENTS)]
            for name in in_path:  # a field of the same call, but not of its body
                body["properties"].pop(name, None)
                body["required"] = [own for own in body.get("required", ()) if own != name]
            entry["requestBody"] = {"required": True, "content": _json(schema)}
        paths.setdefault(_PLACEHOLDER.sub(r"{\1}", operation.path), {})[
            operation.method.lower()
        ] = entry
    return {
        "openapi": "3.1.0",
        "info": {"title": "Selon", "version": version("selon")},
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def name_type(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What a value is in words of JSON Schema, and the component that it is or holds ("": none)."""
    if reference := schema.get("$ref"):
        component = str(reference).removeprefix(_COMPONENTS)
        return component, component
    choices = [name_type(choice) for choice in schema.get("anyOf", schema.get("oneOf", ()))]
    if choices:
        names, components = zip(*choices, strict=True)
        return " | ".join(names), next(filter(None, components), "")
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join("null" if value is None else str(value) for value in values), ""
    if schema.get("type") == "array":
        name, component = name_type(schema.get("items", {}))
        return f"[{name}]", component
    return str(schema.get("type", "")), ""

"""Calls that programs make by the JSON API and assistants by MCP, each declared once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import WebError
from bot.locale.catalogue import Language
from bot.web.addresses import base_address
from bot.web.openapi import STATUSES, ApiOperation, JsonResponse, query_field
from bot.web.program_errors import field_error
from bot.web.service import READ_COST, Visitor, WebService

_OBJECT = TypeAdapter(dict[str, Any])
_READS = ("GET", "DELETE")  # without a body


@dataclass(frozen=True, slots=True)
class ProgramCall:
    """A call by the name of its tool and operation: the model of its fields, the type of its
    result, and what makes it, given the visitor and the URL of the pages. Without a path, it is a
    tool alone."""

    name: str
    method: str
    path: str
    fields: type[BaseModel]
    result: Any
    make: Callable[[Visitor, str, Any], Awaitable[Any]]
    summaries: Callable[[Language], Mapping[str, str]]

    def operation(self, service: WebService) -> ApiOperation:
        schema, in_path = self.fields.model_json_schema(), re.findall(r"\{(\w+)", self.path)
        parameters = [
            query_field(name, own, required=name in schema.get("required", ()))
            for name, own in schema["properties"].items()
            if name not in in_path
        ]
        has_body = self.method not in _READS
        return ApiOperation(
            self.name,
            self.method,
            self.path,
            partial(self._respond, service),
            self.result,
            parameters=() if has_body else parameters,
            body=self.fields if has_body else None,
            statuses=sorted({*STATUSES, 404}),
            summaries=self.summaries,
        )

    async def _respond(self, service: WebService, request: Request) -> Response:
        """Make the call with the fields of the query or the body, and of the path."""
        try:
            if self.method in _READS:
                given: dict[str, Any] = {**request.query_params}
            else:
                given = _OBJECT.validate_json(await request.body())
        except ValidationError as error:
            raise WebError("web-json") from error
        try:
            fields = self.fields.model_validate({**given, **request.path_params})
        except ValidationError as error:
            raise field_error(error, is_readable=True) from error
        visitor: Visitor = request.state.visitor
        await service.count(visitor, READ_COST)
        result = await self.make(visitor, base_address(service.settings, request), fields)
        return JsonResponse(result)

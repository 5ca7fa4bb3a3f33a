"""Errors for programs: JSON, in the format of the API that they call."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import FieldError, StateError, WebError
from bot.locale.answers import Phrases
from bot.locale.errors import error_sentence, library_sentence
from index.errors import IndexingError, NoIndex, Problem, Words

logger = logging.getLogger(__name__)

_OPENAI = "/v1/"
_PREFIXES = ("/api/", _OPENAI, "/mcp")
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


@dataclass(frozen=True, slots=True)
class ProgramError:
    """The response to an error; `param` names the invalid field, if any."""

    status: int
    code: str
    message: str
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception, language: str) -> ProgramError:
        """Describe an error without internals; logs an unexpected one."""
        if isinstance(error, WebError):
            param = error.parameters.get("field")
            text = error_sentence(error, language)
            return cls(error.status, error.code, text, str(param) if param else None, error.headers)
        phrases = Phrases.of(language)
        if isinstance(error, NoIndex):
            return cls(503, error.code, phrases.no_index)
        if isinstance(error, IndexingError | StateError):
            logger.error("A program's request failed: %s", error)
            return cls(503, error.code, phrases.failed)
        logger.error("A program's request failed", exc_info=error)
        return cls(500, "failed", phrases.failed)

    @classmethod
    def of_status(cls, status: int, message: str) -> ProgramError:
        """An error of which only the status is known."""
        phrase = HTTPStatus(status).phrase
        return cls(status, phrase.lower().replace(" ", "-"), message)

    def body(self, path: str) -> dict[str, Any]:
        if not path.startswith(_OPENAI):
            return {"error": {"code": self.code, "message": self.message}}
        fault = "server_error" if self.status >= 500 else "invalid_request_error"
        return {
            "error": {
                "message": self.message,
                "type": _OPENAI_TYPES.get(self.status, fault),
                "param": self.param,
                "code": self.code.replace("-", "_"),
            }
        }


def is_for_programs(path: str) -> bool:
    """True for the paths of the JSON and OpenAI APIs and of MCP."""
    return path.startswith(_PREFIXES)


def field_error(error: ValidationError, *, is_readable: bool = False) -> WebError:
    """The first field that is refused, by its path in the request; `is_readable` but for it."""
    first = error.errors(include_url=False, include_input=False)[0]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    reason: Problem | Words = Words(first["msg"].removeprefix("Value error, "))
    if first["type"] == "json_invalid":
        reason = Problem("web-json")
    field = "".join(steps).lstrip(".") or "body"
    if is_readable:
        return FieldError("chat-field", field=field, reason=reason)
    return WebError("chat-field", field=field, reason=reason)


def error_response(request: Request, error: Exception) -> Response:
    reply = ProgramError.of(error, request.state.visitor.language)
    return JSONResponse(reply.body(request.url.path), reply.status, reply.headers)


class PlainErrors:
    """Middleware: translates plain error responses; programs get them as JSON."""

    def __init__(self, app: ASGIApp, language_of: Callable[[str], str]) -> None:
        self.app = app
        self._language_of = language_of  # by `Accept-Language`

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_program = is_for_programs(scope["path"])
        language = self._language_of(Headers(scope=scope).get("accept-language", ""))
        refusal: Message | None = None
        text = b""

        async def send_sentence(message: Message) -> None:
            nonlocal refusal, text
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "text/plain")
                is_plain = kind.startswith("text/plain")
                is_json = kind.startswith("application/json")
                if message["status"] >= 400 and (not is_json if is_program else is_plain):
                    refusal = message
                    return
            if refusal is None:
                await send(message)
                return
            text += message.get("body", b"")
            if not message.get("more_body"):
                status = refusal["status"]
                said = text.decode("utf-8", "replace").strip()
                sentence = library_sentence(said or HTTPStatus(status).phrase, language)
                body, media = f"{sentence}\n".encode(), b"text/plain; charset=utf-8"
                if is_program:
                    record = ProgramError.of_status(status, sentence).body(scope["path"])
                    body, media = json.dumps(record).encode(), b"application/json"
                new_headers = (b"content-length", b"content-type")
                headers = [header for header in refusal["headers"] if header[0] not in new_headers]
                headers.append((b"content-type", media))
                headers.append((b"content-length", str(len(body)).encode()))
                await send({**refusal, "headers": headers})
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_sentence)

"""Errors for programs: JSON, in the format of the API that they call."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StateError, TooManyQuestions, WebError
from bot.locale.answers import Phrases
from bot.locale.errors import error_text
from index.errors import IndexingError, NoIndex

logger = logging.getLogger(__name__)

_OPENAI = "/v1/"
_PREFIXES = ("/api/", _OPENAI)
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
            is_limit = isinstance(error, TooManyQuestions)
            wait = {"retry-after": str(error.parameters["seconds"])} if is_limit else {}
            param = error.parameters.get("field")
            text = error_text(error, language)
            return cls(error.status, error.code, text, str(param) if param else None, wait)
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
        return cls(status, phrase.lower().replace(" ", "-"), message or phrase)

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
    """True for the paths of the JSON and OpenAI APIs."""
    return path.startswith(_PREFIXES)


def error_response(request: Request, error: Exception) -> Response:
    reply = ProgramError.of(error, request.state.visitor.language)
    return JSONResponse(reply.body(request.url.path), reply.status, reply.headers)


class ProgramErrors:
    """Middleware: gives every error response to programs a JSON body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_for_programs(scope["path"]):
            await self.app(scope, receive, send)
            return
        refusal: Message | None = None
        text = b""

        async def send_json(message: Message) -> None:
            nonlocal refusal, text
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if message["status"] >= 400 and not kind.startswith("application/json"):
                    refusal = message
                    return
            if refusal is None:
                await send(message)
                return
            text += message.get("body", b"")
            if not message.get("more_body"):
                sentence = text.decode("utf-8", "replace").strip()
                reply = ProgramError.of_status(refusal["status"], sentence)
                body = json.dumps(reply.body(scope["path"])).encode()
                new_headers = (b"content-length", b"content-type")
                headers = [each for each in refusal["headers"] if each[0] not in new_headers]
                headers.append((b"content-type", b"application/json"))
                headers.append((b"content-length", str(len(body)).encode()))
                await send({**refusal, "headers": headers})
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_json)

"""Who a request is from."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.locale.catalogue import Language
from bot.web.service import WEB_PEOPLE, Visitor, WebService

COOKIE = "selon"
COOKIE_DAYS = 90
_SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Access:
    """Middleware: sets `request.state.visitor`, and a cookie for a new one."""

    app: ASGIApp
    service: WebService

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        secret = request.cookies.get(COOKIE, "")
        known = 20 <= len(secret) <= 64
        if not known:
            secret = secrets.token_urlsafe(_SECRET_BYTES)
        language = accepted_language(request.headers.get("accept-language", ""))
        scope.setdefault("state", {})["visitor"] = Visitor(person_number(secret), language)

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and not known:
                MutableHeaders(scope=message).append(
                    "set-cookie",
                    f"{COOKIE}={secret}; Path=/; Max-Age={COOKIE_DAYS * 86400}; HttpOnly; "
                    "SameSite=Lax",
                )
            await send(message)

        await self.app(scope, receive, send_cookie)


def person_number(secret: str) -> int:
    """The number of a person, which does not tell their secret."""
    digest = hashlib.sha256(f"selon visitor {secret}".encode()).digest()
    return WEB_PEOPLE + int.from_bytes(digest[:8], "big") % WEB_PEOPLE


def accepted_language(header: str) -> Language:
    """The preferred one of French and English by `Accept-Language`; French if neither is named."""
    best: tuple[float, Language] = (0.0, "fr")
    for entry in header[:500].split(","):
        tag, _, parameters = entry.strip().lower().partition(";")
        code = tag.split("-")[0]
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if code == "fr" and weight > best[0]:
            best = (weight, "fr")
        elif code == "en" and weight > best[0]:
            best = (weight, "en")
    return best[1]

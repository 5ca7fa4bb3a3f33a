"""The web application: routes, middleware and error handlers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StateError, WebError
from bot.locale.errors import library_sentence
from bot.operations.metrics import METERS
from bot.settings import Settings
from bot.web import access, api, articles, conversations, openai_api, pages, personal, widget
from bot.web.access import Access, TrustedProxies
from bot.web.administration import pages as administration
from bot.web.admission import HangUp
from bot.web.conversation_calls import conversation_calls
from bot.web.feature import WebFeature
from bot.web.mcp_endpoint import McpEndpoint
from bot.web.openapi import api_routes
from bot.web.program_errors import PlainErrors, error_response, is_for_programs
from bot.web.rendering import STATIC, page_reason, render
from bot.web.service import WebService
from index.errors import IndexingError

logger = logging.getLogger(__name__)

BODY_BYTES = 64_000  # unless a route has its own limit
BODY_SECONDS = 15.0
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CSP,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


def create_app(service: WebService, features: Sequence[WebFeature] = ()) -> Starlette:
    """Create the web application, with the pages of features."""
    calls = [*conversation_calls(service), *(call for own in features for call in own.calls)]
    mcp = McpEndpoint(service, calls)
    operations = [
        *api.operations(service),
        *(call.operation(service) for call in calls if call.path),
        *(operation for own in features for operation in own.operations),
        *openai_api.operations(service),
        mcp.operation(),
    ]
    modules = [pages, conversations, personal, access, articles, widget, administration]
    app = Starlette(
        routes=[
            *(route for module in modules for route in module.routes(service)),
            *api_routes(operations),
            *(route for feature in features for route in feature.routes),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        lifespan=lambda app: mcp.running(),
        middleware=[
            Middleware(HangUp),
            Middleware(PlainErrors, language_of=access.accepted_language),
            Middleware(SecurityHeaders),
            Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_BYTES),
            Middleware(TrustedProxies, proxies=service.settings.web_proxies),
            Middleware(
                TrustedHostMiddleware,
                allowed_hosts=served_hosts(service.settings),
                www_redirect=False,
            ),
            Middleware(widget.Frames, origins=service.settings.web_embed, csp=CSP),
            Middleware(OwnOrigin),
            Middleware(BodyDeadline),
            Middleware(
                Access,
                service=service,
                public=[path for feature in features for path in feature.public],
            ),
        ],
        exception_handlers={
            HTTPException: _show_http_error,
            WebError: _show_refusal,
            IndexingError: _show_unavailable,
            StateError: _show_unavailable,
            Exception: _show_failure,
        },
    )
    app.state.service = service
    app.state.features = features
    return app


def served_hosts(settings: Settings) -> list[str]:
    """The accepted values of the `Host` header."""
    local = settings.web_access == "local"
    names = (*settings.web_hosts, *(LOCAL_HOSTS if local or settings.web_hosts else ()))
    return [*names] or ["*"]


class SecurityHeaders:
    """Middleware: adds security headers, unless a response has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/") and message["status"] < 400:
                    headers["cache-control"] = "public, max-age=31536000, immutable"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class OwnOrigin:
    """Middleware: refuses cross-site requests (CSRF), by Fetch Metadata or `Origin`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS")
        if scope["type"] == "http" and (not reads or is_for_programs(scope["path"])):
            request = Request(scope)
            site = request.headers.get("sec-fetch-site")
            origin = request.headers.get("origin")
            own = f"{request.url.scheme}://{request.headers.get('host', '')}"
            if site not in ("same-origin", "none") if site else origin not in (None, own):
                await Response("cross-site request refused\n", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyDeadline:
    """Middleware: aborts a request whose body does not arrive in time."""

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        deadline = asyncio.get_running_loop().time() + self.seconds
        complete = scope["type"] != "http"

        async def receive_in_time() -> Message:
            nonlocal complete
            if complete:  # waiting for the disconnection
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            complete = not message.get("more_body", False)
            return message

        await self.app(scope, receive_in_time, send)


async def _show_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    is_page = not is_for_programs(request.url.path) and hasattr(request.state, "visitor")
    if not is_page:
        return Response(f"{error.detail}\n", error.status_code, error.headers)
    if error.status_code == 404:
        return render(request, "missing.html", 404)
    reason = library_sentence(error.detail, request.state.visitor.language)
    response = render(request, "error.html", error.status_code, reason=reason, again="")
    response.headers.update(error.headers or {})
    return response


async def _show_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, WebError)
    if is_for_programs(request.url.path):
        return error_response(request, error)
    reason = page_reason(error, request.state.visitor.language)
    again = f"{request.url.path}?{request.url.query}" if request.method == "GET" else ""
    response = render(request, "error.html", error.status, reason=reason, again=again)
    response.headers.update(error.headers)
    return response


async def _show_unavailable(request: Request, error: Exception) -> Response:
    METERS.failures.inc()
    if is_for_programs(request.url.path):
        return error_response(request, error)
    logger.error("A request could not be answered: %s", error)
    assert isinstance(error, IndexingError | StateError)
    reason = page_reason(error, request.state.visitor.language)
    return render(request, "error.html", 503, reason=reason, again="")


async def _show_failure(request: Request, error: Exception) -> Response:
    METERS.failures.inc()
    if is_for_programs(request.url.path):
        return error_response(request, error)
    return Response("Selon: error\n", 500)

"""Identify visitors: trusted proxies, tokens and cookies."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, get_args
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.errors import NotAdmitted, NotIdentified, WebError
from bot.locale.catalogue import Language
from bot.locale.errors import error_sentence
from bot.rights import read_collections
from bot.state import web_tokens
from bot.state.people import person_number
from bot.state.rights import GROUP, look_up_readable
from bot.state.roles import Role
from bot.web import openid
from bot.web.addresses import LOGIN
from bot.web.cookies import cookie_header, cookie_name, sign_cookie
from bot.web.program_errors import error_response, is_for_programs
from bot.web.rendering import render
from bot.web.service import Visitor, WebService

ATTEMPT_COST = 2.0  # of an invalid token, in questions
_SECRET_BYTES = 16
_TOKEN_LENGTHS = range(20, 65)
LOOPBACK = ("127.0.0.1", "::1")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_PUBLIC = (LOGIN, "/static/", "/widget.js")
_SIGN_OUT = "/sortir"


class TrustedProxies:
    """Middleware: applies the headers of trusted proxies, and sets `request.state.proxied`."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        networks = [ip_network(proxy) for proxy in proxies]
        self._app = app
        self._proxies = [
            *networks,
            # A dual-stack socket shows IPv4 addresses in this form.
            *(
                ip_network(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
                for network in networks
                if network.version == 4
            ),
        ]
        trusted = [str(network) for network in self._proxies]
        self._forwarded = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_trusted = scope["type"] == "http" and self._is_proxy((scope.get("client") or ("",))[0])
        scope.setdefault("state", {})["proxied"] = is_trusted
        app: Any = self._forwarded if is_trusted else self._app
        await app(scope, receive, send)

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who comes, by a name in their mode of access; `cookie` is one to set, if any."""

    kind: str
    name: str
    role: Role = "reader"
    label: str = ""
    cookie: str = ""
    groups: Sequence[str] = ()

    @property
    def holders(self) -> list[int]:
        """The numbers under which they may have rights; strangers have none."""
        names = [(self.kind, self.name)] if self.label else []
        return [person_number(*own) for own in (*names, *((GROUP, own) for own in self.groups))]


class Access:
    """Middleware: sets `request.state.visitor` and new visitors' cookies; refuses strangers."""

    def __init__(self, app: ASGIApp, service: WebService, public: Sequence[str] = ()) -> None:
        self._app = app
        self._service = service
        self._public = (*_PUBLIC, *public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        language = accepted_language(request.headers.get("accept-language", ""))
        address = address_number(request.client.host if request.client else "")
        scope["state"]["visitor"] = Visitor(address, language, address)
        if scope["path"].startswith(self._public):
            await self._app(scope, receive, send)
            return
        try:
            identity = await self._identify(request)
        except WebError as refusal:
            await self._refuse(Request(scope, receive), refusal)(scope, receive, send)
            return
        service, administers = self._service, identity.role == "administrator"
        readable = await look_up_readable(
            service.state, service.settings, identity.holders, administers=administers
        )
        read_collections(readable)
        site = request.headers.get("sec-fetch-site", "none")
        scope["state"]["visitor"] = Visitor(
            person_number(identity.kind, identity.name),
            language,
            None if identity.label else address,
            is_sent=site not in ("none", "same-origin"),
            name=identity.label,
            role=identity.role,
            readable=readable,
        )

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and identity.cookie:
                days = self._service.settings.keep_days
                header = cookie_header(identity.cookie, scope["scheme"], days)
                MutableHeaders(scope=message).setdefault("set-cookie", header)
            await send(message)

        await self._app(scope, receive, send_cookie)

    async def _identify(self, request: HTTPConnection) -> Identity:
        """Raises WebError for strangers."""
        settings, key = self._service.settings, self._service.cookie_key
        access = settings.web_access
        cookie = request.cookies.get(cookie_name(request.url.scheme), "")
        if access == "proxy":
            names = request.headers.getlist(settings.web_proxy_user)
            name = names[0].strip() if len(names) == 1 else ""  # a second one is forged
            if not name or not request.state.proxied:
                raise NotIdentified("web-not-identified")
            return Identity(access, name, self._role_of(name), name)
        token = bearer(request)
        if access == "token" or (access == "openid" and token):
            name = await self._token_name(request, token or cookie)
            return Identity("token", name, self._role_of(name), name)
        if access == "openid":
            account = openid.read_account(request, key, self._service.now())
            if account is None:
                raise NotAdmitted("web-not-admitted")
            return Identity(
                access, account.subject, account.role, account.name, groups=account.groups
            )
        # A proxy on this machine brings strangers, so that being here is not enough by itself.
        is_here = access == "local" and request.client and request.client.host in LOOPBACK
        role = self._role_of("local") if is_here else "reader"
        secret, _, signature = cookie.partition(".")
        if hmac.compare_digest(signature.encode(), sign_cookie(secret, key).encode()):
            is_renewed = request.scope["method"] == "POST"
            return Identity(access, secret, role, cookie=cookie if is_renewed else "")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        return Identity(access, secret, role, cookie=f"{secret}.{sign_cookie(secret, key)}")

    def _role_of(self, name: str) -> Role:
        return "administrator" if name in self._service.settings.web_admins else "reader"

    async def _token_name(self, request: HTTPConnection, token: str) -> str:
        if len(token) not in _TOKEN_LENGTHS:
            raise NotAdmitted("web-not-admitted")
        name = await self._service.state.run(web_tokens.token_name, token=token)
        if name is None:
            await self._service.count(request.state.visitor, ATTEMPT_COST)
            raise NotAdmitted("web-not-admitted")
        return name

    def _refuse(self, request: Request, refusal: WebError) -> Response:
        if is_for_programs(request.url.path):
            return error_response(request, refusal)
        if isinstance(refusal, NotAdmitted) and "text/html" in request.headers.get("accept", ""):
            path = f"{request.url.path}?{request.url.query}".rstrip("?")
            ending = f"?next={quote(path)}" if request.method == "GET" and path != "/" else ""
            return RedirectResponse(f"{LOGIN}{ending}", 303)
        reason = error_sentence(refusal, request.state.visitor.language)
        return PlainTextResponse(f"{reason}\n", refusal.status, refusal.headers)


def routes(service: WebService) -> list[BaseRoute]:
    """The pages to sign in and out. Raises SettingsError."""
    provider = openid.open_provider(service.settings)

    def page(request: Request, status: int = 200, **values: Any) -> Response:
        path = openid.own_path(request.query_params.get("next", ""))
        begin = f"{openid.BEGIN}?next={quote(path)}" if provider else ""
        values = {"refused": False, "left": False, "elsewhere": "", **values}
        return render(request, "login.html", status, begin=begin, next=path, **values)

    async def show(request: Request) -> Response:
        return page(request)

    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            token = str(form.get("token", "")).strip()[: _TOKEN_LENGTHS.stop]
            path = openid.own_path(str(form.get("next", "")))
        if await service.state.run(web_tokens.token_name, token=token) is None:
            await service.count(request.state.visitor, ATTEMPT_COST)
            return page(request, 401, refused=True)
        return RedirectResponse(path, 303, {"set-cookie": cookie_header(token, request.url.scheme)})

    async def leave(request: Request) -> Response:
        elsewhere = await provider.sign_out_address(request) if provider else ""
        response = page(request, left=True, elsewhere=elsewhere)
        response.headers.append("set-cookie", cookie_header("", request.url.scheme, 0))
        return response

    return [
        Route(LOGIN, show, methods=["GET"]),
        Route(LOGIN, enter, methods=["POST"]),
        Route(_SIGN_OUT, leave, methods=["POST"]),
        *(openid.routes(service, provider) if provider else ()),
    ]


def bearer(request: HTTPConnection) -> str:
    """The bearer token, or ""."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_number(host: str) -> int:
    """Hash an address; of IPv6 only the /64, which is one household's, unless it stands for an
    IPv4 address (mapped, RFC 4291, or translated, RFC 6052)."""
    try:
        address = ip_address(host)
    except ValueError:
        return person_number("address", host)
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            address = IPv4Address(int(address) % 2**32)
        else:
            household = ip_network((address, 64), strict=False).network_address
            address = address.ipv4_mapped or household
    return person_number("address", str(address))


def accepted_language(header: str) -> Language:
    """The preferred language of `Accept-Language`; French without any preference."""
    best: tuple[float, Language] = (0.0, "fr")
    for entry in header[:500].split(","):
        tag, _, parameters = entry.strip().lower().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        for code in get_args(Language):
            if tag.split("-")[0] == code and weight > best[0]:
                best = (weight, code)
    return best[1]

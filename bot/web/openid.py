"""Sign-in with OpenID Connect: the authorization code flow with PKCE (OpenID Connect Core 1.0)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

import httpx2
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import SettingsError, SignInFailed
from bot.settings import Settings, group_roles
from bot.state.people import person_number
from bot.state.rights import GROUP, right_holders
from bot.state.roles import ROLES, Role
from bot.web.addresses import LOGIN, base_address
from bot.web.cookies import cookie_header, cookie_name, seal, unseal
from bot.web.rendering import page_reason, render
from bot.web.service import WebService

logger = logging.getLogger(__name__)

BEGIN, RETURN = f"{LOGIN}/openid", f"{LOGIN}/retour"
ACCOUNT_SECONDS = 12 * 3600
_FLOW_DAYS = 1 / 96  # a quarter of an hour for the provider's form
_FLOW = "-openid"  # suffix of the cookie that binds a flow to its browser
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10.0
_PATH_CHARACTERS = 1_000
_NAME_CHARACTERS = 100
# Of public keys: a secret shared with the client would let it sign, and "none" anybody.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom the provider has named; `groups` are those of theirs that had rights."""

    subject: str  # with its issuer
    name: str
    role: Role
    groups: Sequence[str] = ()


def own_path(text: str) -> str:
    """A path of these pages, to return to after sign-in; the home page for anything else."""
    is_path = text.startswith("/") and not text.startswith(("//", LOGIN))
    is_plain = text.isprintable() and "\\" not in text and len(text) <= _PATH_CHARACTERS
    return text if is_path and is_plain else "/"


def read_account(request: HTTPConnection, key: bytes, now: datetime) -> Account | None:
    """The account of a request's cookie, until it expires."""
    record = unseal(request.cookies.get(cookie_name(request.url.scheme), ""), "account", key)
    return Account(**record) if record.pop("until", 0) > now.timestamp() else None


class OpenIdProvider:
    """The organisation's OpenID provider."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError if it is not set, or Authlib not installed."""
        if not settings.openid_issuer or not settings.openid_client:
            raise SettingsError("openid-unset")
        try:
            from authlib.integrations.starlette_client import OAuth
        except ModuleNotFoundError as error:
            raise SettingsError("openid-not-installed", package="authlib") from error
        secret = settings.openid_secret
        self._settings = settings
        self._client: Any = OAuth().register(
            "openid",
            client_id=settings.openid_client,
            client_secret=secret.get_secret_value() if secret else None,
            server_metadata_url=f"{settings.openid_issuer.rstrip('/')}"
            "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT_SECONDS,
            },
        )

    async def begin(self, request: Request) -> Response:
        await self._metadata()
        address = f"{base_address(self._settings, request)}{RETURN}"
        response: Response = await self._client.authorize_redirect(request, address)
        return response

    async def finish(self, request: Request) -> Account:
        """The account of who comes back from the provider."""
        issuer, client_id = self._settings.openid_issuer, self._settings.openid_client
        metadata = await self._metadata()
        token = await self._client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
            },
            leeway=_LEEWAY_SECONDS,
        )
        claims = token["userinfo"]
        groups = claims.get(self._settings.openid_groups)
        if groups is None and metadata.get("userinfo_endpoint"):
            further = await self._client.userinfo(token=token)
            if further["sub"] != claims["sub"]:
                raise ValueError("userinfo is of another subject")
            groups, claims = further.get(self._settings.openid_groups), {**further, **claims}
        role = role_of(groups, group_roles(self._settings.openid_roles))
        if role is None:
            raise SignInFailed("openid-no-role")
        names = (claims.get(name) for name in ("name", "preferred_username", "email", "sub"))
        name = str(next(filter(None, names)))[:_NAME_CHARACTERS]
        return Account(f"{issuer} {claims['sub']}", name, role, group_names(groups))

    async def sign_out_address(self, request: Request) -> str:
        """Where the provider ends its own session; "" if it has no such page, or is away."""
        try:
            await self._metadata()
            parameters = await self._client.create_logout_url(
                client_id=self._settings.openid_client,
                post_logout_redirect_uri=f"{base_address(self._settings, request)}{LOGIN}",
            )
        except Exception as error:  # people leave Selon in any case
            logger.info("The provider has no page to sign out: %r", error)
            return ""
        return str(parameters["url"])

    async def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = await self._client.load_server_metadata()
        if metadata.get("issuer") != self._settings.openid_issuer:
            raise ValueError(f"the provider calls itself {metadata.get('issuer')}")
        signed = metadata.get("id_token_signing_alg_values_supported", ())
        accepted = [algorithm for algorithm in signed if algorithm in _ALGORITHMS]
        metadata["id_token_signing_alg_values_supported"] = accepted
        return metadata


def role_of(groups: object, roles: Mapping[str, str]) -> Role | None:
    """The highest role of somebody's groups; None if roles are given and none is theirs."""
    if not roles:
        return "reader"
    given = {roles.get(name) for name in ("*", *group_names(groups))}
    return next((role for role in ROLES if role in given), None)


def group_names(groups: object) -> list[str]:
    """The groups of a claim, which may be one alone."""
    names = groups if isinstance(groups, list) else [groups]
    return [name for name in names if isinstance(name, str)]


def open_provider(settings: Settings) -> OpenIdProvider | None:
    """The provider, if people sign in with one. Raises SettingsError."""
    return OpenIdProvider(settings) if settings.web_access == "openid" else None


def routes(service: WebService, provider: OpenIdProvider) -> list[BaseRoute]:
    pages = SignInPages(service, provider)
    return [
        Route(BEGIN, pages.begin, methods=["GET"]),
        Route(RETURN, pages.finish, methods=["GET"]),
    ]


class SignInPages:
    def __init__(self, service: WebService, provider: OpenIdProvider) -> None:
        self._service = service
        self._provider = provider

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider, with a cookie that it must bring back."""
        request.scope["session"] = {"next": own_path(request.query_params.get("next", ""))}
        try:
            response = await self._provider.begin(request)
        except Exception as error:
            return _refuse(request, error)
        flow = seal(request.session, "flow", self._service.cookie_key)
        scheme = request.url.scheme
        response.headers.append("set-cookie", cookie_header(flow, scheme, _FLOW_DAYS, suffix=_FLOW))
        return response

    async def finish(self, request: Request) -> Response:
        """Verify what the provider says, and set the cookie of the account."""
        scheme, key = request.url.scheme, self._service.cookie_key
        flow = request.cookies.get(f"{cookie_name(scheme)}{_FLOW}", "")
        request.scope["session"] = session = unseal(flow, "flow", key)
        path = own_path(session.pop("next", ""))
        try:
            account = await self._provider.finish(request)
        except Exception as error:
            response = _refuse(request, error)
        else:
            until = self._service.now().timestamp() + ACCOUNT_SECONDS
            numbers = {name: person_number(GROUP, name) for name in account.groups}
            find = partial(right_holders, holders=list(numbers.values()))
            holders = await self._service.state.run(find)
            groups = [name for name, number in numbers.items() if number in holders]
            record = asdict(account) | {"until": until, "groups": groups}
            response = RedirectResponse(path, 303)
            cookie = cookie_header(seal(record, "account", key), scheme, ACCOUNT_SECONDS / 86400)
            response.headers.append("set-cookie", cookie)
        response.headers.append("set-cookie", cookie_header("", scheme, 0, suffix=_FLOW))
        return response


def _refuse(request: Request, error: Exception) -> Response:
    logger.warning("A sign-in failed: %r", error)
    if not isinstance(error, SignInFailed):
        is_connection = isinstance(error, httpx2.HTTPError)
        error = SignInFailed("openid-unreachable" if is_connection else "openid-refused")
    reason = page_reason(error, request.state.visitor.language)
    return render(request, "error.html", error.status, reason=reason, again=LOGIN)

"""A strict OpenID provider on this machine, with faults to order."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "selon", "a secret of at least thirty-two characters"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
Claims = dict[str, Any]


def sign(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


def sign_with_another_key(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY)


def sign_with_the_secret(claims: Claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def sign_not(claims: Claims) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


class FakeProvider:
    """Names Zoé to whoever comes, in the `claims` given; `sign` and `further` are what it does
    beyond."""

    def __init__(self) -> None:
        self.issuer = ""
        self.reset()
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
                Route("/userinfo", self.userinfo),
            ]
        )

    def reset(self) -> None:
        self.claims: Claims = {}
        self.further: Claims = {"sub": "zoe-1"}
        self.sign: Callable[[Claims], str | None] = sign
        self.called = ""  # another issuer
        self.origin = "http://localhost"  # of the pages
        self.codes: dict[str, dict[str, str]] = {}

    async def describe(self, request: Request) -> Response:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        ends |= {"end_session": "end"}
        return JSONResponse(
            {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()}
            | {
                "issuer": self.called or self.issuer,
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == f"{self.origin}/entrer/retour"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)  # a code is good once
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        encoded = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {pair}"
            or (form["grant_type"], form["redirect_uri"])
            != ("authorization_code", asked["redirect_uri"])
            or encoded != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "zoe-1", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "name": "Zoé", "equipes": ["redaction"]}
        claims |= self.claims
        id_token = self.sign({name: value for name, value in claims.items() if value is not None})
        token = {"access_token": "access", "token_type": "Bearer", "id_token": id_token}
        return JSONResponse({name: value for name, value in token.items() if value})

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access"
        return JSONResponse(self.further)

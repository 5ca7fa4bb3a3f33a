"""Cookies of the pages: their names, signatures and headers."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

COOKIE = "selon"
SECURE_COOKIE = "__Host-selon"  # over HTTPS; sibling domains cannot set it
COOKIE_DAYS = 90  # of a token
_DAY_SECONDS = 86400


def cookie_name(scheme: str) -> str:
    return SECURE_COOKIE if scheme == "https" else COOKIE


def sign_cookie(secret: str, key: bytes) -> str:
    digest = hmac.digest(key, secret.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def seal(record: dict[str, Any], purpose: str, key: bytes) -> str:
    """Sign a record into a cookie's value, which is valid for one purpose."""
    payload = base64.urlsafe_b64encode(json.dumps(record).encode()).decode().rstrip("=")
    return f"{payload}.{sign_cookie(f'{purpose} {payload}', key)}"


def unseal(value: str, purpose: str, key: bytes) -> dict[str, Any]:
    """The record of `seal`; empty unless it was signed for this purpose."""
    payload, _, signature = value.partition(".")
    expected = sign_cookie(f"{purpose} {payload}", key)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        return {}
    record: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return record


def cookie_header(value: str, scheme: str, days: float = COOKIE_DAYS, *, suffix: str = "") -> str:
    """Set the cookie, or remove it with `days=0`."""
    ending = "; Secure" if scheme == "https" else ""
    return (
        f"{cookie_name(scheme)}{suffix}={value}; Path=/; Max-Age={days * _DAY_SECONDS:.0f}; "
        f"HttpOnly; SameSite=Lax{ending}"
    )

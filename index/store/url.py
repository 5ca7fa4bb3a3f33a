"""Addresses that may hold a password: shown without it, and refused where they hide one badly."""

from __future__ import annotations

from index.errors import Problem


def redact_url(url: str) -> str:
    """The address without who logs in, and without its parameters.

    Up to the last `@`: a password may have some of its own. Files have no password.
    """
    scheme, separator, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return url
    return f"{scheme}{separator}{rest.rpartition('@')[2].partition('?')[0]}"


def find_url_fault(url: str, ports: str, *, signs: str = "@") -> Problem | None:
    """What keeps an address from being understood as it is meant, None if nothing does.

    `ports` are those in it as libpq writes them, separated by commas; `signs` those that end a
    password where they stand in it as they are. What is wrong never repeats a part of the address.
    """
    login, _, _ = url.partition("://")[2].rpartition("@")
    if any(sign in login for sign in signs):
        return Problem("address-unescaped")
    for port in filter(None, ports.split(",")):
        digits = port.isascii() and port.isdigit() and len(port) <= 5
        if not digits or not 0 < int(port) < 65536:
            return Problem("address-port")
    return None

"""Database addresses that may hold a password: redaction and validation."""

from __future__ import annotations

from index.errors import Problem


def redact_url(url: str) -> str:
    """The address without credentials and parameters. Passwords may contain `@`, so everything up
    to the last one is cut. SQLite has no password."""
    scheme, separator, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return url
    return f"{scheme}{separator}{rest.rpartition('@')[2].partition('?')[0]}"


def find_url_fault(url: str, ports: str, *, signs: str = "@") -> Problem | None:
    """Return what makes an address ambiguous, or None.

    `ports` are its ports as in libpq, separated by commas; `signs` are characters that must be
    escaped in a password. The problem never quotes the address.
    """
    login, _, _ = url.partition("://")[2].rpartition("@")
    if any(sign in login for sign in signs):
        return Problem("address-unescaped")
    for port in filter(None, ports.split(",")):
        digits = port.isascii() and port.isdigit() and len(port) <= 5
        if not digits or not 0 < int(port) < 65536:
            return Problem("address-port")
    return None

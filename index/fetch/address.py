"""Web addresses that may be fetched, in one normal form."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from index.errors import FetchError, reason_of

LONGEST_ADDRESS_CHARACTERS = 4096
_SCHEMES = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address. `url` is ASCII without fragment; `host` has no brackets or trailing dot."""

    url: str
    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Parse an http or https address. Raises FetchError if it is anything else or malformed.

        Hosts that lenient parsers take for numbers (`2130706433`, `0177.1`) are refused.
        """
        text = text.strip()
        with _as_malformed(text):
            if len(text) > LONGEST_ADDRESS_CHARACTERS:
                raise httpx2.InvalidURL("too long")
            return cls._of(httpx2.URL(text), text)

    def join(self, target: str) -> Address:
        """Resolve a link or redirect of this page. Raises FetchError like `parse`."""
        with _as_malformed(target):
            url = httpx2.URL(self.url).join(target.strip())
        return Address.parse(str(url))

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def same_site(self, other: Address) -> bool:
        """True if the hosts are equal but for `www.`, or one is a subdomain of the other.

        `rss.exemple.fr` and `exemple.fr` are one site; `a.exemple.fr` and `b.exemple.fr` are not.
        """
        mine, theirs = self.host.removeprefix("www."), other.host.removeprefix("www.")
        return mine == theirs or mine.endswith(f".{theirs}") or theirs.endswith(f".{mine}")

    @classmethod
    def _of(cls, url: httpx2.URL, text: str) -> Address:
        if url.scheme not in _SCHEMES:
            if not url.scheme or "." in url.scheme:  # `exemple.fr:80/page`
                raise httpx2.InvalidURL("no http:// or https:// before it")
            raise FetchError("address-scheme", subject=_for_message(text), scheme=url.scheme)
        if url.userinfo:
            raise FetchError("address-credentials", subject=f"{url.scheme}://{url.host}")
        host = url.raw_host.decode("ascii").lower()
        if not _is_valid_host(host):
            raise httpx2.InvalidURL(f"the host {host[:80]!r}")
        bare = host.rstrip(".")  # of an absolute name
        path = url.raw_path if url.raw_path.startswith(b"/") else b"/" + url.raw_path
        plain = url.copy_with(fragment=None, host=bare, raw_path=path)
        port = _SCHEMES[url.scheme] if url.port is None else url.port
        if not 0 < port < 65536:
            raise httpx2.InvalidURL(f"the port {port}")
        return cls(str(plain), url.scheme, bare, port)


@contextmanager
def _as_malformed(text: str) -> Iterator[None]:
    try:
        yield
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        reason = reason_of(error)
        raise FetchError("address-malformed", subject=_for_message(text), reason=reason) from error


def _for_message(text: str) -> str:
    """Shorten an address for a message and hide its password."""
    return re.sub(r"//[^/@]*@", "//…@", " ".join(text.split()))[:200]


def _is_valid_host(host: str) -> bool:
    if ":" in host:
        try:
            return "%" not in host and bool(ipaddress.IPv6Address(host))
        except ValueError:
            return False
    if not _NAME.fullmatch(host) or len(host) > 253:
        return False
    bare = host.rstrip(".")
    if _NUMBER.fullmatch(bare.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(bare)
        except ValueError:
            return False
    return True

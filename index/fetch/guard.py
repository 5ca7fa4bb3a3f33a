"""Protection against requests to private networks."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence

from index.errors import FetchError, RefusedValue

Resolver = Callable[[str, int], Sequence[str]]  # a host's numeric addresses; raises OSError
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ALLOWED = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(?::(?P<port>\d{1,5}))?", re.I)

# IANA's special-purpose registries (RFC 6890 and its updates) that `ipaddress` lacks.
_SPECIAL: tuple[_Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "2001::/23",  # Teredo among others
        "2001:db8::/32",
        "3fff::/20",
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that has been allocated
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """Resolve a host with the system's resolver, in its order."""
    results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(result[4][0]) for result in results))


class Guard:
    """Allows connections to public addresses, on any port, and to the private hosts in
    `exceptions`.

    `exceptions` are hosts (`intranet`, `10.0.0.5`, `[::1]`), optionally with a port
    (`intranet:8080`).
    """

    def __init__(self, exceptions: Iterable[str] = (), resolver: Resolver = resolve) -> None:
        self._exceptions = frozenset(parse_allowed(exception) for exception in exceptions)
        self._resolver = resolver

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Resolve a host. Raises FetchError, also if any of its addresses is not allowed."""
        try:
            addresses = tuple(self._resolver(host, port))
        except (OSError, UnicodeError) as error:
            transient = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise FetchError(
                "address-unknown-host", subject=host, host=host, is_transient=transient
            ) from error
        if not addresses:
            raise FetchError("address-unknown-host", subject=host, host=host)
        if not self._exceptions & {(host, None), (host, port)}:
            for text in addresses:
                if not is_public(text):
                    where = host if text == host else f"{host}, {text}"
                    raise FetchError("address-private", subject=host, place=where)
        return addresses


def parse_allowed(text: str) -> tuple[str, int | None]:
    """Parse a host and optional port. Raises RefusedValue."""
    match = _ALLOWED.fullmatch(text.strip())
    if match is None:
        raise RefusedValue("host-unclear", host=text.strip())
    port = match["port"]
    if port is not None and not 0 < int(port) < 65536:
        raise RefusedValue("host-no-port", host=text.strip(), port=port)
    return match["host"].strip("[]").lower(), int(port) if port else None


def is_public(text: str) -> bool:
    """True if a numeric address, or the one embedded in it, is on the public internet."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address not in _GLOBAL_V6:
            return False
    unfit = address.is_multicast or address.is_reserved or address.is_unspecified
    special = any(address.version == network.version and address in network for network in _SPECIAL)
    return address.is_global and not unfit and not special

"""Parse the `Forwarded` header of proxies (RFC 7239)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'[ \t]*({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")[ \t]*([;,]|\Z)')
_NODE = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::\d{1,5})?")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Hop:
    """What one proxy reports of the request that it received; "" for what it does not."""

    client: str
    scheme: str
    host: str


def visitor_hop(header: str, is_proxy: Callable[[str], bool]) -> Hop | None:
    """The last hop whose client is not a trusted proxy; None if the header is malformed."""
    try:
        hops = _hops(header)
    except ValueError:
        return None
    return next((hop for hop in reversed(hops) if not is_proxy(hop.client)), hops[0])


def _hops(header: str) -> list[Hop]:
    """Parse the hops, outermost first. Raises ValueError if the header is malformed."""
    hops, pairs, at, separator = list[Hop](), dict[str, str](), 0, ","
    while separator:
        pair = _PAIR.match(header, at)
        if pair is None or pair[1].lower() in pairs:
            raise ValueError(header)
        pairs[pair[1].lower()] = pair[2] or re.sub(r"\\(.)", r"\1", pair[3])
        separator, at = pair[4], pair.end()
        if separator != ";":
            hops.append(_hop(pairs))
            pairs = {}
    return hops


def _hop(pairs: dict[str, str]) -> Hop:
    """Raises ValueError for an invalid protocol or host. The client may be hidden."""
    node = _NODE.fullmatch(pairs.get("for", ""))
    scheme, host = pairs.get("proto", "").lower(), pairs.get("host", "")
    if scheme not in ("", "http", "https") or (host and not _HOST.fullmatch(host)):
        raise ValueError(scheme, host)
    return Hop((node[1] or node[2]) if node else "", scheme, host)

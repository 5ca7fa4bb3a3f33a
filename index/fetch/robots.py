"""robots.txt rules (RFC 9309)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from index.errors import FetchError
from index.fetch.address import Address

# Bytes of a robots.txt that are read; the standard asks for 500 KiB at least.
LARGEST_ROBOTS_BYTES = 512 * 1024
_KEPT = 3600.0
# Seconds for which a failure to get the rules is remembered.
FAILURE_SECONDS = 300.0
_ABSENT = range(400, 500)
# Codes that say more about the page itself than that its rules are missing.
OF_THE_HOST = frozenset(
    {"address-private", "address-unknown-host", "address-unreachable", "address-certificate"}
)


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Protego | None
    failure: FetchError | None
    until: float


class Robots:
    """Rules of each site, cached; `fetch` downloads them and raises FetchError."""

    def __init__(
        self,
        product: str,
        fetch: Callable[[Address], bytes],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._product = product
        self._fetch = fetch
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def interval(self, address: Address) -> float:
        """Return the crawl delay of the site in seconds, 0 if it sets none.

        Raises FetchError if the address may not be fetched.
        """
        entry = self._known.get(address.origin)
        if entry is None or entry.until < self._clock():
            entry = self._known[address.origin] = self._read(address)
        if entry.failure is not None:
            raise entry.failure.of(address.url)
        if entry.rules is None:
            return 0.0
        if not entry.rules.can_fetch(address.url, self._product):
            raise FetchError("address-robots", shown=address.url)
        return entry.rules.crawl_delay(self._product) or 0.0

    def _read(self, address: Address) -> _Known:
        """Read the rules; a missing robots.txt allows everything, an unreachable one nothing for
        now."""
        try:
            text = self._fetch(Address.parse(f"{address.origin}/robots.txt"))
        except FetchError as error:
            if error.parameters.get("status") in _ABSENT and not error.passing:
                return _Known(None, None, self._clock() + _KEPT)
            # Not worth a retry: the rules had theirs.
            status = error.parameters.get("status")
            reason = error.problem if status is None else str(status)
            failure = FetchError("address-robots-unreadable", shown=address.url, reason=reason)
            if error.code in OF_THE_HOST:
                failure = FetchError(error.problem, shown=address.url)
            return _Known(None, failure, self._clock() + FAILURE_SECONDS)
        rules = Protego.parse(text.decode("utf-8", "replace"))
        return _Known(rules, None, self._clock() + _KEPT)

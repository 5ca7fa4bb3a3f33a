"""HTTP client that respects robots.txt, pace and limits."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self, TypeVar

import httpx2
import stamina
from protego import Protego

from index.errors import FetchError, Problem, Words
from index.fetch.address import Address
from index.fetch.guard import Guard
from index.fetch.inflate import Inflater, TooLarge
from index.fetch.transport import Deadline, FetchLimits, GuardedTransport, HostPace

LARGEST_ROBOTS_BYTES = 512 * 1024  # the standard requires 500 KiB
_RULES_SECONDS = 3600.0  # to cache a site's rules
FAILURE_SECONDS = 300.0  # to cache a failure to fetch them
_ABSENT = range(400, 500)
# Errors of a host, reported instead of the failure to fetch its rules.
OF_THE_HOST = frozenset(
    {"address-private", "address-unknown-host", "address-unreachable", "address-certificate"}
)


@dataclass(frozen=True, slots=True)
class _CachedRules:
    rules: Protego | None
    failure: FetchError | None
    until: float


class Robots:
    """Cache of sites' rules; `fetch` downloads a robots.txt and raises FetchError."""

    def __init__(self, product: str, fetch: Callable[[Address], bytes]) -> None:
        self._product = product
        self._fetch = fetch
        self._cache: dict[str, _CachedRules] = {}

    def interval(self, address: Address) -> float:
        """Return the crawl delay of the site in seconds, 0 if it sets none.

        Raises FetchError if the address may not be fetched.
        """
        entry = self._cache.get(address.origin)
        if entry is None or entry.until < time.monotonic():
            entry = self._cache[address.origin] = self._read(address)
        if entry.failure is not None:
            raise entry.failure.of(address.url)
        if entry.rules is None:
            return 0.0
        if not entry.rules.can_fetch(address.url, self._product):
            raise FetchError("address-robots", subject=address.url)
        return entry.rules.crawl_delay(self._product) or 0.0

    def _read(self, address: Address) -> _CachedRules:
        """Read the rules: without a robots.txt, all is allowed; if it is unreachable, nothing."""
        try:
            text = self._fetch(Address.parse(f"{address.origin}/robots.txt"))
        except FetchError as error:
            status = error.parameters.get("status")
            if status in _ABSENT and not error.is_transient:
                return _CachedRules(None, None, time.monotonic() + _RULES_SECONDS)
            # Not `passing`: the rules were already retried.
            reason = error.problem if status is None else str(status)
            failure = FetchError("address-robots-unreadable", subject=address.url, reason=reason)
            if error.code in OF_THE_HOST:
                failure = FetchError(error.problem, subject=address.url)
            return _CachedRules(None, failure, time.monotonic() + FAILURE_SECONDS)
        rules = Protego.parse(text.decode("utf-8", "replace"))
        return _CachedRules(rules, None, time.monotonic() + _RULES_SECONDS)


PRODUCT = "Selon"
_ACCEPT = (
    "text/html, application/xhtml+xml, application/pdf, application/rss+xml, "
    "application/atom+xml, application/xml;q=0.9, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_LONGEST_WAIT_SECONDS = 10.0**9
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Validators:
    """Validators of a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The response of an address. `url` is the last redirect's target; `body` is decompressed;
    `media_type` is in lower case, without parameters."""

    url: str
    body: bytes
    content_type: str
    validators: Validators
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The stored version is current. `url` is the last redirect's target."""

    url: str


KnownPage = Callable[[str], Validators | None]  # validators of a stored address, if any


class Fetcher:
    """Fetches addresses one after the other, in one thread at a time.

    `contact` is sent in the User-Agent. `sleep` waits between requests and may raise to abort.
    """

    def __init__(
        self,
        version: str,
        *,
        contact: str = "",
        guard: Guard | None = None,
        limits: FetchLimits | None = None,
        certificates: ssl.SSLContext | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._deadline = Deadline()
        self._pace = HostPace(sleep)
        agent = f"{PRODUCT}/{version}" + (f" (+{contact})" if contact else "")
        self._client = httpx2.Client(
            transport=GuardedTransport(guard or Guard(), self._deadline, certificates),
            headers={"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip"},
            timeout=self._limits.silence,
            trust_env=False,
        )
        self._robots = Robots(PRODUCT, self._fetch_robots)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(
        self,
        address: Address,
        validators_of: KnownPage = lambda url: None,
        site: Address | None = None,
    ) -> FetchedPage | NotModified:
        """Fetch an address, following redirects.

        `validators_of` is called for the address and each redirect; with `site`, redirects out of
        that site are refused. Raises FetchError, which names the requested address.
        """
        self._deadline.start(self._limits.total)
        return self._retry(address, lambda: self._follow(address, validators_of, site))

    def call(self, address: Address, headers: Mapping[str, str]) -> FetchedPage:
        """Call an API of the operator's own, for which robots.txt is not asked. The headers may
        hold a password: redirects to another host are refused. Raises FetchError."""
        self._deadline.start(self._limits.total)
        return self._retry(address, lambda: self._follow_call(address, headers))

    def post(self, address: Address, headers: Mapping[str, str], body: bytes) -> None:
        """Post to an address of the operator's own, once, as `call` calls one. Raises FetchError,
        whose `after` is what the site asks to wait."""
        self._deadline.start(self._limits.total)
        self._follow_call(address, headers, body)

    def _follow_call(
        self, address: Address, headers: Mapping[str, str], body: bytes | None = None
    ) -> FetchedPage:
        here = address
        for _ in range(self._limits.redirects + 1):
            answer = self._request(here, None, self._limits.size, 0.0, headers=headers, body=body)
            if isinstance(answer, FetchedPage):
                return answer
            if isinstance(answer, Address):
                if (answer.host, answer.scheme) != (here.host, here.scheme):
                    raise FetchError("address-off-site", subject=here.url, host=answer.origin)
                here = answer
        raise FetchError("address-redirects", subject=address.url, limit=self._limits.redirects)

    def _retry(self, address: Address, job: Callable[[], _Result]) -> _Result:
        """Retry a job with backoff while its failure may be temporary."""
        failed_at: float | None = None
        for attempt in stamina.retry_context(
            # True or a number of seconds if a retry may help.
            on=lambda error: (
                isinstance(error, FetchError)
                and error.is_transient
                and (True if error.after is None else error.after)
            ),
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=self._limits.backoff,
            wait_max=self._limits.backoff * 8,
            wait_jitter=self._limits.backoff,
        ):
            if failed_at is not None:
                self._deadline.extend(time.monotonic() - failed_at)
            with attempt:
                try:
                    return job()
                except FetchError as error:
                    failed_at = time.monotonic()
                    raise error.of(address.url) from error
        raise AssertionError("unreachable")

    def _follow(
        self, address: Address, validators_of: KnownPage, site: Address | None
    ) -> FetchedPage | NotModified:
        here = address
        for _ in range(self._limits.redirects + 1):
            interval = self._robots.interval(here)
            if interval > self._limits.patience:
                raise FetchError("address-delay", subject=here.url, seconds=interval)
            answer = self._request(here, validators_of(here.url), self._limits.size, interval)
            if not isinstance(answer, Address):
                return answer
            here = answer
            if site is not None and not here.same_site(site):
                raise FetchError("address-off-site", subject=here.url, host=here.host)
        raise FetchError("address-redirects", subject=address.url, limit=self._limits.redirects)

    def _fetch_robots(self, address: Address) -> bytes:
        return self._retry(address, lambda: self._follow_robots(address))

    def _follow_robots(self, address: Address) -> bytes:
        here = address
        for _ in range(self._limits.redirects + 1):
            answer = self._request(here, None, LARGEST_ROBOTS_BYTES, 0.0, truncate=True)
            if isinstance(answer, FetchedPage):
                return answer.body
            if isinstance(answer, Address):
                here = answer
        raise FetchError("address-redirects", subject=address.url, limit=self._limits.redirects)

    def _request(
        self,
        address: Address,
        validators: Validators | None,
        size: int,
        interval: float,
        *,
        truncate: bool = False,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> FetchedPage | NotModified | Address:
        """Send one request, a POST if it has a body; return the page, which is empty for a POST, or
        redirect target. `truncate` cuts a longer page."""
        self._deadline.extend(self._pace.wait(address.host, max(interval, self._limits.interval)))
        self._client.cookies.clear()
        current = validators or Validators()
        conditions = {"If-None-Match": current.etag, "If-Modified-Since": current.last_modified}
        sent = {name: value for name, value in conditions.items() if value} | dict(headers or {})
        method, redirects = ("GET", _REDIRECTS) if body is None else ("POST", _SAME_METHOD)
        request = self._client.build_request(method, address.url, headers=sent, content=body)
        try:
            with closing(self._client.send(request, stream=True)) as response:
                status = response.status_code
                if status in redirects and "location" in response.headers:
                    return address.join(response.headers["location"])
                if body is not None and response.is_success:
                    return FetchedPage(address.url, b"", "", Validators())
                if status == 304:
                    return NotModified(address.url)
                if status != 200:
                    raise self._refusal(address, response)
                return FetchedPage(
                    address.url,
                    _read_body(address, response, size, truncate),
                    response.headers.get("content-type", ""),
                    Validators(response.headers.get("etag"), response.headers.get("last-modified")),
                    response.headers if headers is not None else {},
                )
        except httpx2.TimeoutException as error:
            over = self._deadline.remaining() <= 0
            seconds = self._limits.total if over else self._limits.silence
            raise FetchError(
                "address-too-slow", subject=address.url, seconds=seconds, is_transient=not over
            ) from error
        except httpx2.TransportError as error:
            raise _unreachable(address, error) from error

    def _refusal(self, address: Address, response: httpx2.Response) -> FetchError:
        status = response.status_code
        if status not in _TRANSIENT_STATUSES:
            return FetchError("address-status", subject=address.url, status=status)
        after = _retry_after(response.headers.get("retry-after", ""))
        if after is not None and after > self._limits.patience:
            return FetchError("address-busy", subject=address.url, seconds=round(after))
        return FetchError(
            "address-status", subject=address.url, status=status, is_transient=True, after=after
        )


def _read_body(address: Address, response: httpx2.Response, size: int, truncate: bool) -> bytes:
    """Read the body and decompress it within `size`: a small response may expand to a large one."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if encoding != "identity" and encoding not in _COMPRESSED:
        raise FetchError("address-encoding", subject=address.url, reason=encoding[:40])
    inflater = Inflater(size) if encoding != "identity" else None
    plain = bytearray()
    try:
        if not truncate and int(response.headers.get("content-length") or 0) > size:
            raise TooLarge
        for piece in response.iter_raw():
            if inflater:
                inflater.feed(piece)
            else:
                plain += piece
                if len(plain) > size:
                    raise TooLarge
        return inflater.finish() if inflater else bytes(plain)
    except TooLarge as error:
        if truncate:
            return bytes(inflater.data if inflater else plain)[:size]
        raise FetchError("address-too-large", subject=address.url, limit=size) from error
    except ValueError as error:
        raise FetchError(
            "address-encoding", subject=address.url, reason=encoding[:40], is_transient=True
        ) from error


def _retry_after(text: str) -> float | None:
    """Parse a Retry-After header into seconds; None if it is absent or unclear."""
    if text.strip().isdecimal():
        return min(float(text), _LONGEST_WAIT_SECONDS)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _unreachable(address: Address, error: httpx2.TransportError) -> FetchError:
    # The pool passes the cause of its errors as their argument.
    origin = error.__cause__.args[0] if error.__cause__ and error.__cause__.args else None
    if isinstance(origin, ssl.SSLCertVerificationError):
        why = Words(origin.verify_message.partition(",")[0])
        return FetchError("address-certificate", subject=address.url, reason=why)
    # Unlike the system's, messages of libraries are of no use to people.
    reason: Problem | Words = Problem("connection-cut")
    if isinstance(origin, ssl.SSLError):
        reason = Problem("connection-tls")
    elif isinstance(origin, OSError) and origin.strerror:
        reason = Words(origin.strerror)
    return FetchError("address-unreachable", subject=address.url, reason=reason, is_transient=True)

"""HTTP transport that connects only to checked addresses, within a deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import certifi
import httpcore2
import httpx2

from index.fetch.guard import Guard


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits: sizes in bytes, times in seconds.

    `total` is for one address with its redirects and retries, without pauses between requests;
    `silence` is the longest pause within a response, `interval` the minimum time between requests
    to a host, `patience` the longest delay that a site may request.
    """

    size: int = 64 * 2**20
    total: float = 120.0
    silence: float = 20.0
    redirects: int = 5
    attempts: int = 3
    backoff: float = 1.0
    interval: float = 1.0
    patience: float = 60.0


class Deadline:
    """Remaining time for one address; pauses between requests do not count."""

    _end = 0.0

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        self._end += seconds

    def remaining(self) -> float:
        return self._end - time.monotonic()


class HostPace:
    """Keeps a minimum interval between requests to one host."""

    def __init__(self, sleep: Callable[[float], object]) -> None:
        self._sleep = sleep
        self._last_request: dict[str, float] = {}

    def wait(self, host: str, interval: float) -> float:
        """Wait until the next request to the host is due; return the seconds waited."""
        now = time.monotonic()
        pause = max(0.0, self._last_request.get(host, now - interval) + interval - now)
        if pause:
            self._sleep(pause)
        self._last_request[host] = time.monotonic()
        return pause


class GuardedTransport(httpx2.BaseTransport):
    """HTTP transport that connects only to addresses allowed by the guard, without proxies.

    Raises FetchError if the guard refuses, httpx2.TransportError otherwise. The `Host` header and
    TLS use the original host name. One thread at a time.
    """

    def __init__(
        self, guard: Guard, deadline: Deadline, certificates: ssl.SSLContext | None = None
    ) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=certificates or trusted_certificates(),
            max_connections=8,
            max_keepalive_connections=4,
            keepalive_expiry=30.0,
            network_backend=_Backend(guard, deadline),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        try:
            response = self._pool.handle_request(
                httpcore2.Request(
                    method=request.method,
                    url=httpcore2.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        except _ERRORS as error:
            raise _translate(error) from error
        stream = response.stream
        assert isinstance(stream, Iterable)
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(stream))

    def close(self) -> None:
        self._pool.close()


def trusted_certificates() -> ssl.SSLContext:
    """Trust Mozilla's authorities and those of this machine, which may have none."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


class _Backend(httpcore2.NetworkBackend):
    """Resolves a name once, checks the addresses, and connects to one of them."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception | None = None
        for address in self._guard.addresses(host, port):
            try:
                seconds = _remaining_time(self._deadline, timeout)
                stream = self._network.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure or httpcore2.ConnectError("no address for this host")


class _Stream(httpcore2.NetworkStream):
    """A stream with an overall deadline; slow trickles do not extend it."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining_time(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining_time(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = _remaining_time(self._deadline, timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _ERRORS as error:
            raise _translate(error) from error

    def close(self) -> None:
        if close := getattr(self._stream, "close", None):
            close()


_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)


def _translate(error: Exception) -> httpx2.TransportError:
    kind = httpx2.TimeoutException if isinstance(error, httpcore2.TimeoutException) else None
    return (kind or httpx2.NetworkError)(str(error))


def _remaining_time(deadline: Deadline, timeout: float | None) -> float:
    seconds = deadline.remaining()
    if seconds <= 0:
        raise httpcore2.ReadTimeout("no time left for this address")
    return seconds if timeout is None else min(timeout, seconds)

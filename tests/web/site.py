"""A small web site on 127.0.0.1 for the tests, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Self

from aiohttp import web

CERTIFICATE = Path(__file__).with_name("journal.pem")
"""Of journal.exemple, signed by itself, with its key: for these tests and nothing else."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Answer:
    """What the site gives at a path. With `etag`, a request that knows it gets 304."""

    body: str | bytes = ""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    at: float


class Site:
    """`with Site() as site`: `site.pages["/a"] = Answer(…)` or a handler, or several in turn.

    `secure` serves HTTPS as journal.exemple.
    """

    def __init__(self, *, secure: bool = False) -> None:
        self._secure = secure
        self.pages: dict[str, Answer | Handler | list[Answer]] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [request.path for request in self.asked if request.path != "/robots.txt"]

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        context = None
        if self._secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.port = self._runner.addresses[0][1]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.path_qs, request.headers, self._loop.time()))
        page = self.pages.get(request.path_qs, Answer("absent", status=404))
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        if not isinstance(page, Answer):
            return await page(request)
        headers = dict(page.headers)
        if page.etag:
            headers["ETag"] = page.etag
            if request.headers.get("If-None-Match") == page.etag:
                return web.Response(status=304, headers=headers)
        body = page.body.encode() if isinstance(page.body, str) else page.body
        return web.Response(
            status=page.status, body=body, headers={"Content-Type": page.kind, **headers}
        )


def article(title: str, text: str = "Le phare mesure quarante-deux mètres depuis 1864.") -> Answer:
    """A page as a small newspaper would serve it."""
    return Answer(
        "<!DOCTYPE html><html lang='fr'><head>"
        f"<title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p>"
        "<p>Il fut construit par les habitants du bourg en deux étés, pierre après pierre.</p>"
        "</article></body></html>"
    )


def rss(base: str, entries: Sequence[tuple[str, datetime | None]], **more: str) -> Answer:
    """A feed of these addresses; those that begin with / are the site's."""
    items = "".join(
        f"<item><title>Titre</title><link>{base if link.startswith('/') else ''}{link}</link>"
        + (f"<pubDate>{format_datetime(day)}</pubDate>" if day else "")
        + "</item>"
        for link, day in entries
    )
    return Answer(
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Le Phare</title>{items}"
        "</channel></rss>",
        "application/rss+xml",
        **more,
    )


def sitemap(base: str, entries: Sequence[tuple[str, str]], root: str = "urlset") -> str:
    """A sitemap, or with root `sitemapindex` an index of them; each with its `lastmod`."""
    inner = "url" if root == "urlset" else "sitemap"
    places = "".join(
        f"<{inner}><loc>{base}{path}</loc>"
        + (f"<lastmod>{day}</lastmod>" if day else "")
        + f"</{inner}>"
        for path, day in entries
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</{root}>"
    )


def day(number: int) -> datetime:
    return datetime(2025, 8, number, 12, tzinfo=UTC)

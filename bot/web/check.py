"""Smoke-test every address in this process, as a reader and a program."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from starlette.testclient import TestClient

from bot.web.app import create_app
from bot.web.feature import WebFeature
from bot.web.service import WebService

_LINK = re.compile(r'href="(/articles/[^"#?]+)')
_ORIGIN = "http://localhost"


@dataclass(frozen=True, slots=True)
class PathCheck:
    """The response of an address; `good` if it is the expected one."""

    address: str
    status: int
    size: int
    seconds: float
    good: bool


def check_addresses(service: WebService, features: Sequence[WebFeature]) -> Iterator[PathCheck]:
    """Try the addresses one by one; erases what it stores."""
    local = service.settings.model_copy(update={"web_access": "local"})
    app = create_app(replace(service, settings=local), features)
    newest = service.library.newest(1)
    question = newest[0].title if newest else "?"
    with TestClient(app, base_url=_ORIGIN) as client:

        def call(path: str, method: str = "GET", expected: str = "", **body: object) -> PathCheck:
            began = time.perf_counter()
            response = client.request(method, path, **body)  # type: ignore[arg-type]
            seconds = time.perf_counter() - began
            good = response.status_code == 200 and expected in response.text
            return PathCheck(path, response.status_code, len(response.content), seconds, good)

        try:
            yield call("/", expected="<form")
            yield call("/", "POST", "<article", data={"q": question})
            yield call("/answer", "POST", '"url"', data={"q": question})
            yield call("/articles", expected="<main")
            for path in _LINK.findall(client.get("/articles").text)[:1]:
                yield call(path, expected="<main")
            for feature in features:
                for link in feature.links:
                    yield call(link.path, expected="<main")
            yield call("/api/ask", "POST", '"outcome"', json={"question": question})
            yield call("/v1/models", expected='"data"')
        finally:
            client.post("/oublier")

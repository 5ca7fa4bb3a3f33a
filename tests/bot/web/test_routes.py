"""every page and API of the web is visited by a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route

from bot.features import FEATURES
from tests.bot.messenger.samples import FRESNEL
from tests.bot.web.library import create_pages, open_service

TESTS = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def _paths(routes: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Route):
            yield prefix + route.path
        elif isinstance(route, Mount):
            yield from _paths(list(route.routes), prefix + route.path) if route.routes else ()


def _visits() -> str:
    """The quoted paths in the tests, whatever an f-string puts in them written `{}`."""
    own = Path(__file__)
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py") if path != own)
    quoted = (re.findall(r"[\"'(](?:\{\w+\})?(/[^\"'\s]*)", text) for text in texts)
    return "\n".join(PLACEHOLDER.sub("{}", path) for paths in quoted for path in paths)


def test_no_page_is_without_a_test(tmp_path: Path) -> None:
    with open_service(tmp_path, [FRESNEL]) as service:
        paths = sorted(set(_paths(create_pages(service, FEATURES).routes)))
    assert {"/", "/articles/{article_id}"} & set(paths)
    visits = _visits()
    patterns = {
        path: "^" + r"[^/?#\n]+".join(map(re.escape, PLACEHOLDER.split(path))) + r"(?:[?#].*)?$"
        for path in paths
    }
    unvisited = [
        path for path, pattern in patterns.items() if not re.search(pattern, visits, re.MULTILINE)
    ]
    assert unvisited == []

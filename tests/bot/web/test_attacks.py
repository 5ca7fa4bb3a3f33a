"""Attacks on the pages, none of which may succeed."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bot.state.database import State
from bot.state.tables import TurnRow
from tests.bot.messenger.samples import FRESNEL, answered, article, cite
from tests.bot.web.conftest import QUESTION
from tests.e2e.telegram import Shelf, StubChain

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><script src=//mal.example></script>',
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "'\"><iframe src=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '" autofocus onfocus="alert(1)',
    '<a href="javascript:alert(1)">x</a>',
    "{{ 1234 * 5678 }}{% raw %}",
    "<style>@import '//mal.example'</style>",
    "<base href=//mal.example><form action=//mal.example>",
)
PATHS = (
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e%2f%2e%2e%2fsettings.py",
    "/static//etc/passwd",
    "/static/%00",
    "/articles/..%2f..%2f..%2fetc%2fpasswd",
    "/articles/%2e%2e/%2e%2e/etc/passwd",
    "/a/../../etc/passwd",
    "/a/%0d%0aset-cookie:%20x=1",
    "/a/' OR 1=1 --",
    "/a/%00",
)
WRITES = ("/", "/answer", "/a/x/vote", "/oublier", "/entrer")
FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
    {"origin": "https://mal.example"},
    {"origin": "http://localhost.mal.example"},
    {"origin": "null"},
)
HOSTS = ("mal.example", "localhost.mal.example", "127.0.0.1.mal.example", "localhost@mal.example")


class PageAudit(HTMLParser):
    """Collects what could run, or lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        own = tag == "script" and (values.get("src") or "").startswith("/static/")
        if tag in ("script", "iframe", "base", "style", "object", "svg", "img") and not own:
            self.faults.append(tag)
        self.faults += [name for name in values if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            address = (values.get(name) or "").strip().lower()
            if address.startswith(("javascript:", "//", "vbscript:")):
                self.faults.append(address)


def faults(page: str) -> list[str]:
    audit = PageAudit()
    audit.feed(page)
    return audit.faults


@pytest.mark.parametrize("attack", SCRIPTS)
def test_markup_of_strangers_is_text(
    client: TestClient, chain: StubChain, shelf: Shelf, attack: str
) -> None:
    """In a question, a title, an author, an address, and the words of an article."""
    words = f"Il conçoit {attack} en 1822."
    hostile = replace(article(words), title=attack, author=attack, url=f"javascript:{attack}")
    shelf.articles[hostile.id] = hostile
    chain.answers[attack.strip()] = answered(attack, cite(1, words, hostile))
    pages = [
        client.post("/", data={"q": attack}),
        client.get("/", params={"q": attack}, headers={"sec-fetch-site": "cross-site"}),
        client.get(f"/articles/{hostile.id}"),
        client.get(f"/a/{quote(attack, safe='')}"),
    ]
    for page in pages:
        assert page.status_code in (200, 404)
        assert faults(page.text) == []
        assert "7006652" not in page.text
        assert "unsafe" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_nowhere_else(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (400, 404, 405)
    assert "set-cookie: x" not in str(response.headers)
    assert "root:" not in response.text
    assert "import" not in response.text


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("headers", FOREIGN)
def test_other_sites_write_nothing(
    client: TestClient, state: State, path: str, headers: dict[str, str]
) -> None:
    response = client.post(path, data={"q": QUESTION, "vote": "good"}, headers=headers)
    assert response.status_code == 403
    with state.session() as session:
        assert session.scalar(select(func.count()).select_from(TurnRow)) == 0


@pytest.mark.parametrize("host", HOSTS)
def test_other_names_get_nothing(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", f"/articles/{FRESNEL.id}", "/mesdonnees", "/entrer", "/absent", "/a/x"]
)
def test_no_page_can_be_framed_or_tells_where_readers_come_from(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "cookie", ["", "x", "x" * 5000, "a\u00e9" * 12, "../../state.sqlite", "' OR 1=1 --" * 3]
)
def test_no_cookie_is_somebody_else(client: TestClient, cookie: str) -> None:
    client.post("/", data={"q": QUESTION})
    client.cookies.clear()
    kept = client.get("/mesdonnees.json", headers={"cookie": f"selon={cookie}".encode()})
    assert kept.json()["turns"] == []


def test_a_key_cannot_be_guessed(client: TestClient, chain: StubChain) -> None:
    keys = {
        client.post("/", data={"q": QUESTION}, follow_redirects=False).headers["location"]
        for _ in range(5)
    }
    assert len(keys) == 5
    assert all(len(each) == len("/a/") + 22 for each in keys)
    assert client.get(f"/a/{FRESNEL.id}").status_code == 404

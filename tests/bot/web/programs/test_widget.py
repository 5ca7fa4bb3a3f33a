"""The widget on another site's page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.errors import SettingsError
from bot.settings import load_settings
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.messenger.samples import LENS
from tests.bot.web.browser import WAIT_SECONDS, served
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import StubChain

SITE = "https://www.exemple.fr"
HOST_PAGE = """<!doctype html><html lang="{language}"><title>Un site</title>
<style>
div, button {{ display: none; color: red !important; font-size: 40px }} p {{ color: green }}
</style>
<p id="own">Une page</p><script src="{selon}/widget.js"></script></html>"""


def create_embedding(service: WebService, site: str = SITE) -> Starlette:
    """The application, which this site may frame."""
    settings = service.settings.model_copy(update={"web_embed": (site,)})
    return create_app(replace(service, settings=settings))


@pytest.fixture
def embedded(service: WebService) -> Iterator[TestClient]:
    with TestClient(create_embedding(service), base_url=ORIGIN) as client:
        yield client


def test_only_listed_sites_may_frame_it(embedded: TestClient, client: TestClient) -> None:
    page = embedded.get("/embed", headers={"referer": f"{SITE}/", "sec-fetch-dest": "iframe"})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {SITE};" in f"{policy};"
    assert "script-src 'self'" in policy
    others = ("https://ailleurs.example/", f"{SITE}.ailleurs.example/", "http://www.exemple.fr")
    for referer in others:
        assert embedded.get("/embed", headers={"referer": referer}).status_code == 403
    assert client.get("/embed").status_code == 403
    assert "frame-ancestors 'none'" in embedded.get("/").headers["content-security-policy"]


def test_the_frame_keeps_the_conversation(embedded: TestClient, chain: StubChain) -> None:
    page = embedded.post("/embed", data={"q": QUESTION})
    assert LENS in page.text
    assert f'name="earlier" value="{QUESTION}"' in page.text
    embedded.cookies.clear()
    embedded.post("/embed", data={"q": "Et quand ?", "earlier": [QUESTION]})
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
    page = embedded.post("/embed", data={"q": " "})
    assert page.status_code == 400
    assert SITE in page.headers["content-security-policy"]


def test_the_script_is_small_and_for_other_sites(client: TestClient) -> None:
    script = client.get("/widget.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(script.content) < 4_000
    assert json.dumps("Interroger les articles") in script.text


@pytest.mark.parametrize("value", ["www.exemple.fr", "https://a.fr/x", "*", "https://a.fr; b"])
def test_a_site_is_an_origin(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_WEB_EMBED", value)
    with pytest.raises(SettingsError):
        load_settings()


def widget(browser: Chrome, condition: str) -> Any:
    """The value of an expression of `root`, the widget's shadow root, once it is true."""
    script = (
        "const root = [...document.body.children].map(each => each.shadowRoot).find(Boolean);"
        f"return root && ({condition});"
    )
    return WebDriverWait(browser, WAIT_SECONDS).until(lambda _: browser.execute_script(script))


@contextmanager
def open_other_site(
    browser: Chrome, service: WebService, language: str, *, listed: bool
) -> Iterator[None]:
    """Under a policy as strict as a site's may be that has the widget and a theme's own styles."""
    content: list[HTMLResponse] = []
    other = Starlette(routes=[Route("/", lambda request: content[0])])
    with (
        served(other) as page,
        served(create_embedding(service, page if listed else SITE)) as selon,
    ):
        html = HOST_PAGE.format(selon=selon, language=language)
        policy = f"default-src 'self'; script-src {selon}; frame-src {selon}; "
        policy += "style-src 'self' 'unsafe-inline'"  # as a block theme of WordPress has them
        content.append(HTMLResponse(html, headers={"content-security-policy": policy}))
        browser.get(page)
        yield


def test_a_page_of_another_site_asks_in_a_frame(browser: Chrome, service: WebService) -> None:
    with open_other_site(browser, service, "fr", listed=True):
        label = widget(browser, "root.querySelector('button').textContent")
        assert label == "Interroger les articles"
        own = "getComputedStyle(document.getElementById('own')).color"
        assert browser.execute_script(f"return {own}") == "rgb(0, 128, 0)"
        assert widget(browser, "root.querySelector('button').offsetHeight") < 60
        widget(browser, "root.querySelector('button').click() || true")
        browser.switch_to.frame(widget(browser, "root.querySelector('iframe')"))
        wait = WebDriverWait(browser, WAIT_SECONDS)
        field = wait.until(lambda _: browser.find_element(By.ID, "q"))
        field.send_keys(f"{QUESTION}\n")
        wait.until(lambda _: LENS in browser.page_source)
        browser.switch_to.default_content()
        assert widget(browser, "!root.querySelector('[role=alert]')")


def test_a_site_that_is_not_listed_sees_that_it_failed(
    browser: Chrome, service: WebService
) -> None:
    with open_other_site(browser, service, "en", listed=False):
        widget(browser, "root.querySelector('button').click() || true")
        text = widget(browser, "root.querySelector('[role=alert]')?.innerText")
        assert text == "Selon could not be shown here. Open it in a tab of its own"
        assert widget(browser, "root.querySelector('[role=alert]').offsetHeight") > 0

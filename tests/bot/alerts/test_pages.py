"""Alerts on the web: known people ask for one, and the page says when an article answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from selenium.webdriver import Chrome
from starlette.testclient import TestClient

from bot.alerts import alert_records
from bot.alerts.feature import AlertsFeature
from bot.settings import Settings
from bot.state import statistics
from bot.state.database import open_state
from bot.web.app import create_app
from bot.web.feature import WebFeature
from bot.web.serve import keep_up
from bot.web.service import WebService
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.bot.web.browser import check_accessible, served
from tests.bot.web.library import answer_paths
from tests.e2e.telegram import Shelf, StubChain

QUESTION = "Qui a conçu la lentille ?"
ZOE, ANNE = {"X-Forwarded-User": "zoe"}, {"X-Forwarded-User": "anne"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    AlertsFeature().load_tables()
    settings = Settings(
        _env_file=None, data_dir=tmp_path, web_access="proxy", web_proxies="127.0.0.1"
    )
    shelf: Any = Shelf(FRESNEL)
    chain: Any = StubChain()
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        yield WebService(chain, shelf, state, settings)


@pytest.fixture
def features(service: WebService) -> Sequence[WebFeature]:
    pages = AlertsFeature().web(service)
    assert pages is not None
    return [pages]


@pytest.fixture
def client(service: WebService, features: Sequence[WebFeature]) -> Iterator[TestClient]:
    app = create_app(service, features)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def ask_for_an_alert(client: TestClient, question: str = QUESTION) -> str:
    """The list of alerts after asking for one below a refusal."""
    refusal = client.post("/", data={"q": question}, headers=ZOE).text
    assert "M’avertir quand un article y répond" in refusal
    (key,) = re.findall(r'action="/alertes"><input type="hidden" name="key" value="(.+?)"', refusal)
    return unescape(client.post("/alertes", data={"key": key}, headers=ZOE).text)


def publish_answer(service: Any) -> None:
    """An article comes that answers the question."""
    service.chain.answers[QUESTION] = answered(QUESTION, cite(1, LENS))
    service.library.current = "20260401T120000.000000Z"


async def look(features: Sequence[WebFeature]) -> None:
    for feature in features:
        for job in feature.jobs:
            await job()


async def test_a_known_person_reads_the_answer_at_the_next_visit(
    client: TestClient, service: Any, features: Sequence[WebFeature]
) -> None:
    assert QUESTION in ask_for_an_alert(client)
    assert "1 question attend un article" in client.get("/", headers=ZOE).text
    await look(features)
    assert "répond maintenant" not in client.get("/", headers=ZOE).text
    publish_answer(service)
    await look(features)
    await look(features)
    since = service.now() - timedelta(days=2)
    assert len(service.state.do(partial(statistics.questions, since=since))) == 1, "asked once"
    page = unescape(client.get("/", headers=ZOE).text)
    assert page.count(f"Un article répond maintenant à votre question «\u00a0{QUESTION}") == 1
    assert "attend un article" not in page
    (address,) = re.findall(r'href="(/a/[^"]+)"', page)
    assert LENS in client.get(address, headers=ANNE).text
    (dismissal,) = re.findall(r'action="(/alertes/\d+)"', page)
    client.post(dismissal, headers=ANNE)
    assert "répond maintenant" in client.get("/", headers=ZOE).text
    client.post(dismissal, headers=ZOE)
    assert "répond maintenant" not in client.get("/", headers=ZOE).text
    assert LENS in client.get(address, headers=ZOE).text


def test_only_real_questions_wait_for_an_article(client: TestClient) -> None:
    for message in ("Fais le point", "Et quand ?", "autre chose"):
        page = client.post("/", data={"q": message}, headers=ZOE).text
        assert "Les articles ne le disent pas" in page
        assert "/alertes" not in page


async def test_jobs_run(client: TestClient, service: Any, features: Sequence[WebFeature]) -> None:
    ask_for_an_alert(client)
    publish_answer(service)
    done = asyncio.Event()

    async def fail() -> None:
        raise ValueError

    async def finish() -> None:
        await look(features)
        done.set()

    jobs = WebFeature((), jobs=[fail, finish])
    async with keep_up(service, [jobs], erases=False):
        await asyncio.wait_for(done.wait(), 30)
    assert "répond maintenant" in client.get("/", headers=ZOE).text


def test_an_alert_is_its_owners_to_cancel_to_see_and_to_forget(client: TestClient) -> None:
    (cancelling,) = re.findall(r'action="(/alertes/\d+)"', ask_for_an_alert(client))
    client.post(cancelling, headers=ANNE)
    assert QUESTION in unescape(client.get("/alertes", headers=ZOE).text)
    assert QUESTION not in unescape(client.post(cancelling, headers=ZOE).text)
    ask_for_an_alert(client)
    assert "1 alerte" in client.get("/mesdonnees", headers=ZOE).text
    kept = client.get("/mesdonnees.json", headers=ZOE).json()
    assert [alert["question"] for alert in kept["alerts"]] == [QUESTION]
    client.post("/oublier", headers=ZOE)
    assert client.get("/mesdonnees.json", headers=ZOE).json()["alerts"] == []


def test_alerts_have_an_end(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_an_alert(client)
    monkeypatch.setattr(alert_records, "ALERT_LIMIT", 1)
    page = client.post("/", data={"q": "Et qui d’autre a conçu la lentille ?"}, headers=ZOE).text
    (key,) = re.findall(r'action="/alertes"><input type="hidden" name="key" value="(.+?)"', page)
    refusal = client.post("/alertes", data={"key": key}, headers=ZOE)
    assert refusal.status_code == 409
    assert "annulez d’abord une alerte" in refusal.text
    page = client.get("/alertes", headers=ZOE).text
    assert "autre a conçu" not in page
    ask_for_an_alert(client)  # the same again is none more
    (cancelling,) = re.findall(r'action="(/alertes/\d+)"', page)
    client.post(cancelling, headers=ZOE)
    assert "autre a conçu" in client.post("/alertes", data={"key": key}, headers=ZOE).text


def test_unknown_visitors_get_none(service: WebService, features: Sequence[WebFeature]) -> None:
    service.settings.web_access = "local"
    with TestClient(create_app(service, features), base_url="http://localhost") as client:
        refusal = client.post("/", data={"q": QUESTION})
        assert "Les articles ne le disent pas" in refusal.text
        assert "/alertes" not in refusal.text
        assert "/alertes" not in client.get("/").text
        assert client.get("/alertes").status_code == 404
        key = answer_paths(refusal.text)[0].removeprefix("/a/")
        assert client.post("/alertes", data={"key": key}).status_code == 404


async def test_can_be_used(
    browser: Chrome, client: TestClient, service: Any, features: Sequence[WebFeature]
) -> None:
    for question in (QUESTION, "Et quand la lentille a-t-elle servi ?"):
        ask_for_an_alert(client, question)
    publish_answer(service)
    await look(features)
    service.settings.smtp_url = SecretStr("smtp://127.0.0.1:9")
    with served(create_app(service, features)) as address:
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": ZOE})
        for path in ("/", "/alertes"):
            check_accessible(browser, address + path)
            assert "répond maintenant" in browser.page_source
        browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {}})

"""« Le Quotidien » and the podcasts on the web."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import feedparser
import pytest
from selenium.webdriver import Chrome
from starlette.testclient import TestClient

from bot.digests import clock
from bot.digests.feature import DigestsFeature
from bot.web.service import WebService
from index.store.factory import open_store
from index.store.removals import RemovedArticles
from tests.bot.digests.made import DAY, article
from tests.bot.web.browser import check_accessible, served
from tests.bot.web.library import create_pages, open_client, open_service

BRIDGE = article(
    "Le \u202epont", "Le \u2066pont de Vaubrey a rouvert ce jeudi <matin>. Il mesure trente m."
)
MILL = article("Le moulin", "Le moulin de Corbelle a brûlé dans la nuit.", date(2026, 3, 20))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: DAY)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    with open_service(tmp_path, [BRIDGE, MILL]) as service:
        yield service


@pytest.fixture
def pages(service: WebService) -> Iterator[TestClient]:
    with open_client(service, [DigestsFeature()]) as client:
        yield client


def test_the_news_of_the_day_lead_to_the_articles(pages: TestClient) -> None:
    page = pages.get("/quotidien").text
    assert "Le Quotidien du 26 mars 2026" in page
    assert '<a href="/quotidien" aria-current="page">Le Quotidien</a>' in page
    link = re.search(r'<blockquote[^>]*><p><a href="([^"]+)">(.*?)</a>', page)
    assert link is not None
    assert unescape(link[2]) == "Le pont de Vaubrey a rouvert ce jeudi <matin>."
    read = pages.get(unescape(link[1])).text
    assert f'class="current">{link[2]}</mark>' in read


def test_it_opens_on_the_newest_day_that_has_news(
    pages: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for today in (date(2026, 3, 27), date(2026, 5, 1)):
        monkeypatch.setattr(clock, "today", lambda today=today: today)
        page = pages.get("/quotidien").text
        assert "Le Quotidien du 26 mars 2026" in page
        assert "Le pont de Vaubrey" in page


def test_another_day_has_its_own_news(pages: TestClient) -> None:
    page = pages.get("/quotidien", params={"day": "2026-03-20"}).text
    assert "Le moulin" in page
    assert "Le pont" not in page
    empty = pages.get("/quotidien", params={"day": "2026-04-02"}).text
    assert '<a href="/quotidien?day=2026-03-26">' in empty
    for day in ("hier", "0001-01-01", "2026-13-01", ""):
        assert pages.get("/quotidien", params={"day": day}).status_code == 404


def test_other_days_are_limited_less_than_questions(service: WebService) -> None:
    now = service.now()
    days = [f"2025-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 26)]
    with open_client(replace(service, now=lambda: now), [DigestsFeature()]) as pages:
        codes = [pages.get(f"/quotidien?day={day}").status_code for day in days]
        assert set(codes[:80]) == {200}
        assert codes[-1] == 429
        assert pages.get("/quotidien").status_code == 200


def test_a_feed_reader_finds_the_stories(pages: TestClient) -> None:
    response = pages.get("/quotidien.xml")
    feed = feedparser.parse(response.content)
    assert not feed.bozo
    assert response.headers["content-type"] == "application/atom+xml"
    (entry,) = feed.entries
    assert (entry.title, entry.updated) == ("Le pont", "2026-03-26T00:00:00Z")
    assert entry.link.startswith(f"http://localhost/articles/{BRIDGE.id}?ref=")
    assert "a rouvert ce jeudi &lt;matin&gt;." in entry.content[0].value
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", response.text)
    assert pages.get(entry.link).status_code == 200


def test_a_withdrawn_article_leaves_the_news(pages: TestClient, tmp_path: Path) -> None:
    assert "Vaubrey" in pages.get("/quotidien").text
    RemovedArticles(open_store(tmp_path)).add([BRIDGE])
    assert "Vaubrey" not in pages.get("/quotidien").text


def test_the_menu_has_podcasts_once_there_are_some(pages: TestClient, tmp_path: Path) -> None:
    assert "Aucun podcast" in pages.get("/podcasts").text
    assert "/podcasts" not in pages.get("/quotidien").text


def publish(folder: Path) -> None:
    """An episode, and what is not one."""
    folder.mkdir()
    episode = {"file": "un.mp3", "title": "Le pont & lui", "seconds": 65, "bytes": 3}
    episodes = [{**episode, "published": "2026-03-26T07:00:00+00:00"}]
    (folder / "episodes.json").write_text(json.dumps(episodes), encoding="utf-8")
    (folder / "un.mp3").write_bytes(b"0123456789")
    (folder / ".draft.mp3").write_bytes(b"secret")
    (folder / "feed.xml").write_text("<rss/>", encoding="utf-8")


def test_podcasts_are_listed_with_their_sound(service: WebService, tmp_path: Path) -> None:
    publish(tmp_path / "podcasts")
    with open_client(service, [DigestsFeature()]) as pages:
        page = pages.get("/podcasts").text
        assert "Le pont &amp; lui" in page
        assert '<audio controls preload="none" src="/podcasts/un.mp3">' in page
        assert '<a href="/podcasts"' in page
        sound = pages.get("/podcasts/un.mp3", headers={"range": "bytes=2-4"})
        assert (sound.status_code, sound.content) == (206, b"234")
        assert pages.get("/podcasts/feed.xml").text == "<rss/>"
        for name in (".draft.mp3", "episodes.json", "..%2Fstate.sqlite", "deux.mp3", "un.html"):
            assert pages.get(f"/podcasts/{name}").status_code == 404


def test_everybody_can_use_the_pages(browser: Chrome, service: WebService, tmp_path: Path) -> None:
    publish(tmp_path / "podcasts")
    app = create_pages(service, [DigestsFeature()])
    with served(app) as address:
        for path in ("/quotidien", "/quotidien?day=2026-04-02", "/podcasts"):
            check_accessible(browser, address + path)

"""The standings on the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from starlette.testclient import TestClient

from bot.arena import battle_records as battles
from bot.arena.battle_records import BattleSide
from bot.arena.feature import ArenaFeature
from bot.web.service import WebService
from tests.bot.arena.samples import NOW, new_battle
from tests.bot.web.browser import check_accessible, served
from tests.bot.web.library import create_pages, open_client, open_service
from tests.index.samples import three


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    ArenaFeature().load_tables()
    with open_service(tmp_path, three()) as service:
        yield service


@pytest.fixture
def pages(service: WebService) -> Iterator[TestClient]:
    with open_client(service, [ArenaFeature()]) as client:
        yield client


def vote(service: WebService, numbers: range) -> None:
    """People prefer the articles' sentences, all but one in four."""
    with service.state.session() as session:
        for number in numbers:
            new = new_battle(number, second=BattleSide("openai:<petit>", "Anne. [1]"))
            battle = battles.save_battle(session, new, NOW)
            choice = "second" if number % 4 == 0 else "first"
            battles.cast_battle_vote(session, battle, number, choice, NOW)


def test_writers_are_ranked_when_enough_have_voted(service: WebService, pages: TestClient) -> None:
    page = pages.get("/arene").text
    assert "Personne n’a encore voté." in page
    assert "<table" not in page
    assert '/arene"' not in page
    vote(service, range(10))
    assert "Pas encore assez de votes pour un classement." in pages.get("/arene").text
    vote(service, range(10, 50))
    page = pages.get("/arene").text
    rows = re.findall(r'<td>(.)</td>\s*<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', page)
    assert [(place, writer) for place, writer, _ in rows] == [
        ("1", "Phrases des articles"),
        ("2", "openai:&lt;petit&gt;"),
    ]
    assert all(re.fullmatch(r"[\d\u202f]+ \([\d\u202f]+ à [\d\u202f]+\)", row[2]) for row in rows)
    assert "50 votes de" in page.replace("\u00a0", " ")
    assert "<petit>" not in page
    with open_client(service, [ArenaFeature()]) as later:
        page = later.get("/arene").text
    assert '<a href="/arene" aria-current="page">Arène</a>' in page


def test_everybody_can_use_the_page(browser: Chrome, service: WebService) -> None:
    vote(service, range(50))
    app = create_pages(service, [ArenaFeature()])
    with served(app) as address:
        check_accessible(browser, f"{address}/arene")

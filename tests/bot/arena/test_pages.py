"""The standings on the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.arena import battle_records as battles
from bot.arena.battle_records import BattleSide, NewBattle
from bot.arena.feature import ArenaFeature
from bot.web.service import WebService
from tests.bot.web.browser import check_accessible, open_browser, served
from tests.bot.web.library import create_pages, open_client, open_service
from tests.index.samples import three

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
STYLE = {"length": 1, "citations": 1, "bold": 0}


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
    for number in numbers:
        new = NewBattle(
            question="Qui a construit le pont ?",
            language="fr",
            kind="single",
            origin="chat",
            generation="g",
            first=BattleSide("extractive", "Élise. [1]", STYLE, 0.2, 0),
            second=BattleSide("openai:<petit>", "Anne. [1]", STYLE, 1.5, 40),
            messages=("A", "B"),
            person_id=7,
            chat_id=7,
            question_message=number,
        )
        when = NOW + timedelta(minutes=number)
        battle = service.state.do(partial(battles.save_battle, new=new, now=when))
        cast = partial(battles.cast_battle_vote, battle_id=battle, person_id=number, now=when)
        service.state.do(partial(cast, choice="second" if number % 4 == 0 else "first"))


def test_nobody_has_voted(pages: TestClient) -> None:
    page = pages.get("/arene").text
    assert "Personne n’a encore voté." in page
    assert "<table" not in page
    assert '<a href="/arene" aria-current="page">Arène</a>' in page


def test_writers_are_ranked_when_somebody_has_voted(service: WebService, pages: TestClient) -> None:
    vote(service, range(10))
    few = pages.get("/arene").text
    assert "Pas encore assez de votes pour un classement." in few
    vote(service, range(10, 50))
    page = pages.get("/arene").text
    rows = re.findall(r'<td>(.)</td>\s*<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', page)
    assert [(place, writer) for place, writer, _ in rows] == [
        ("1", "Phrases des articles"),
        ("2", "openai:&lt;petit&gt;"),
    ]
    assert all(re.fullmatch(r"[\d\u202f]+ \([\d\u202f]+ à [\d\u202f]+\)", each[2]) for each in rows)
    assert "50 votes de" in page.replace("\u00a0", " ")
    assert "<petit>" not in page


def test_everybody_can_use_the_page(service: WebService) -> None:
    vote(service, range(50))
    app = create_pages(service, [ArenaFeature()])
    with served(app) as address, open_browser() as browser:
        check_accessible(browser, f"{address}/arene")

"""/corpus: a group is answered from the articles that its administrators choose, over HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from index.ingestion.builder import build
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import rows
from tests.e2e.real_index import running_over
from tests.fakes import FakeEmbedder

READER, CHIEF, ROOT, GROUP = 42, 43, 1, -100
QUESTION = "Qui a construit le phare de Cordouan ?"
NEWS = "Louis de Foix a construit le phare de Cordouan."
OLD = "Le phare de Cordouan fut construit par personne, dit la légende."


def _write(folder: Path, name: str, text: str, **fields: str) -> None:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path.write_text(f"---\ntitle: {name.rpartition('/')[2]}\n{told}---\n\n{text}\n", "utf-8")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    monde = {"outlet": "Le Monde", "category": "Patrimoine", "language": "fr"}
    _write(folder, "mer/cordouan", NEWS, published="2024-03-01", **monde)
    _write(folder, "mer/legende", OLD, published="1998-05-02", outlet="La Gazette", language="fr")
    _write(folder, "terre/moulin", "Le moulin moud du blé.", published="2024-04-01", **monde)
    # What would fill every place of a search that chooses among what it has found.
    for number in range(150):
        text = f"{QUESTION[:-2]}, se demande le numéro {number}\u202f? {OLD}"
        _write(folder, f"bruit/n{number}", text, published="2020-01-01", outlet="Bruit")
    return folder


@pytest.fixture(scope="module")
def built(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    build([corpus], folder, FakeEmbedder())
    return folder


@pytest_asyncio.fixture
async def server(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BotServer]:
    monkeypatch.setenv("SELON_ADMINS", str(ROOT))
    alerts = pytest.importorskip("bot.alerts.telegram", reason="alerts are removed")
    monkeypatch.setattr(alerts, "POLL_INTERVAL", timedelta(seconds=0.05))
    shutil.copytree(built, tmp_path / "index")
    async with BotServer() as server, running_over(server, tmp_path / "index", 0.3):
        server.administers(GROUP, CHIEF)
        yield server


async def _said(
    server: BotServer, text: str, *, group: int = GROUP, person: int = CHIEF, **more: Any
) -> Message:
    return await server.reply_to(group, text, kind="supergroup", person=person, **more)


async def test_answers_and_lists_keep_to_the_articles_of_the_group(server: BotServer) -> None:
    held = await _said(server, "/corpus média : le monde ; depuis : 2024")
    assert held.text == (
        "Dans ce groupe, je réponds d’après 2 articles\u00a0: média Le Monde, depuis le "
        "1er janvier 2024."
    )
    assert NEWS in (await _said(server, f"/demander {QUESTION}", person=READER)).text
    found = (await _said(server, "/recherche phare de Cordouan", person=READER)).text
    assert "1. cordouan" in found
    assert "legende" not in found
    newest = (await _said(server, "/recents", person=READER)).text
    assert "1. moulin" in newest
    assert "2. cordouan" in newest
    assert "3." not in newest
    year = "/demander Combien d’articles ont été publiés en {} ?"
    counted = (await _said(server, year.format(2024), person=READER)).text
    assert "2 articles" in counted
    none = (await _said(server, year.format(2020), person=READER)).text
    assert none == (
        "Aucun article du 1er janvier au 31 décembre 2020 dans les articles de ce groupe."
    )
    none = await _said(server, "/article legende", person=READER)
    assert "Je ne trouve pas" in none.text


async def test_an_alert_is_answered_from_the_articles_of_its_group(
    server: BotServer, corpus: Path, tmp_path: Path
) -> None:
    await _said(server, "/corpus média : Le Monde")
    refused = await _said(server, "/demander Combien coûte le nouveau zeppelin ?", person=READER)
    await server.reply_to_press(refused, 0, person=READER)
    before = rows("SELECT checked FROM alerts")
    price = "Le nouveau zeppelin coûte {} millions d’euros."
    news = tmp_path / "news"
    _write(news, "gazette", price.format(7), outlet="La Gazette", language="fr")
    build([corpus, news], tmp_path / "index", FakeEmbedder())
    async with asyncio.timeout(60):
        while rows("SELECT checked FROM alerts") == before:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.02)
    await server.silence()
    _write(news, "monde", price.format(9), outlet="Le Monde", language="fr")
    build([corpus, news], tmp_path / "index", FakeEmbedder())
    told = await server.next_message()
    assert price.format(9) in told.text
    assert price.format(7) not in told.text


async def test_what_chooses_nothing_changes_nothing(server: BotServer) -> None:
    await _said(server, "/corpus dossier : mer")
    for words, reply in (
        ("média : Le Figaro", "Aucun article ne correspond à «\u00a0média : Le Figaro\u00a0»"),
        ("bla bla", "Je ne comprends pas «\u00a0bla bla\u00a0»"),
        ("depuis : demain peut-être", "Je ne comprends pas «\u00a0depuis : demain"),
        ("média : La Gazette ; depuis : 2024", "Aucun article ne réunit tout cela"),
        ("dossier : ../..", "Aucun article ne correspond"),
    ):
        assert (await _said(server, f"/corpus {words}")).text.startswith(reply)
        assert "2 articles\u00a0: dossier mer" in (await _said(server, "/corpus")).text


async def test_a_topic_has_its_own_and_else_that_of_the_group(server: BotServer) -> None:
    await _said(server, "/corpus média : Le Monde")
    topic = await _said(server, "/corpus jusqu’à : 1999", thread=5)
    told = "Dans ce sujet, je réponds d’après 1 article\u00a0: jusqu’au 31 décembre 1999."
    assert topic.text == told
    assert "legende" in (await _said(server, "/recents", thread=5)).text
    assert "moulin" in (await _said(server, "/recents", thread=6)).text
    again = await _said(server, "/corpus tout", thread=5)
    assert again.text == "Dans ce sujet, je réponds d’après 2 articles\u00a0: média Le Monde."
    server.group_moves(GROUP, -1_000_100)
    await server.silence()
    server.administers(-1_000_100, CHIEF)
    assert "média Le Monde" in (await _said(server, "/corpus", group=-1_000_100)).text


async def test_only_administrators_decide(server: BotServer) -> None:
    denied = await _said(server, "/corpus média : Le Monde", person=READER)
    assert denied.text == "Seuls les administrateurs de ce groupe en décident."
    assert "tous les articles" in (await _said(server, "/corpus", person=READER)).text
    assert "2 articles" in (await _said(server, "/corpus média : Le Monde", person=ROOT)).text
    assert denied.text == (await _said(server, "/corpus tout", person=READER)).text

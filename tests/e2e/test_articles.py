"""Articles found by people, over HTTP and a real index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from index.build.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder

READER = 42
BODY = (
    "Le canal {n} relie la ville {n} à la mer depuis 18{n:02}. Les péniches y passent en toute "
    "saison avec du blé et du vin. Les éclusiers vivent au bord de l’eau dans de petites maisons. "
    "La commune {n} veut rouvrir le chemin de halage aux cyclistes."
)


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[BotServer]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(1, 13):
        (corpus / f"canal-{number}.md").write_text(
            f"---\ntitle: Le canal numéro {number}\nauthor: Claire Morel\n"
            f"published: 2024-01-{number:02}\nurl: https://exemple.fr/canal-{number}\n"
            f"language: fr\n---\n\n{BODY.format(n=number)}\n",
            encoding="utf-8",
        )
    build([corpus], tmp_path / "index", FakeEmbedder())
    index = LiveIndex(tmp_path / "index", FakeEmbedder(), ConfidenceModel.load())
    chain = FollowUpChain(RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.9))), index.search)
    async with BotServer() as server, running(server, chain, Library(index)):
        yield server


async def test_the_newest_articles_are_paged(server: BotServer) -> None:
    server.user_says(READER, "/recents")
    first = await server.next_message()
    assert first.text.startswith("Les articles les plus récents\n\n1. Le canal numéro 12, par")
    assert [button.text for button in first.buttons] == ["1", "2", "3", "4", "5", "›"]
    server.presses(first, 5)
    second = await server.next_edit()
    assert "6. Le canal numéro 7" in second.text
    server.presses(second, 6)
    last = await server.next_edit()
    assert [button.text for button in last.buttons] == ["11", "12", "‹"]
    server.presses(last, 0)
    assert (await server.next_message()).text.startswith("Le canal numéro 2, par Claire Morel")


async def test_an_article_is_summed_up_in_its_own_sentences(server: BotServer) -> None:
    server.user_says(READER, "/resume Le canal numéro 3")
    told = (await server.next_message()).text
    assert told.startswith("«\u00a0Le canal numéro 3\u00a0», dans ses propres mots\u00a0:\n\n")
    assert "\u00a0»\u00a0[1]" in told
    assert BODY.format(n=3).split(". ")[0] in told

"""The sample articles, found with the real model, listed and summed up over HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.library.articles import Library
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.botapi.server import BotServer
from tests.e2e.telegram import running

READER = 42
SAMPLES = Path(__file__).parents[2] / "corpus"
SPACE = ("Hubble", "James-Webb", "Rosetta", "Apollo")


@pytest.fixture(scope="module")
def library(sample_index: Path, bundled: Embedder) -> Library:
    return Library(LiveIndex(sample_index, bundled, ConfidenceModel.load()))


@pytest_asyncio.fixture
async def server(library: Library) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, library=library):
        yield server


async def _found(server: BotServer, words: str) -> list[str]:
    listed = await server.reply_to(READER, f"/recherche {words}")
    return re.findall(r"^\d+\. (.+)$", listed.text, re.MULTILINE)


async def test_words_and_meaning_find_what_is_about_them_and_nonsense_nothing(
    server: BotServer,
) -> None:
    for words in ("xyzzy plugh", "???"):
        none = await server.reply_to(READER, f"/recherche {words}")
        assert none.text == f"Aucun article sur «\u00a0{words}\u00a0»."
        assert not none.buttons
    found = await _found(server, "la conquête de l’espace")
    assert all(any(name in title for name in SPACE) for title in found[:2])
    for words, first in (
        ("trou noir", "trou noir"),
        ("dictionary", "Académie"),
        ("pénicilline", "Penicillin"),
    ):
        assert first in (await _found(server, words))[0]
    named = [path for path in SAMPLES.glob("*.md") if "Hugo" in path.read_text(encoding="utf-8")]
    assert len(await _found(server, "Hugo")) == len(named) > 1


@pytest.mark.parametrize(
    ("subject", "titles"),
    [
        ("trou noir", ["trou noir"]),
        ("incendie", ["Notre-Dame", "London"]),
        ("Hubble", ["Hubble", "James-Webb"]),
        ("intelligence artificielle", ["Microsoft"]),
        ("bitcoin", []),
        ("zzzzqqq", []),
    ],
)
def test_what_is_followed_is_named_or_meant(
    library: Library, subject: str, titles: list[str]
) -> None:
    found = library.on_subject(subject)
    assert len(found.citations) == len(titles)
    assert len(found.article_ids) == len(list(SAMPLES.glob("*.md")))
    for citation, title in zip(found.citations, titles, strict=True):
        assert title in citation.article.title
    if subject == "trou noir":
        assert subject in found.citations[0].quote


async def test_the_newest_articles_are_paged_and_opened(server: BotServer) -> None:
    first = await server.reply_to(READER, "/recents")
    assert first.text.startswith("Les articles les plus récents\n\n1. The Great Fire of London")
    assert first.labels == [*(f"Article {number}" for number in range(1, 6)), "Suite ›"]
    server.presses(first, "Suite ›")
    second = await server.next_edit()
    assert second.labels == [*(f"Article {n}" for n in range(6, 11)), "‹ Retour", "Suite ›"]
    server.presses(second, "‹ Retour")
    assert (await server.next_edit()).text == first.text
    card = await server.reply_to_press(first, "Article 2")
    assert card.text.startswith("Marie Curie, deux prix Nobel")


async def test_an_article_is_summed_up_in_its_own_sentences(server: BotServer) -> None:
    card = await server.reply_to(READER, "/article Le Minitel")
    told = (await server.reply_to_press(card, "Résumé")).text
    assert told.startswith("«\u00a0Le Minitel")
    quotes = re.findall("«\u00a0(.+?)\u00a0»\u00a0\\[\\d", told)
    text = (SAMPLES / "minitel.md").read_text("utf-8").replace("*", "")
    text = re.sub("«\\s*", "“", re.sub("\\s*»", "”", text))  # quotation marks within a quote
    assert quotes
    assert all(quote in text for quote in quotes)

"""/recherche over the sample articles and the real model, as a person sees it."""

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
from tests.e2e.telegram import StubChain, running

READER = 42
SAMPLES = Path(__file__).parents[2] / "corpus"
SPACE = ("Hubble", "James-Webb", "Rosetta", "Apollo")


@pytest_asyncio.fixture
async def server(sample_index: Path, bundled: Embedder) -> AsyncIterator[BotServer]:
    library = Library(LiveIndex(sample_index, bundled, ConfidenceModel.load()))
    async with BotServer() as server, running(server, StubChain(), library):
        yield server


async def _found(server: BotServer, words: str, language: str = "fr") -> list[str]:
    """The titles listed for these words, best first."""
    server.user_says(READER, f"/recherche {words}", language)
    text = (await server.next_message()).text
    return re.findall(r"^\d+\. (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("words", ["xyzzy plugh", "???"])
async def test_nonsense_finds_nothing_and_is_told_so(server: BotServer, words: str) -> None:
    server.user_says(READER, f"/recherche {words}")
    none = await server.next_message()
    assert none.text == f"Aucun article sur «\u00a0{words}\u00a0»."
    assert not none.buttons
    server.user_says(READER, f"/search {words}", "en")
    assert (await server.next_message()).text == f"No article about “{words}”."


async def test_a_subject_comes_before_a_word_said_in_passing(server: BotServer) -> None:
    found = await _found(server, "espace")
    assert any(name in found[0] for name in SPACE)
    found = await _found(server, "la conquête de l’espace")
    assert all(any(name in title for name in SPACE) for title in found[:2])


async def test_words_and_meaning_find_what_is_about_them(server: BotServer) -> None:
    for words, first in (
        ("télescope", "telescope"),
        ("incendie", "Notre-Dame"),
        ("trou noir", "trou noir"),
        ("dictionary", "Académie"),
        ("pénicilline", "penicillin"),
    ):
        assert first.casefold() in (await _found(server, words))[0].casefold()


async def test_every_article_that_has_a_name_is_listed(server: BotServer) -> None:
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
async def test_what_is_followed_is_named_or_clearly_meant(
    sample_index: Path, bundled: Embedder, subject: str, titles: list[str]
) -> None:
    library = Library(LiveIndex(sample_index, bundled, ConfidenceModel.load()))
    found = library.on_subject(subject)
    assert len(found.citations) == len(titles)
    assert len(found.article_ids) == len(list(SAMPLES.glob("*.md")))
    for citation, title in zip(found.citations, titles, strict=True):
        assert title in citation.article.title
    if subject == "trou noir":
        assert subject in found.citations[0].quote

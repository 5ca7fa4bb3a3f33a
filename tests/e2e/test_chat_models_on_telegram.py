"""Sentences that a chat model chooses, from its server over HTTP to the person on Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.library import articles
from tests.bot.llm.server import Behaviour, Scripted, says
from tests.botapi.server import BotServer
from tests.e2e.chat_models import QUESTION, QUOTE, RIGHT, Library, asking
from tests.e2e.telegram import running

READER = 42


@asynccontextmanager
async def talking(
    shelf: Library, state: Path, *behaviours: Behaviour, **settings: object
) -> AsyncIterator[tuple[BotServer, Scripted]]:
    """Telegram and the model's server, the bot between them."""
    async with (
        asking(shelf, state, *behaviours, **settings) as (chain, model),
        BotServer() as api,
        running(api, chain, articles.Library(shelf.index), data_dir=state),
    ):
        yield api, model


async def test_what_it_chooses_is_quoted_with_its_source(shelf: Library, tmp_path: Path) -> None:
    async with talking(shelf, tmp_path, says(RIGHT)) as (api, _):
        whole = await api.reply_to(READER, QUESTION)
    assert whole.text.startswith(f"«\u00a0{QUOTE}\u00a0»\u00a0[1]")
    assert "Le modèle Orphée, par Camille Roche" in whole.text


async def test_what_it_writes_is_not_shown(shelf: Library, tmp_path: Path) -> None:
    async with talking(shelf, tmp_path, says("Orphée a demandé 150 000 puces.")) as (api, _):
        whole = await api.reply_to(READER, QUESTION)
    assert whole.text.startswith(f"«\u00a0{QUOTE}\u00a0»\u00a0[1]")
    assert "n’a pas répondu\u00a0: voici les phrases des articles." in whole.text
    assert "150 000" not in whole.text


async def test_after_so_many_questions_a_person_is_quoted_the_articles_and_told(
    shelf: Library, tmp_path: Path
) -> None:
    settings = {"chat_daily_answers": 1, "chat_cache_days": 0}
    async with talking(shelf, tmp_path, says(RIGHT), **settings) as (api, model):
        said = []
        for person in (READER, READER, 43):
            said.append((await api.reply_to(person, QUESTION)).text)
    assert ["jusqu’à demain\u00a0: voici les phrases des articles." in text for text in said] == [
        False,
        True,
        False,
    ]
    assert all(QUOTE in text for text in said)
    prompts = [body["messages"][0]["content"] for body in model.bodies]
    assert sum(prompt.startswith("Tu lis des phrases") for prompt in prompts) == 2

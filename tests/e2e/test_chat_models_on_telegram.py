"""What a chat model writes, from its server over HTTP to the person on Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.library import articles
from bot.messenger.outbound import live_answer
from tests.bot.llm.server import Behaviour, Scripted, says
from tests.botapi.server import BotServer
from tests.e2e.chat_models import FIRST, GOOD, QUESTION, QUOTE, SECOND, Library, asking
from tests.e2e.telegram import running

READER = 42
UNSUPPORTED = (
    "Ce que le modèle a écrit n’était pas assez étayé\u00a0: voici les phrases des articles."
)


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_answer, "BUTTON_SECONDS", 60.0)
    monkeypatch.setattr(live_answer, "DRAFT_SECONDS", 0.0)


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


async def test_a_draft_grows_until_a_message_with_sources(shelf: Library, tmp_path: Path) -> None:
    pieces = [f"{word} " for word in GOOD.split()]
    async with talking(shelf, tmp_path, says(*pieces, delay=0.05)) as (api, _):
        whole = await api.reply_to(READER, QUESTION)
        drafts = [text for chat, _, text in api.drafts if chat == READER]
    assert drafts[0].startswith(f"{FIRST}\u00a0[1]")
    assert SECOND not in drafts[0]
    assert whole.text.startswith(f"{FIRST}\u00a0[1]")
    assert SECOND in whole.text
    assert QUOTE in whole.text
    assert "Le modèle Orphée, par Camille Roche" in whole.text


async def test_who_is_lied_to_is_quoted_the_articles(shelf: Library, tmp_path: Path) -> None:
    lie = says("Orphée a demandé 150 000 puces [1].")
    async with talking(shelf, tmp_path, lie) as (api, _):
        whole = await api.reply_to(READER, QUESTION)
        shown = [text for _, _, text in api.drafts] + [whole.text]
    assert whole.text.startswith(f"«\u00a0{QUOTE}\u00a0»\u00a0[1]")
    assert whole.text.endswith(UNSUPPORTED)
    assert not any("150 000" in text for text in shown)


async def test_stop_ends_the_call_and_keeps_what_is_written(shelf: Library, tmp_path: Path) -> None:
    behaviour = says(f"{FIRST[:-1]} [1]. Le modèle ", *["encore "] * 1000, delay=0.05)
    async with talking(shelf, tmp_path, behaviour) as (api, model):
        api.user_says(READER, QUESTION)
        await api.called("sendMessageDraft")
        whole = await api.reply_to(READER, "/stop")
        await asyncio.wait_for(model.left.wait(), 30)
    assert whole.text.startswith(f"{FIRST}\u00a0[1]")
    assert "encore" not in whole.text


async def test_after_so_many_written_answers_a_person_is_quoted_the_articles_and_told(
    shelf: Library, tmp_path: Path
) -> None:
    settings = {"chat_daily_answers": 1, "chat_cache_days": 0}
    async with talking(shelf, tmp_path, says(GOOD), **settings) as (api, model):
        said = []
        for person in (READER, READER, 43):
            said.append((await api.reply_to(person, QUESTION)).text)
    assert [SECOND in text for text in said] == [True, False, True]
    assert "épuisées jusqu’à demain\u00a0: voici les phrases des articles." in said[1]
    assert QUOTE in said[1]
    prompts = [body["messages"][0]["content"] for body in model.bodies]
    assert sum(each.startswith("Tu réponds") for each in prompts) == 2  # others write it out

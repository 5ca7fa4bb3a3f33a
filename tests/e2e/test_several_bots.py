"""Two bots of two tokens on one index and one database: they answer from the same articles, and
nothing of what one of them knows shows in the other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from index.ingestion.builder import build
from index.store.postgres.store import PostgresStore
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.real_index import running_over
from tests.e2e.test_telegram_index import ARTICLES, DECIPHERED
from tests.fakes import FakeEmbedder
from tests.postgres.server import Server

READER = 42
QUESTION = "Qui déchiffre les hiéroglyphes en 1822 ?"
OTHER_TOKEN = "4200000002:AAother-token_that-opens-nothing-at-all"


@pytest.fixture
def address(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A database with an index, and what people leave behind."""
    for name, content in ARTICLES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with vector_server.database() as address:
        monkeypatch.setenv("SELON_DATABASE_URL", address)
        build([tmp_path], PostgresStore(address, tmp_path / "builds"), FakeEmbedder())
        yield address


@pytest_asyncio.fixture
async def both(
    address: str, server: BotServer, tmp_path: Path
) -> AsyncIterator[tuple[BotServer, BotServer]]:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(BotServer(OTHER_TOKEN, "selon_other_bot"))
        for place, api in enumerate((server, other)):
            store = PostgresStore(address, tmp_path / f"bot{place}")
            stack.callback(store.close)
            await stack.enter_async_context(running_over(api, store, 0.0))
        yield server, other


async def said(server: BotServer, text: str) -> Message:
    return await server.reply_to(READER, text)


async def kept(server: BotServer) -> dict[str, list[object]]:
    file = (await said(server, "/mesdonnees")).file
    assert file is not None
    told: dict[str, list[object]] = json.loads(file.data)
    return told


async def test_what_one_bot_is_told_does_not_show_in_the_other(
    both: tuple[BotServer, BotServer],
) -> None:
    one, other = both
    for api in both:
        assert (await said(api, QUESTION)).text.startswith(f"«\u00a0{DECIPHERED}")
    for text in ("Et où naît-il ?", "/suivre Champollion", "/quotidien 7h30"):
        await said(one, text)
    one.presses(await said(one, "/langue"), 1)
    await one.next_edit()

    assert (await said(one, "/help")).text.startswith("Write your question")
    assert (await said(other, "/aide")).text.startswith("Écrivez votre question")
    assert "Champollion" in (await said(one, "/alerts")).text
    assert "Champollion" not in (await said(other, "/alertes")).text
    for bot, counts in ((one, (2, 1)), (other, (1, 0))):
        told = await kept(bot)
        assert (len(told["turns"]), len(told["digests"])) == counts

    other.presses(await said(other, "/oublier"), 0)
    await other.edit_with("je ne garde plus rien")
    assert (await kept(other))["turns"] == []
    mine = await kept(one)
    assert len(mine["turns"]) == 2
    assert len(mine["digests"]) == len(mine["subscriptions"]) == 1

"""A newsroom's day with PostgreSQL behind the bot, over HTTP and across a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.botapi.server import BotServer
from tests.e2e.telegram import ANSWER, QUESTION, running
from tests.postgres.server import Server

ADMIN, READER, STRANGER = 1, 42, 9


@pytest.fixture(autouse=True)
def _database(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_ACCESS", "invitation")
    monkeypatch.setenv("SELON_QUESTION_BURST", "6")  # so that what is left is written down
    with postgres_server.database() as url:
        # As it is often written; Selon brings the driver.
        monkeypatch.setenv("SELON_DATABASE_URL", url.replace("+psycopg", ""))
        yield


@pytest.mark.usefixtures("introduced")
async def test_all_is_kept_in_postgresql_and_found_again(server: BotServer) -> None:
    async with running(server):
        assert "sur invitation" in (await server.reply_to(STRANGER, QUESTION)).text
        link = (await server.reply_to(ADMIN, "/inviter")).text
        token = link.partition("?start=")[2].split()[0]
        assert (await server.reply_to(READER, f"/start {token}")).text.startswith("Bienvenue")
        answer = await server.reply_to(READER, QUESTION)
        assert answer.text.startswith(ANSWER)
        assert await server.acknowledged(server.presses(answer, "👍 Utile"))
        await server.reply_to(READER, "Une question sans réponse ?")
    async with running(server):
        server.user_says(STRANGER, QUESTION)  # told within the hour
        assert "2 questions, 1 vote" in (await server.reply_to(READER, "/confidentialite")).text
        assert (await server.reply_to(READER, QUESTION)).text.startswith(ANSWER)
        status = await server.reply_to(ADMIN, "/admin")
        assert "3\u00a0questions, dont 2 avec réponse" in status.text
        await server.reply_to(ADMIN, "/annonce Bonjour")
        server.presses(await server.next_message(), 0)
        told = {(await server.next_message()).chat_id for _ in range(2)}
        assert told == {ADMIN, READER}
        server.presses(await server.reply_to(READER, "/oublier"), 0)
        await server.edit_with("je ne garde plus rien")
    # The administrator's menu, before they had written to the bot.
    assert [method for method, _ in server.refusals] == ["setMyCommands"]

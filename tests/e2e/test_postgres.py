"""A newsroom's day with PostgreSQL behind the bot, over HTTP and across a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running
from tests.postgres.server import Server

ADMIN, READER, STRANGER = 1, 42, 9
QUESTION = "Quand Fresnel est-il né ?"


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
async def test_all_is_kept_in_postgresql_and_found_again() -> None:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    async with BotServer() as server:
        async with running(server, chain, Shelf(FRESNEL)):
            server.user_says(STRANGER, QUESTION)
            assert "sur invitation" in (await server.next_message()).text
            server.user_says(ADMIN, "/inviter")
            link = (await server.next_message()).text
            token = link.partition("?start=")[2].split()[0]
            server.user_says(READER, f"/start {token}")
            assert (await server.next_message()).text.startswith("Bienvenue")
            server.user_says(READER, QUESTION)
            answer = await server.next_message()
            assert answer.text.startswith(f"«\u00a0{BIRTH}")
            vote = next(each for each in answer.buttons if "👍" in each.text)
            query = server.presses(answer, vote)
            assert await server.acknowledged(query)
            server.user_says(READER, "Une question sans réponse ?")
            await server.next_message()
        async with running(server, chain, Shelf(FRESNEL)):
            server.user_says(STRANGER, QUESTION)  # told within the hour
            server.user_says(READER, "/confidentialite")
            assert "2 questions, 1 vote" in (await server.next_message()).text
            server.user_says(READER, QUESTION)
            assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
            server.user_says(ADMIN, "/admin")
            assert "3\u00a0questions, dont 2 avec réponse" in (await server.next_message()).text
            server.user_says(ADMIN, "/annonce Bonjour")
            await server.next_message()
            server.presses(await server.next_message(), 0)
            told = {(await server.next_message()).chat_id for _ in range(2)}
            assert told == {ADMIN, READER}
            server.user_says(READER, "/oublier")
            server.presses(await server.next_message(), 0)
            while "je ne garde plus rien" not in (await server.next_edit()).text:
                pass
    # The administrator's menu, before they had written to the bot.
    assert [method for method, _ in server.refusals] == ["setMyCommands"]

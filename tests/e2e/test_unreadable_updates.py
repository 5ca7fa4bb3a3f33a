"""Updates that the library cannot read: they hold up nobody, and are kept for the operator."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from telegram.error import TelegramError

from bot.messenger.running.requests import UpdatesRequest
from bot.settings import load_settings
from bot.state.database import open_state, state_url
from bot.state.updates import record_arrival
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settled
from tests.e2e.test_anything import THINGS
from tests.e2e.test_health import becomes
from tests.e2e.test_health_and_logs import figures, log
from tests.e2e.test_receiver import called_at, port

__all__ = ["log", "port"]

READER, OTHER, POLLSTER = 42, 43, 918273645
QUESTION = "Quand Fresnel est-il né ?"
SECRET = "Zénobie Tartempion viendra-t-elle ?"
POLL = {"poll": {**THINGS["poll"]["poll"], "question": SECRET}}
del POLL["poll"]["members_only"]
"""A poll as Bot API servers wrote it before it had `members_only`."""


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    return chain


def set_aside() -> list[dict[str, object]]:
    """What the operator finds, by the query of docs/operations.md."""
    engine = create_engine(state_url(None, load_settings().data_dir))
    found = "SELECT content FROM updates WHERE done_at IS NOT NULL AND content IS NOT NULL"
    with engine.connect() as connection:
        rows = connection.execute(text(found)).scalars().all()
    engine.dispose()
    return [json.loads(row) for row in rows]


def told_of(log: io.StringIO) -> list[dict[str, object]]:
    """The lines about what was set aside, when nothing in the log is a person's own."""
    written = log.getvalue()
    for private in (SECRET, "Tartempion", str(POLLSTER)):
        assert private not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert not [line for line in lines if line["level"] == "CRITICAL"]
    return [line for line in lines if "set aside" in line["message"]]


async def test_a_batch_of_three_loses_only_the_one_that_cannot_be_read(
    server: BotServer, chain: StubChain, port: int, log: io.StringIO
) -> None:
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        before = await figures(port)
        server.user_sends(POLLSTER, POLL)
        server.user_says(READER, QUESTION)
        server.user_says(OTHER, QUESTION)
        answered_to = {(await server.next_message()).chat_id for _ in range(2)}
        await settled(3)
        await becomes(port, 200)
        after = await figures(port)
    assert answered_to == {READER, OTHER}
    offsets = [asked["offset"] for name, asked in server.calls if name == "getUpdates"]
    assert offsets[-1] == 4
    [kept] = set_aside()
    assert kept["update_id"] == 1
    assert json.dumps(SECRET)[1:-1] in json.dumps(kept)
    assert [line["update"] for line in told_of(log)] == [1]
    name = frozenset({"selon_unreadable_updates_total"})
    assert after[name] - before[name] == 1


@pytest.mark.parametrize(
    "content",
    [
        {"text": 5},
        {"text": ["Qui ?"]},
        {"text": "Qui ?", "message_thread_id": "7"},
        {"text": "Qui ?", "entities": {"type": "bold"}},
        {"text": "Qui ?", "message_id": 10**30},
        {"text": "Qui ?", "sender_chat": [{"id": 1}]},
        {"document": {"file_id": 1, "file_unique_id": "d"}, "caption": "Qui ?"},
    ],
)
async def test_what_parses_but_is_of_another_type_ends_in_no_apology(
    server: BotServer, chain: StubChain, log: io.StringIO, content: dict[str, Any]
) -> None:
    async with running(server, chain, Shelf(FRESNEL)):
        server.user_sends(POLLSTER, content)
        server.user_says(READER, QUESTION)
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        await settled(2)
    assert [message.chat_id for message in server.messages] == [READER]
    assert [kept["update_id"] for kept in set_aside()] == [1]
    assert [line["update"] for line in told_of(log)] == [1]


async def test_one_that_was_stored_keeps_nobody_from_starting(
    server: BotServer, chain: StubChain, log: io.StringIO
) -> None:
    bot_id = int(server.token.partition(":")[0])
    chat = {"id": POLLSTER, "type": "private"}
    stored = {"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": chat, **POLL}}
    state = open_state(state_url(None, load_settings().data_dir))
    state.do(lambda session: record_arrival(session, bot_id, 7, stored, datetime.now(UTC)))
    state.close()
    async with running(server, chain, Shelf(FRESNEL)):
        server.user_says(READER, QUESTION)
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
    async with running(server, chain, Shelf(FRESNEL)):
        pass
    assert set_aside() == [stored]
    assert [line["update"] for line in told_of(log)] == [7]


async def test_a_webhook_takes_it_and_what_comes_after(
    server: BotServer, chain: StubChain, port: int, log: io.StringIO
) -> None:
    async with running(server, chain, Shelf(FRESNEL), **called_at(port)):
        server.user_sends(POLLSTER, POLL)
        server.user_says(READER, QUESTION)
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        await settled(2)
    assert set(server.hook.statuses) == {200}
    assert [kept["update_id"] for kept in set_aside()] == [1]
    assert [line["update"] for line in told_of(log)] == [1]


@pytest.mark.parametrize(
    "payload",
    [b"[]", b'{"ok": true}', b'{"ok": true, "result": 5}', b'{"ok": true, "result": [{}, "x"]}'],
)
def test_what_is_no_list_of_updates_makes_the_bot_wait(payload: bytes) -> None:
    with pytest.raises(TelegramError, match="no list of updates"):
        UpdatesRequest.parse_json_payload(payload)

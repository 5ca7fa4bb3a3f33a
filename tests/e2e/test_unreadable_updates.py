"""Updates that the library cannot read: they hold up nobody, and are kept for the operator."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.error import TelegramError

from bot.messenger.running.requests import UpdatesRequest
from bot.state.updates import record_arrival
from tests.botapi.server import BotServer
from tests.e2e.database import open_session, rows
from tests.e2e.metrics import becomes, figures
from tests.e2e.telegram import ANSWER, QUESTION, running, settled
from tests.e2e.test_anything import POLL
from tests.e2e.test_receiver import called_at
from tests.postgres.server import free_port

READER, OTHER, POLLSTER = 42, 43, 918273645
SECRET = "Zénobie Tartempion viendra-t-elle ?"
OLD = {name: value for name, value in POLL.items() if name != "members_only"}
"""A poll as Bot API servers wrote it before it had `members_only`."""
OLD_POLL = {"poll": {**OLD, "question": SECRET}}


def set_aside() -> list[dict[str, object]]:
    """What the operator finds, by the query of docs/operations.md."""
    kept = rows("SELECT content FROM updates WHERE done_at IS NOT NULL AND content IS NOT NULL")
    return [json.loads(content) for (content,) in kept]


def told_of(log: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The lines about what was set aside, when nothing in the log is a person's own."""
    written = log.text
    for private in (SECRET, "Tartempion", str(POLLSTER)):
        assert private not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert not [line for line in lines if line["level"] == "CRITICAL"]
    return [line for line in lines if "set aside" in line["message"]]


@pytest.mark.parametrize("by_webhook", [False, True])
async def test_of_three_only_the_one_that_cannot_be_read_is_lost(
    server: BotServer, port: int, log: pytest.LogCaptureFixture, by_webhook: bool
) -> None:
    called = called_at(free_port()) if by_webhook else {}
    async with running(server, metrics_port=port, **called):
        before = await figures(port)
        server.user_sends(POLLSTER, OLD_POLL)
        server.user_says(READER, QUESTION)
        server.user_says(OTHER, QUESTION)
        answered_to = {(await server.next_message()).chat_id for _ in range(2)}
        await settled(3)
        await becomes(port, 200)
        after = await figures(port)
    assert answered_to == {READER, OTHER}
    offsets = [asked["offset"] for name, asked in server.calls if name == "getUpdates"]
    assert by_webhook or offsets[-1] == 4
    assert set(server.hook.statuses) <= {200}
    [kept] = set_aside()
    assert kept["update_id"] == 1
    assert json.dumps(SECRET)[1:-1] in json.dumps(kept)
    assert [line["update"] for line in told_of(log)] == [1]
    name = frozenset({"selon_unreadable_updates_total"})
    assert after[name] - before[name] == 1


@pytest.mark.parametrize("content", [{"text": 5}, {"text": "Qui ?", "message_thread_id": "7"}])
async def test_what_parses_but_is_of_another_type_ends_in_no_apology(
    server: BotServer, log: pytest.LogCaptureFixture, content: dict[str, Any]
) -> None:
    async with running(server):
        server.user_sends(POLLSTER, content)
        assert (await server.reply_to(READER, QUESTION)).text.startswith(ANSWER)
        await settled(2)
    assert [message.chat_id for message in server.messages] == [READER]
    assert [kept["update_id"] for kept in set_aside()] == [1]
    assert [line["update"] for line in told_of(log)] == [1]


async def test_a_stored_one_keeps_nobody_from_starting(
    server: BotServer, log: pytest.LogCaptureFixture
) -> None:
    bot_id = int(server.token.partition(":")[0])
    chat = {"id": POLLSTER, "type": "private"}
    stored = {"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": chat, **OLD_POLL}}
    with open_session() as session:
        record_arrival(session, bot_id, 7, stored, datetime.now(UTC))
    async with running(server):
        assert (await server.reply_to(READER, QUESTION)).text.startswith(ANSWER)
    async with running(server):
        pass
    assert set_aside() == [stored]
    assert [line["update"] for line in told_of(log)] == [7]


@pytest.mark.parametrize(
    "payload",
    [b"[]", b'{"ok": true}', b'{"ok": true, "result": 5}', b'{"ok": true, "result": [{}, "x"]}'],
)
def test_what_is_no_list_of_updates_makes_the_bot_wait(payload: bytes) -> None:
    with pytest.raises(TelegramError, match="no list of updates"):
        UpdatesRequest.parse_json_payload(payload)

"""Thirty kinds of fault on the way: what the person got, and that nothing was lost.

`docs/delivery.md` has the same table; a test compares the names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.messenger.outbound import retry
from bot.messenger.running import application
from tests.bot.messenger.samples import BIRTH, INSTALLED, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.database import rows
from tests.e2e.telegram import QUESTION, StubChain, running, settled

READER, GROUP, MOVED, TOPIC = 42, -100_7, -100_8, 5
READ_SECONDS = 1.0
"""That Telegram has for a reply where none comes; elsewhere a busy machine has longer."""


@dataclass(frozen=True)
class Fault:
    """One kind: how it comes about, and the answers that the person then has.

    `said` is what the log says, `where` the chat that is asked in, `answers` how many copies of
    the answer stand there afterwards, `bare` whether without links, `answered_in` where they stand
    if not there.
    """

    inject: Callable[[BotServer], object]
    said: str = ""
    answers: int = 1
    where: int = READER
    bare: bool = False
    answered_in: int | None = None


def _fault(name: str, *given: object, **more: object) -> Callable[[BotServer], object]:
    """The server is told of it by this method."""
    return lambda server: getattr(server, name)(*given, **more)


def _refused(
    description: str, status: int = 400, method: str = "sendMessage"
) -> Callable[[BotServer], object]:
    return _fault("fail_next", method, status, description=description)


def _often(times: int, inject: Callable[[BotServer], object]) -> Callable[[BotServer], object]:
    return lambda server: [inject(server) for _ in range(times)]


BUSY = _fault("fail_next", "sendMessage", retry_after=1)
AGAIN, DOUBT, OTHERWISE = "failed; trying again", "may have arrived", "sent otherwise"
GONE, UNREACHED, OFTEN = "could not be delivered", "cannot be reached", "Rate limit hit"
CONFLICT = "Another program answers with the same token"

FAULTS = {
    "429 once": Fault(BUSY, OFTEN),
    "429 more often than the library tries": Fault(_often(5, BUSY), AGAIN),
    "500": Fault(_refused("Internal Server Error", 500), AGAIN),
    "502, six times": Fault(_often(6, _refused("Bad Gateway", 502)), AGAIN),
    "503": Fault(_refused("Service Unavailable", 503), AGAIN),
    "504 of a proxy, no JSON": Fault(
        _fault("garble_next", "sendMessage", done=False, status=504), AGAIN
    ),
    "a connection cut before the request was read": Fault(
        _fault("lose_next", "sendMessage", done=False), DOUBT
    ),
    "a connection cut after the message was taken": Fault(
        _fault("lose_next", "sendMessage", done=True), DOUBT, answers=2
    ),
    "no reply in time, the message not taken": Fault(
        _fault("hold_next", "sendMessage", 60, done=False), DOUBT
    ),
    "no reply in time, the message taken": Fault(
        _fault("hold_next", "sendMessage", 60, done=True), DOUBT, answers=2
    ),
    "a reply that is no JSON": Fault(_fault("garble_next", "sendMessage", done=False), DOUBT),
    "markup refused": Fault(
        _refused("Bad Request: can't parse entities: Unsupported start tag"), OTHERWISE, bare=True
    ),
    "too many entities": Fault(_refused("Bad Request: ENTITIES_TOO_LONG"), OTHERWISE, bare=True),
    "text too long": Fault(_refused("Bad Request: message is too long"), OTHERWISE, bare=True),
    "a button refused": Fault(_refused("Bad Request: BUTTON_DATA_INVALID"), OTHERWISE),
    "the question deleted, in a group": Fault(
        _refused("Bad Request: message to be replied not found"), OTHERWISE, where=GROUP
    ),
    "the topic closed": Fault(_refused("Bad Request: TOPIC_CLOSED"), OTHERWISE, where=TOPIC),
    "the topic deleted": Fault(
        _refused("Bad Request: message thread not found"), OTHERWISE, where=TOPIC
    ),
    "a refusal not heard of before": Fault(
        _refused("Bad Request: SOMETHING_NEW"), OTHERWISE, bare=True
    ),
    "the group moved": Fault(
        _fault("group_moves", GROUP, MOVED), OTHERWISE, where=GROUP, answered_in=MOVED
    ),
    "the bot blocked": Fault(_fault("user_blocks", READER), GONE, answers=0),
    "the account deleted": Fault(_refused("Forbidden: user is deactivated", 403), GONE, answers=0),
    "the bot thrown out of the group": Fault(
        _refused("Forbidden: bot was kicked from the supergroup chat", 403), GONE, 0, GROUP
    ),
    "no right to write in the group": Fault(
        _refused("Bad Request: not enough rights to send text messages"), GONE, 0, GROUP
    ),
    "the chat gone": Fault(_refused("Bad Request: chat not found"), GONE, answers=0),
    "no typing indicator": Fault(_refused("Internal Server Error", 500, "sendChatAction")),
    "getUpdates fails": Fault(_refused("Bad Gateway", 502, "getUpdates"), UNREACHED),
    "getUpdates: a reply that is no JSON": Fault(
        _fault("garble_next", "getUpdates", done=False), UNREACHED
    ),
    "getUpdates: another program with the same token, for a moment": Fault(
        _refused("Conflict: terminated", 409, "getUpdates"), CONFLICT
    ),
    "getUpdates: the reply lost, the updates told twice": Fault(
        _fault("lose_next", "getUpdates", done=True), UNREACHED
    ),
}

DECIDED_BY_JOURNAL = (
    "500",
    "a connection cut after the message was taken",
    "no reply in time, the message taken",
    "getUpdates: the reply lost, the updates told twice",
    "the group moved",
)
"""Those brought about on PostgreSQL too: what is written down decides what is said again."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAITS_SECONDS", (0.05, 0.05))
    monkeypatch.setattr(retry, "LONGEST_WAIT_SECONDS", 0.05)


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH), cite(2, INSTALLED))
    return chain


@pytest.fixture(params=["sqlite", "postgresql"])
def _database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bot keeps what is under way."""
    if request.param != "sqlite":
        monkeypatch.setenv("SELON_DATABASE_URL", request.getfixturevalue("postgres"))


@pytest.mark.parametrize(
    ("name", "_database"),
    [(name, "sqlite") for name in FAULTS] + [(name, "postgresql") for name in DECIDED_BY_JOURNAL],
    indirect=["_database"],
)
async def test_nothing_is_lost(
    name: str,
    _database: None,
    server: BotServer,
    chain: StubChain,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = FAULTS[name]
    if name.startswith("no reply in time"):
        monkeypatch.setattr(application, "READ_SECONDS", READ_SECONDS)
    for name_of_logger in ("bot", "telegram"):
        caplog.set_level(logging.INFO, name_of_logger)
    async with running(server, chain):
        if fault.where != READER:
            server.user_says(GROUP, "Bonjour", kind="supergroup", person=7)
        if fault.answered_in is None:
            fault.inject(server)
        else:  # while the answer is being prepared
            chain.answers[QUESTION] = partial(_after, fault, server, chain.answers[QUESTION])
        if fault.where == READER:
            server.user_says(READER, QUESTION)
        else:
            thread = TOPIC if fault.where == TOPIC else None
            text = f"@selon_test_bot {QUESTION}"
            server.user_says(GROUP, text, kind="supergroup", person=7, thread=thread)
        await settled()
        server.user_says(77, "/aide")
        await server.told(77)
        await settled()
    assert server.faults_left == 0
    chat = fault.answered_in or (READER if fault.where == READER else GROUP)
    answers = [
        message for message in server.messages if message.chat_id == chat and BIRTH in message.text
    ]
    assert len(answers) == fault.answers, [message.text for message in server.messages]
    assert fault.said in caplog.text
    if answers:
        assert INSTALLED in answers[0].text
        assert bool(answers[0].links) is not fault.bare
    assert not [message for message in server.messages if "Désolé" in message.text]
    for what, where in (("content", "updates"), ("letter", "deliveries")):
        assert rows(f"SELECT {what} FROM {where} WHERE {what} IS NOT NULL") == []


def _after(fault: Fault, server: BotServer, answer: Answer) -> Answer:
    fault.inject(server)
    return answer


def test_the_table_names_every_fault_and_what_the_log_says() -> None:
    text = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text(encoding="utf-8")
    table = re.findall(
        r"^\| (?!Fault|---)([^|]+?) \|[^|]+\| ([^|]+?) \|$",
        text.partition("## Faults")[2],
        re.MULTILINE,
    )
    rows = [(name, said) for names, said in table for name in names.split("; ")]
    assert sorted(name for name, _ in rows) == sorted(FAULTS)
    assert [(name, said) for name, said in rows if FAULTS[name].said not in said] == []
    assert len(FAULTS) >= 30

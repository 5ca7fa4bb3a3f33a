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

READER, GROUP, MOVED, TOPIC, OTHER = 42, -100_7, -900, 5, 7_000
READ_SECONDS = 1.0
"""That Telegram has for a reply where none comes; elsewhere a busy machine has longer."""


Inject = Callable[[BotServer, int], object]
"""Bring a fault about for who asks in this chat."""


@dataclass(frozen=True)
class Fault:
    """One kind: how it comes about, and the answers that the person then has.

    `said` is what the log says, `where` the chat that is asked in, `answers` how many copies of
    the answer stand there afterwards, `bare` whether without links, `answered_in` where they stand
    if not there.
    """

    inject: Inject
    said: str = ""
    answers: int = 1
    where: int = READER
    bare: bool = False
    answered_in: int | None = None


def _fault(name: str, *given: object, **more: object) -> Inject:
    """The server is told of it by this method."""
    return lambda server, chat: getattr(server, name)(*given, **more)


def _refused(description: str, status: int = 400, method: str = "sendMessage") -> Inject:
    return _fault("fail_next", method, status, description=description)


def _often(times: int, inject: Inject) -> Inject:
    return lambda server, chat: [inject(server, chat) for _ in range(times)]


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
        lambda server, chat: server.group_moves(chat, MOVED), OTHERWISE, 1, GROUP, False, MOVED
    ),
    "the bot blocked": Fault(lambda server, chat: server.user_blocks(chat), GONE, answers=0),
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


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("unheard", [False, True], ids=["a reply", "no reply in time"])
async def test_nothing_is_lost(
    database: str,
    unheard: bool,
    server: BotServer,
    chain: StubChain,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if database == "postgresql":
        monkeypatch.setenv("SELON_DATABASE_URL", request.getfixturevalue("postgres"))
    if unheard:
        monkeypatch.setattr(application, "READ_SECONDS", READ_SECONDS)
    for name_of_logger in ("bot", "telegram"):
        caplog.set_level(logging.INFO, name_of_logger)
    names = FAULTS if database == "sqlite" else DECIDED_BY_JOURNAL
    chosen = [name for name in names if name.startswith("no reply in time") is unheard]
    async with running(server, chain):
        for number, name in enumerate(chosen):
            fault = FAULTS[name]
            chat = READER + number if fault.where == READER else GROUP - number
            await _meet(fault, chat, server, chain)
            _check(name, fault, fault.answered_in or chat, server, caplog.text)
            caplog.clear()


async def _meet(fault: Fault, chat: int, server: BotServer, chain: StubChain) -> None:
    """A question in a chat meets a fault; then somebody else is answered."""
    known = len(rows("SELECT id FROM updates"))
    answer = chain.answers[QUESTION]
    if chat < 0:
        server.user_says(chat, "Bonjour", kind="supergroup", person=7)
    if fault.answered_in is None:
        fault.inject(server, chat)
    else:  # while the answer is being prepared
        chain.answers[QUESTION] = partial(_after, partial(fault.inject, server, chat), answer)
    if chat > 0:
        server.user_says(chat, QUESTION)
    else:
        thread = TOPIC if fault.where == TOPIC else None
        text = f"@selon_test_bot {QUESTION}"
        server.user_says(chat, text, kind="supergroup", person=7, thread=thread)
    await settled(known + 1)
    chain.answers[QUESTION] = answer
    server.user_says(OTHER + chat, "/aide")
    await server.told(OTHER + chat)
    await settled(known + 2)


def _after(inject: Callable[[], object], answer: Answer) -> Answer:
    inject()
    return answer


def _check(name: str, fault: Fault, chat: int, server: BotServer, log: str) -> None:
    assert server.faults_left == 0, name
    answers = [
        message for message in server.messages if message.chat_id == chat and BIRTH in message.text
    ]
    assert len(answers) == fault.answers, (name, [message.text for message in server.messages])
    assert fault.said in log, name
    if answers:
        assert INSTALLED in answers[0].text, name
        assert bool(answers[0].links) is not fault.bare, name
    assert not [message for message in server.messages if "Désolé" in message.text], name
    for what, where in (("content", "updates"), ("letter", "deliveries")):
        assert rows(f"SELECT {what} FROM {where} WHERE {what} IS NOT NULL") == [], name


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

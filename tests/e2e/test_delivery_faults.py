"""Thirty kinds of fault on the way: what the person got, and that nothing was lost.

`docs/delivery.md` has the same table; a test compares the names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from bot.messenger.outbound import retry
from bot.messenger.running import application
from bot.settings import load_settings
from bot.state.database import state_url
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settled
from tests.postgres.server import Server

READER, GROUP, TOPIC = 42, -100_7, 5
QUESTION = "Quand Fresnel est-il né ?"
READ_SECONDS = 0.4


@dataclass(frozen=True)
class Fault:
    """One kind: how it comes about, and the answers that the person then has.

    `said` is what the log says, `where` the chat that is asked in, `answers` how many copies of
    the answer stand there afterwards, `bare` whether without links, `chats` where they stand if
    not there.
    """

    inject: Callable[[BotServer], None]
    said: str = ""
    answers: int = 1
    where: int = READER
    bare: bool = False
    chats: Sequence[int] = field(default=())


def _fails(**refusal: object) -> Callable[[BotServer], None]:
    return lambda server: server.fail_next("sendMessage", **refusal)  # type: ignore[arg-type]


def _refused(description: str, status: int = 400) -> Callable[[BotServer], None]:
    return _fails(status=status, description=description)


def _several(*injections: Callable[[BotServer], None]) -> Callable[[BotServer], None]:
    return lambda server: [inject(server) for inject in injections].clear()


AGAIN, DOUBT, OTHERWISE = "failed; trying again", "may have arrived", "sent otherwise"
GONE, UNREACHED, OFTEN = "could not be delivered", "cannot be reached", "Rate limit hit"
CONFLICT = "Another program answers with the same token"

FAULTS = {
    "429 once": Fault(_fails(retry_after=1), OFTEN),
    "429 more often than the library tries": Fault(_several(*[_fails(retry_after=1)] * 5), AGAIN),
    "500": Fault(_fails(status=500), AGAIN),
    "502, six times": Fault(_several(*[_fails(status=502, description="Bad Gateway")] * 6), AGAIN),
    "503": Fault(_fails(status=503, description="Service Unavailable"), AGAIN),
    "504 of a proxy, no JSON": Fault(
        lambda server: server.garble_next("sendMessage", done=False, status=504), AGAIN
    ),
    "a connection cut before the request was read": Fault(
        lambda server: server.lose_next("sendMessage", done=False), DOUBT
    ),
    "a connection cut after the message was taken": Fault(
        lambda server: server.lose_next("sendMessage", done=True), DOUBT, answers=2
    ),
    "no reply in time, the message not taken": Fault(
        lambda server: server.hold_next("sendMessage", 3 * READ_SECONDS, done=False), DOUBT
    ),
    "no reply in time, the message taken": Fault(
        lambda server: server.hold_next("sendMessage", 3 * READ_SECONDS, done=True),
        DOUBT,
        answers=2,
    ),
    "a reply that is no JSON": Fault(
        lambda server: server.garble_next("sendMessage", done=False), DOUBT
    ),
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
        lambda server: server.group_moves(GROUP, -100_8), OTHERWISE, where=GROUP, chats=(-100_8,)
    ),
    "the bot blocked": Fault(lambda server: server.user_blocks(READER), GONE, answers=0),
    "the account deleted": Fault(_refused("Forbidden: user is deactivated", 403), GONE, answers=0),
    "the bot thrown out of the group": Fault(
        _refused("Forbidden: bot was kicked from the supergroup chat", 403),
        GONE,
        answers=0,
        where=GROUP,
    ),
    "no right to write in the group": Fault(
        _refused("Bad Request: not enough rights to send text messages to the chat"),
        GONE,
        answers=0,
        where=GROUP,
    ),
    "the chat gone": Fault(_refused("Bad Request: chat not found"), GONE, answers=0),
    "no typing indicator": Fault(lambda server: server.fail_next("sendChatAction", 500)),
    "getUpdates fails": Fault(
        lambda server: server.fail_next("getUpdates", 502, description="Bad Gateway"), UNREACHED
    ),
    "getUpdates: a reply that is no JSON": Fault(
        lambda server: server.garble_next("getUpdates", done=False), UNREACHED
    ),
    "getUpdates: another program with the same token, for a moment": Fault(
        lambda server: server.fail_next("getUpdates", 409, description="Conflict: terminated"),
        CONFLICT,
    ),
    "getUpdates: the reply lost, the updates told twice": Fault(
        lambda server: server.lose_next("getUpdates", done=True), UNREACHED
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
    monkeypatch.setattr(application, "READ_SECONDS", READ_SECONDS)


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH), cite(2, INSTALLED))
    return chain


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Where the bot keeps what is under way."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            server: Server = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_template")
            url = stack.enter_context(server.database(template))
            monkeypatch.setenv("SELON_DATABASE_URL", url)
        settings = load_settings()
        engine = create_engine(state_url(settings.database_url, settings.data_dir))
        stack.callback(engine.dispose)
        yield engine


def _ask(server: BotServer, where: int) -> tuple[int, int | None]:
    """Ask in a private chat, a group or a topic of it; the chat and the question."""
    if where == READER:
        return READER, server.user_says(READER, QUESTION)
    thread = TOPIC if where == TOPIC else None
    text = f"@selon_test_bot {QUESTION}"
    return GROUP, server.user_says(GROUP, text, kind="supergroup", person=7, thread=thread)


@pytest.mark.parametrize(
    ("name", "database"),
    [(name, "sqlite") for name in FAULTS] + [(name, "postgresql") for name in DECIDED_BY_JOURNAL],
    indirect=["database"],
)
async def test_nothing_is_lost(
    name: str,
    server: BotServer,
    chain: StubChain,
    database: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = FAULTS[name]
    for name_of_logger in ("bot", "telegram"):
        caplog.set_level(logging.INFO, name_of_logger)
    async with running(server, chain, Shelf(FRESNEL)):
        if fault.where != READER:
            server.user_says(GROUP, "Bonjour", kind="supergroup", person=7)
        if "moved" not in name:
            fault.inject(server)
        if "moved" in name:
            chain.answers[QUESTION] = _moving(server, fault, chain)
        chat, _ = _ask(server, fault.where)
        await settled()
        server.user_says(77, "/aide")
        await server.told(77)
        await settled()
    assert server.faults_left == 0
    chats = fault.chats or (chat,)
    answers = [each for each in server.messages if each.chat_id in chats and BIRTH in each.text]
    assert len(answers) == fault.answers, [each.text for each in server.messages]
    assert fault.said in caplog.text
    if answers:
        assert INSTALLED in answers[0].text
        assert bool(answers[0].links) is not fault.bare
    assert not [each for each in server.messages if "Désolé" in each.text]
    with database.connect() as connection:
        for what, where in (("content", "updates"), ("letter", "deliveries")):
            left = text(f"SELECT {what} FROM {where} WHERE {what} IS NOT NULL")
            assert connection.execute(left).all() == []


def _moving(server: BotServer, fault: Fault, chain: StubChain) -> Callable[[], object]:
    """The group moves while the answer is being prepared."""
    answer = chain.answers[QUESTION]

    def move() -> object:
        fault.inject(server)
        return answer

    return move


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

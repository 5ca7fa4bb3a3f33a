"""What operators see of a bot at work: figures, and logs that hold nobody's own."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.operations.logs import formatter
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.people import From
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settled
from tests.e2e.test_receiver import port

__all__ = ["port"]

READER, NAME, GROUP = 918273645, "Lecteur", -1009182736
QUESTION = "Quand Fresnel est-il né, au juste ?"
UNKNOWN = "Que pense Zénobie Tartempion des éoliennes ?"


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    return chain


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at every level, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


async def figures(port: int) -> dict[frozenset[str], float]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as reply,
    ):
        assert reply.status == 200
        text = await reply.text()
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {frozenset({each.name, *each.labels.values()}): each.value for each in samples}


async def health(port: int) -> tuple[int, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/healthz") as reply,
    ):
        return reply.status, json.loads(await reply.text())


async def test_the_figures_tell_what_was_asked_and_what_became_of_it(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        before = await figures(port)
        server.fail_next("sendMessage", 502)
        server.lose_next("sendMessage", done=False)
        for text in (QUESTION, UNKNOWN):
            server.user_says(READER, text)
        server.user_asks_inline(READER, QUESTION)
        await settled(2)
        await server.called("answerInlineQuery")
        after = await figures(port)

    def more(*key: str) -> float:
        return after.get(frozenset(key), 0) - before.get(frozenset(key), 0)

    assert more("selon_answers_total", "sure", "articles", "message") == 1
    assert more("selon_answers_total", "no", "articles", "message") == 1
    assert more("selon_answers_total", "sure", "articles", "inline") == 1
    assert more("selon_reply_seconds_count") == 2
    assert more("selon_telegram_requests_total", "sendMessage", "502") == 1
    assert more("selon_telegram_requests_total", "sendMessage", "0") == 1
    assert more("selon_telegram_requests_total", "sendMessage", "200") == 2
    assert more("selon_possible_second_replies_total", "reply lost") == 1
    now = {name: after[frozenset({name})] for name in NOW}
    assert now["selon_waiting"] == now["selon_under_way"] == 0
    assert now["selon_index_age_seconds"] > 0
    assert now["process_resident_memory_bytes"] > 10**7
    assert not [key for key in after if server.token in str(key) or str(READER) in str(key)]


async def test_no_log_holds_what_people_write_or_who_they_are(
    server: BotServer, chain: StubChain, log: io.StringIO
) -> None:
    chain.answers[UNKNOWN] = ValueError(f"no idea: {UNKNOWN!r}")
    async with running(server, chain, Shelf(FRESNEL)):
        server.user_says(READER, QUESTION)
        answer = await server.next_message()
        for number, button in enumerate(answer.buttons):
            if button.callback_data:
                server.presses(answer, number, person=READER)
        server.garble_next("sendMessage", done=True)
        server.user_says(READER, UNKNOWN)
        server.user_asks_inline(READER, f"{UNKNOWN} Vraiment ?")
        server.user_sends_file(READER, "notes de Zénobie.txt", b"Le secret de Tartempion.")
        who = From(GROUP, READER, "supergroup")
        server.user_sends(GROUP, {"text": f"/demander {UNKNOWN}", "entities": COMMAND}, who=who)
        for command in COMMANDS:
            server.user_says(READER, command)
        server.user_blocks(READER + 1)
        server.user_says(READER + 1, QUESTION)
        await settled(len(COMMANDS) + 5)
        await server.called("answerInlineQuery")
    lines = log.getvalue()
    assert any("\nValueError" in json.loads(line).get("error", "") for line in lines.splitlines())
    assert "no idea" not in lines
    assert '"update": ' in lines
    for own in ("Fresnel est-il", "Zénobie", "Tartempion", NAME, str(READER), str(GROUP)):
        assert own not in lines, [line for line in lines.splitlines() if own in line]
    assert server.token.partition(":")[2] not in lines
    numbers = {json.loads(line).get("update") for line in lines.splitlines()}
    assert {1, 2} <= numbers


NOW = (
    "selon_waiting",
    "selon_under_way",
    "selon_index_age_seconds",
    "process_resident_memory_bytes",
)
COMMAND = [{"type": "bot_command", "offset": 0, "length": 9}]
COMMANDS = (
    "/start",
    "/aide",
    "/recherche Zénobie Tartempion",
    "/recents",
    "/article Tartempion",
    "/resume Tartempion",
    "/sources",
    "/alerte Zénobie Tartempion",
    "/mesdonnees",
    "/nouveau",
    "/confidentialite",
    "/admin",
    "/annonce Zénobie vous salue",
    "/langue",
    "/oublier",
)

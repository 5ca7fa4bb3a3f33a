"""What operators see of a bot at work: figures, and logs that hold nobody's own."""

from __future__ import annotations

import json

import pytest

from tests.botapi.server import BotServer
from tests.e2e.metrics import figures, figures_at_rest
from tests.e2e.telegram import QUESTION, StubChain, running, settled

READER, NAME, GROUP = 918273645, "Lecteur", -1009182736
COMMANDS = """
/start; /aide; /recherche Zénobie Tartempion; /recents; /article Tartempion; /resume Tartempion;
/sources; /alerte Zénobie Tartempion; /mesdonnees; /nouveau; /confidentialite; /admin;
/annonce Zénobie vous salue; /langue; /oublier
"""
UNKNOWN = "Que pense Zénobie Tartempion des éoliennes ?"


async def test_the_figures_tell_what_became_of_questions(server: BotServer, port: int) -> None:
    async with running(server, metrics_port=port):
        before = await figures(port)
        server.fail_next("sendMessage", 502)
        server.lose_next("sendMessage", done=False)
        for text in (QUESTION, UNKNOWN):
            server.user_says(READER, text)
        server.user_asks_inline(READER, QUESTION)
        await settled(2)
        await server.called("answerInlineQuery")
        after = await figures_at_rest(port)

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
    now = {name: value for (name, *labels), value in after.items() if not labels}
    assert now["selon_waiting"] == 0
    assert now["selon_index_age_seconds"] > 0
    assert now["process_resident_memory_bytes"] > 10**7
    assert not [key for key in after if server.token in str(key) or str(READER) in str(key)]


async def test_no_log_holds_what_people_write_or_who_they_are(
    server: BotServer, chain: StubChain, log: pytest.LogCaptureFixture
) -> None:
    chain.answers[UNKNOWN] = ValueError(f"no idea: {UNKNOWN!r}")
    async with running(server, chain):
        answer = await server.reply_to(READER, QUESTION)
        for number, button in enumerate(answer.buttons):
            if button.callback_data:
                server.presses(answer, number, person=READER)
        server.garble_next("sendMessage", done=True)
        server.user_says(READER, UNKNOWN)
        server.user_asks_inline(READER, f"{UNKNOWN} Vraiment ?")
        server.user_sends_file(READER, "notes de Zénobie.txt", b"Le secret de Tartempion.")
        server.user_says(GROUP, f"/demander {UNKNOWN}", kind="supergroup", person=READER)
        commands = COMMANDS.split(";")
        for command in commands:
            server.user_says(READER, command.strip())
        server.user_blocks(READER + 1)
        server.user_says(READER + 1, QUESTION)
        await settled(len(commands) + 5)
        await server.called("answerInlineQuery")
    lines = log.text
    assert any("\nValueError" in json.loads(line).get("error", "") for line in lines.splitlines())
    assert "no idea" not in lines
    assert '"update": ' in lines
    for own in ("Fresnel est-il", "Zénobie", "Tartempion", NAME, str(READER), str(GROUP)):
        assert own not in lines, [line for line in lines.splitlines() if own in line]
    assert server.token.partition(":")[2] not in lines
    numbers = {json.loads(line).get("update") for line in lines.splitlines()}
    assert {1, 2} <= numbers

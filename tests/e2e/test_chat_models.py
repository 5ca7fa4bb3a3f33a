"""Questions to the real chain with chat models that choose well, badly, slowly, or not at all."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.followups.turn import Turn, TurnText
from tests.bot.followups.turns import NOW
from tests.bot.llm.server import Behaviour, cuts_off, keeps_silent, refuses, says
from tests.e2e.chat_models import OTHER_QUOTE, QUESTION, QUOTE, RIGHT, Library, asking, by_model


def statements(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


FAULTS: dict[str, tuple[Behaviour, str, str]] = {
    "silent": (keeps_silent(), "failed", "timeout"),
    "cut midway": (cuts_off(), "failed", "connection"),
    "prose": (says("Orphée a demandé 150 000 puces."), "failed", "malformed"),
    "link": (says("Orphée : voir https://piege.example"), "failed", "malformed"),
    "no such sentence": (says("[99]"), "failed", "malformed"),
    "refusal": (says("Je ne sais pas."), "failed", "malformed"),
    "unknown": (says("[]"), "unknown", "chose 0 of"),
}
"""What a model does; why the articles' sentences stand in; what the log says."""


@pytest.mark.parametrize(("behaviour", "fallback", "logged"), FAULTS.values(), ids=FAULTS)
async def test_whatever_a_model_does_the_person_gets_an_answer(
    behaviour: Behaviour,
    fallback: str,
    logged: str,
    shelf: Library,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.llm")
    seconds = {"chat_timeout": 1.5} if logged == "timeout" else {}
    async with asking(shelf, tmp_path, behaviour, chat_max_tokens=64, **seconds) as (chain, _):
        answer = await chain.ainvoke(QUESTION)
    assert statements(answer)[0] == QUOTE
    assert (answer.chosen_by, answer.fallback) == (None, fallback)
    assert answer.verbatim
    assert logged in caplog.text
    assert "puces" not in caplog.text


async def test_the_next_model_stands_in_for_one_that_fails(shelf: Library, tmp_path: Path) -> None:
    behaviour = by_model(broken=refuses(500), scripted=says(RIGHT))
    models = "openai:broken,openai:scripted,extractive"
    async with asking(shelf, tmp_path, behaviour, chat_model=models) as (chain, server):
        answer = await chain.ainvoke(QUESTION)
        assert (answer.chosen_by, answer.fallback) == ("openai:scripted", None)
        assert [body["model"] for body in server.bodies] == ["broken", "scripted"]


async def test_the_model_writes_a_follow_up_out(shelf: Library, tmp_path: Path) -> None:
    written = "Combien l’entraînement d’Orphée a-t-il coûté ?"
    answers = (says(RIGHT), says(written), says("4"))
    async with asking(shelf, tmp_path, *answers) as (chain, server):
        first = await chain.ainvoke(QUESTION)
        said = TurnText("Et combien a-t-il coûté ?", (Turn.of(first, NOW),))
        answer = await chain.ainvoke(said)
    assert (answer.question, answer.understood) == (said.question, written)
    assert OTHER_QUOTE in statements(answer)
    told = server.bodies[1]["messages"][-1]["content"]
    assert "Dernière question : Et combien a-t-il coûté ?" in told


async def test_a_model_shows_nothing_of_its_own(shelf: Library, tmp_path: Path) -> None:
    behaviour = says('{"sentences": [3]}')
    async with asking(shelf, tmp_path, behaviour) as (chain, server):
        answer = await chain.ainvoke(QUESTION)
        asked = server.bodies[0]
    assert (answer.outcome, statements(answer)[0]) == ("sure", QUOTE)
    assert (answer.chosen_by, answer.fallback) == ("openai:scripted", None)
    assert answer.verbatim
    assert "response_format" in asked
    assert f"[3] {QUOTE}" in asked["messages"][-1]["content"]


async def test_a_server_without_schemas_is_asked_for_numbers(
    shelf: Library, tmp_path: Path
) -> None:
    async with asking(shelf, tmp_path, refuses(400), says(RIGHT)) as (chain, server):
        answer = await chain.ainvoke(QUESTION)
    assert (answer.outcome, answer.chosen_by) == ("sure", "openai:scripted")
    assert ["response_format" in body for body in server.bodies] == [True, False]

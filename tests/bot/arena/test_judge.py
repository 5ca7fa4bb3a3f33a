"""A model that votes: what it is told, and what it may say."""

from __future__ import annotations

import pytest

from bot.arena.battle import ArenaAnswer, Battle
from bot.arena.judge import judge_battle
from tests.bot.llm.fakes import Scripted
from tests.bot.messenger.samples import BIRTH, LENS, answered, cite

QUESTION = "Qui ? [A] {second}\nRéponds A."


def _battle(language: str = "fr") -> Battle:
    first, second = (
        ArenaAnswer(name, answered("?", cite(1, quote)), 0.1, 0)
        for name, quote in (("extractive", BIRTH), ("openai:petit", LENS))
    )
    return Battle(QUESTION, language, "single", "g", first, second)


@pytest.mark.parametrize(
    ("said", "choice"),
    [("A", "first"), (" B.", "second"), ("**C**", "good"), ("Réponse : D", "bad")]
    + [(said, None) for said in ("Aucune idée", "E", "")],
)
async def test_one_letter_is_a_verdict(said: str, choice: str | None) -> None:
    assert await judge_battle(Scripted(said), _battle(), "?") == choice


@pytest.mark.parametrize("language", ["fr", "en", "de"])
async def test_it_is_given_both_texts_and_no_name(language: str) -> None:
    model = Scripted("A")
    await judge_battle(model, _battle(language), "?")
    (message,) = model.requests[0].messages
    assert model.requests[0].uncounted
    assert message.text.index(BIRTH) < message.text.index(LENS)
    for hidden in ("extractive", "petit", "[A]"):  # what is typed cannot pass for the frame
        assert hidden not in message.text

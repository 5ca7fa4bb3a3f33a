"""The arena over a real index, with models that choose well, badly or not at all; and as it is
typed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest

from bot.arena import battle_records as battles
from bot.arena import factory
from bot.arena.arena import Arena
from bot.arena.battle import Battle, NoBattle
from bot.arena.factory import open_arena
from bot.main import run
from bot.settings import Settings
from bot.state.database import open_state, state_url
from tests.bot.arena.samples import NOW, new_battle
from tests.bot.llm.server import Behaviour, Scripted, keeps_silent, refuses, says, sent, serving
from tests.e2e.chat_models import GOOD, OTHER_QUOTE, QUESTION, QUOTE, Library, library

GOOD_WRITER = "openai:bon"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("library"))


@asynccontextmanager
async def arena_of(
    shelf: Library, state: Path, behaviour: Behaviour, **settings: object
) -> AsyncIterator[tuple[Arena, Scripted]]:
    async with serving(behaviour) as server:
        chosen: dict[str, object] = {
            "arena": f"extractive,{GOOD_WRITER}",
            "chat_base_url": server.url,
            "chat_retries": 0,
            "chat_prices": "1/2",
            "data_dir": state,
            **settings,
        }
        opened = Settings(_env_file=None, **chosen)  # type: ignore[arg-type]
        arena = await asyncio.to_thread(open_arena, opened, shelf.index)
        assert arena is not None
        try:
            yield arena, server
        finally:
            await asyncio.to_thread(arena.close)


async def test_both_get_the_same_passages(shelf: Library, tmp_path: Path) -> None:
    async with arena_of(shelf, tmp_path, says(GOOD)) as (arena, server):
        battle = await arena.fight(QUESTION, "extractive", GOOD_WRITER)
        told = "\n".join(prompt["content"] for prompt in sent(server))
    assert isinstance(battle, Battle)
    assert battle.kind == "single"
    assert battle.first.text("?") == f"{QUOTE} [1]"
    assert battle.second.text("?") == f"{QUOTE} [1] {OTHER_QUOTE} [2]"
    assert QUOTE in told
    assert battle.first.micros == 0 < (battle.second.micros or 0)
    assert battle.second.answer.chosen_by == GOOD_WRITER


@pytest.mark.parametrize(
    ("behaviour", "fault", "more"),
    [
        (refuses(500), "failed", {}),
        (says("Orphée a demandé 99 000 puces."), "failed", {}),
        (keeps_silent(), "slow", {}),
        (keeps_silent(), "failed", {"chat_timeout": 0.2}),
        (says(GOOD), "budget", {"chat_budget_tokens": 1}),
    ],
)
async def test_what_fails_is_a_fault_of_the_arena(
    shelf: Library,
    tmp_path: Path,
    behaviour: Behaviour,
    fault: str,
    more: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(factory, "WRITER_SECONDS", 2.0)
    async with arena_of(shelf, tmp_path, behaviour, **more) as (arena, _):
        fought = await arena.fight(QUESTION, "extractive", GOOD_WRITER)
    assert isinstance(fought, NoBattle)
    assert (fought.why, fought.faults) == ("fault", {GOOD_WRITER: fault})
    assert fought.answer is not None
    assert fought.answer.statements[0].text == QUOTE


def test_the_standings_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with closing(open_state(state_url(None, tmp_path / ".selon"))) as state:
        number = state.do(partial(battles.save_battle, new=new_battle(), now=NOW))
        cast = partial(battles.cast_battle_vote, battle_id=number, person_id=8, now=NOW)
        state.do(partial(cast, choice="first"))
    assert run(["arena", "report"]) == 0
    assert "1 vote de 1 personne" in capsys.readouterr().out
    assert run(["arena", "report", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["votes"], told["people"], len(told["writers"])) == (1, 1, 2)
    monkeypatch.setenv("SELON_ARENA", "extractive")
    assert run(["arena", "report"]) == 2
    assert "deux rédacteurs" in capsys.readouterr().err

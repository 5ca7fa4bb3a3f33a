"""Battles and votes, as they are made and as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.arena.battle_records import (
    BattleChoice,
    BattleRecord,
    BattleSide,
    BattleVoteRecord,
    NewBattle,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def new_battle(message: int = 3, **changes: Any) -> NewBattle:
    """A battle over the question in this message of the person and chat 7."""
    first = BattleSide("extractive", "Yvon. [1]", 0.2, 0)
    second = BattleSide("openai:petit", "Anne. [1]", 1.5, 40)
    asked = ("Qui a gardé le phare ?", "fr", "single", "g")
    return replace(NewBattle(*asked, first, second, ("A", "B"), 7, 7, message), **changes)


def kept_battle(number: int, language: str = "fr") -> BattleRecord:
    sides = [
        BattleSide(name, f"{name} dit. [1]", at, 100)
        for at, name in enumerate(("extractive", "openai:petit"))
    ]
    return BattleRecord(number, 7, "Qui ?", language, "single", *sides, ())


def kept_vote(battle: BattleRecord, choice: BattleChoice = "first") -> BattleVoteRecord:
    when = NOW + timedelta(seconds=battle.id)
    return BattleVoteRecord(battle, choice, f"person {battle.id}", when)

"""Votes as they are kept, for tests that need no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.arena.battle_records import BattleChoice, BattleRecord, BattleSide, BattleVoteRecord

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def kept_battle(
    number: int,
    first: str = "extractive",
    second: str = "openai:petit",
    *,
    language: str = "fr",
    kind: str = "single",
    fault: str | None = None,
) -> BattleRecord:
    sides = [
        BattleSide(name, f"{name} dit. [1]", {"length": 2 + at, "citations": 1, "bold": 0}, at, 100)
        for at, name in enumerate((first, second))
    ]
    return BattleRecord(
        number, 7, "Qui ?", language, kind, "chat", sides[0], sides[1], (), fault, NOW
    )


def kept_vote(
    battle: BattleRecord, choice: BattleChoice = "first", voter: str = "", judge: str | None = None
) -> BattleVoteRecord:
    who = voter or f"person {battle.id}"
    when = NOW + timedelta(seconds=battle.id)
    return BattleVoteRecord(battle, choice, judge, who, when)

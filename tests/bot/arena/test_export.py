"""The votes in the fields of published data sets, without anybody."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.arena.battle_records import BATTLE_CHOICES, BattleSide
from bot.arena.terminal import export_lines
from tests.bot.arena.samples import kept_battle, kept_vote


def test_a_line_a_vote_in_the_published_fields() -> None:
    votes = [kept_vote(kept_battle(at), choice) for at, choice in enumerate(BATTLE_CHOICES)]
    rows = [json.loads(line) for line in export_lines(votes)]
    assert [row["winner"] for row in rows] == ["model_a", "model_b", "tie", "both_bad"]
    row = rows[0]
    assert (row["model_a"], row["model_b"]) == ("extractive", "openai:petit")
    assert (row["language"], row["judge"], row["is_code"]) == ("fr", "human", False)
    assert row["conversation_a"] == [
        {"role": "user", "content": [{"type": "text", "text": "Qui ?"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "extractive dit. [1]"}]},
    ]
    assert row["conv_metadata"]["seconds_b"] == 1
    assert len({row["id"] for row in rows}) == len(rows)
    assert "person" not in json.dumps(rows)


def test_what_is_kept_no_more_is_not_in_it() -> None:
    battle = kept_battle(1)
    wordless = replace(
        battle, question=None, first=BattleSide("extractive"), second=BattleSide("openai:petit")
    )
    (line,) = export_lines([kept_vote(wordless)])
    row = json.loads(line)
    assert row["conversation_a"] == row["conversation_b"] == []

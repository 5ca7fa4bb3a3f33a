"""Anonymous votes as JSON Lines, in the format of LMArena's `arena-human-preference-140k`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.arena.battle_records import BattleChoice, BattleSide, BattleVoteRecord

_WINNERS: Mapping[BattleChoice, str] = {
    "first": "model_a",
    "second": "model_b",
    "good": "tie",
    "bad": "both_bad",
}


def export_lines(votes: Iterable[BattleVoteRecord]) -> Iterator[str]:
    """Yield one line per vote; conversations whose texts are erased are empty.

    Additional fields: the `kind` of question, and the duration and cost of each answer in
    `conv_metadata`.
    """
    for number, vote in enumerate(votes, 1):
        battle = vote.battle
        a, b = battle.first, battle.second
        row = {
            "id": f"{battle.id}-{number}",
            "model_a": a.writer,
            "model_b": b.writer,
            "winner": _WINNERS[vote.choice],
            "evaluation_session_id": str(battle.id),
            "evaluation_order": 1,
            "conversation_a": _conversation(battle.question, a),
            "conversation_b": _conversation(battle.question, b),
            "conv_metadata": {
                "seconds_a": a.seconds,
                "micros_a": a.micros,
                "seconds_b": b.seconds,
                "micros_b": b.micros,
            },
            "category_tag": {"kind": battle.kind},
            "language": battle.language,
            "is_code": False,
            "timestamp": vote.created_at.isoformat(),
            "judge": "human",
        }
        yield json.dumps(row, ensure_ascii=False)


def _conversation(question: str | None, side: BattleSide) -> list[dict[str, Any]]:
    if question is None:
        return []
    turns = (("user", question), ("assistant", side.text or ""))
    return [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns]

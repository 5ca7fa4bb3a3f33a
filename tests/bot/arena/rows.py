"""One row in each table of the arena."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.arena.battle_records import BattleRow, BattleVoteRow
from bot.state.tables import Base


def rows(person: int, at: datetime) -> Sequence[Base]:
    """Rows of one person, all of this moment."""
    place = {"id": person, "person_id": person, "chat_id": person, "question_message": 1}
    asked = {"question": "Qui ?", "question_key": "k", "language": "fr", "generation": "g"}
    texts = {"text_first": "Lui.", "text_second": "Elle.", "shown": ["A", "B"]}
    writers = {"first": "extractive", "second": "openai:m", "kind": "single", "origin": "chat"}
    return (
        BattleRow(**place, **asked, **texts, **writers, created_at=at),
        BattleVoteRow(battle_id=person, person_id=person, voter="v", choice="first", created_at=at),
    )

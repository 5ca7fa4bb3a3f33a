"""An answer as a turn to store."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime

from bot.answer import Answer
from bot.conversation.passage_refs import sources_of
from bot.conversation.recall import RECORD, recall_record
from bot.followups.turn import Turn, turn_json
from bot.library.articles import Library
from bot.operations.unanswered import in_vain
from bot.state.conversations import NewTurn
from bot.state.statistics import InVain


async def new_turn(
    answer: Answer,
    library: Library,
    now: datetime,
    question_message: int | None = None,
    key: str | None = None,
) -> NewTurn:
    """The turn of an answer; an unanswered question is embedded for the statistics.

    With a `key`, the turn holds all that shows the answer again.
    """
    record = turn_json(Turn.of(answer, now))
    if not answer.answered:
        known = await asyncio.to_thread(in_vain, answer, library.embed, library.model)
        record[InVain.KEY] = asdict(known)
    if key is not None:
        record[RECORD] = recall_record(answer)
    return NewTurn(
        question=answer.question,
        turn=record,
        sources=sources_of(answer),
        answered=answer.answered,
        confidence=answer.confidence,
        generation=library.generation(),
        question_message=question_message,
        elapsed_ms=answer.elapsed_ms,
        key=key,
    )

"""Turn an answer into a record for the database."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime

from bot.answer import Answer
from bot.conversation.passage_refs import sources_of
from bot.conversation.recall import RECORD, recall_record
from bot.followups.turn import Turn, dump_turn
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
    """Build the turn of an answer, which can be recalled; unanswered questions are embedded for the
    statistics."""
    record = dump_turn(Turn.of(answer, now)) | {RECORD: recall_record(answer)}
    if not answer.is_sure:
        embedding = await asyncio.to_thread(in_vain, answer, library.embed, library.model)
        record[InVain.KEY] = asdict(embedding)
    return NewTurn(
        question=answer.question,
        turn=record,
        sources=sources_of(answer),
        answered=answer.is_sure,
        confidence=answer.confidence,
        generation=library.generation(),
        question_message=question_message,
        elapsed_ms=answer.elapsed_ms,
        key=key,
    )

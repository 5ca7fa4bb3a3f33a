"""Creates the arena from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.archive.archive import Archive
from bot.arena.arena import Arena, Contender
from bot.assembly import open_reader, subject_thresholds, thresholds_of
from bot.followups.candidates import Interpretation
from bot.followups.turn import TurnText
from bot.llm.factory import ChatModels, arena_models
from bot.llm.model_answerer import CountedAnswer
from bot.model_choice import WriterChoice, parse_writers
from bot.settings import Settings
from index.findings import Findings
from index.search.live import LiveIndex

WRITER_SECONDS = 60.0  # that a writer may take


def open_arena(
    settings: Settings,
    index: LiveIndex,
    understand: Callable[[TurnText], Awaitable[Interpretation]] | None = None,
) -> Arena | None:
    """Create the arena of SELON_ARENA over an open index, if set; close it when done.

    `understand` resolves a question in its conversation, by default not at all. Raises
    SettingsError, ModelError.
    """
    choices = parse_writers(settings.arena)
    if not choices:
        return None
    archive = Archive(index.searcher, subject_thresholds(settings))
    extractive = ExtractiveAnswerer(thresholds_of(settings))
    retrieval = RetrievalQA(index, extractive, archive)
    model_settings = arena_models(settings)
    models = ChatModels(model_settings) if model_settings.chat_model else None
    try:
        contenders = [_contender(choice, settings, models) for choice in choices]
    except BaseException:
        if models is not None:
            models.close()
        raise

    async def understand_alone(turn: TurnText) -> Interpretation:
        return Interpretation(turn.question)

    return Arena(
        contenders,
        understand or understand_alone,
        retrieval,
        index.generation,
        WRITER_SECONDS,
        models.close if models is not None else lambda: None,
    )


def _contender(choice: WriterChoice, settings: Settings, models: ChatModels | None) -> Contender:
    if choice.reader:
        settings = settings.model_copy(update={"reader": choice.reader})
    extractive = ExtractiveAnswerer(thresholds_of(settings))

    async def quote(findings: Findings) -> CountedAnswer:
        return CountedAnswer(await asyncio.to_thread(extractive.answer, findings), 0)

    write: Callable[[Findings], Awaitable[CountedAnswer]] = quote
    if choice.model is not None and models is not None:
        write = models.alone(choice.model.name, extractive).answer
    return Contender(choice.name, open_reader(settings), write)

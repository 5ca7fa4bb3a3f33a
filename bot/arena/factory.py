"""From the settings to the arena."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.answering.about import AboutArticles
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.arena.arena import Arena, Contender
from bot.assembly import open_reader, subject_thresholds, thresholds_of
from bot.followups.candidates import Interpretation
from bot.followups.turn import TurnText
from bot.llm.factory import Writers, arena_models
from bot.llm.model_answerer import CountedAnswer
from bot.model_choice import WriterChoice, parse_writers
from bot.settings import Settings
from index.findings import Findings
from index.search.live import LiveIndex


def open_arena(
    settings: Settings,
    index: LiveIndex,
    understand: Callable[[TurnText], Awaitable[Interpretation]] | None = None,
) -> Arena | None:
    """The arena of SELON_ARENA over an open index, to be closed; None where there is none.

    `understand` tells what a question means in its conversation; without it each stands alone.

    Raises SettingsError, ModelError.
    """
    choices = parse_writers(settings.arena)
    if not choices:
        return None
    about = AboutArticles(index.searcher, subject_thresholds(settings))
    quoting = ExtractiveAnswerer(thresholds_of(settings))
    retrieval = RetrievalQA(index, quoting, about)
    models = arena_models(settings)
    writers = Writers(models) if models.chat_model else None
    try:
        contenders = [_contender(each, settings, writers) for each in choices]
    except BaseException:
        if writers is not None:
            writers.close()
        raise
    close = writers.close if writers is not None else lambda: None
    return Arena(
        contenders,
        understand or _standing_alone,
        retrieval,
        index.generation,
        settings.arena_seconds,
        close,
    )


def _contender(choice: WriterChoice, settings: Settings, writers: Writers | None) -> Contender:
    read_by = settings
    if choice.reader:
        read_by = settings.model_copy(update={"reader": choice.reader})
    extractive = ExtractiveAnswerer(thresholds_of(read_by))
    write = _quoting(extractive)
    if choice.model is not None and writers is not None:
        mode = choice.mode or settings.chat_mode
        write = writers.alone(choice.model.name, mode, extractive, choice.prompts).answer
        choice = replace(choice, mode=mode)
    return Contender(choice.name, open_reader(read_by), write)


def _quoting(extractive: ExtractiveAnswerer) -> Callable[[Findings], Awaitable[CountedAnswer]]:
    async def quote(findings: Findings) -> CountedAnswer:
        return CountedAnswer(await asyncio.to_thread(extractive.answer, findings), 0)

    return quote


async def _standing_alone(turn: TurnText) -> Interpretation:
    return Interpretation(turn.question)

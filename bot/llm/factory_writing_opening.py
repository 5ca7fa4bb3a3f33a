"""All that writing with a chat model takes, opened once for every index that is asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.extractive import Extractive
from bot.llm.base import ChatModel
from bot.llm.budget_models_allowance import Allowance, Rationed
from bot.llm.draft_writing_listening import Checker
from bot.llm.factory import database_of, open_cache, open_models
from bot.llm.question_rewriter import ByModel
from bot.llm.writer import Limits, Written
from bot.settings import Settings
from bot.verification.claim import Claim, Given, Verdict

if TYPE_CHECKING:
    from bot.verification import checker

logger = logging.getLogger(__name__)


class Writers:
    """The chat models of the settings, what holds them to the passages, and what they wrote before.

    To be closed when nothing is asked any more. Raises SettingsError.
    """

    def __init__(self, settings: Settings) -> None:
        self._state = database_of(settings)
        self._hosted = open_models(settings, self._state)
        self._models: Sequence[ChatModel] = self._hosted
        if settings.chat_daily_answers is not None:
            allowance = Allowance(self._state, settings.chat_daily_answers)
            self._models = [Rationed(model, allowance) for model in self._models]
        self._replies = open_cache(settings, self._state)
        self._limits = Limits(settings.chat_context, settings.chat_max_tokens)
        self._checker: Checker = LoadedBehind(settings.cache_dir, settings.threads)

    def over(self, extractive: Extractive, generation: Callable[[], str]) -> Written:
        """The answerer for one index, whose generation in service is told by `generation`."""
        return Written(
            self._models, self._checker, extractive, self._limits, self._replies, generation
        )

    def rewriter(self) -> ByModel:
        """What writes out the questions of a conversation."""
        return ByModel(self._models)

    def close(self) -> None:
        """Let go of the servers and of the database."""
        for model in self._hosted:
            model.close()
        self._state.close()


class LoadedBehind:
    """A checker that loads on a thread of its own from now on; who needs it first waits for it."""

    def __init__(self, cache_dir: Path | None, threads: int) -> None:
        self._future: Future[checker.Checker] = Future()
        load = threading.Thread(
            target=self._load, args=(cache_dir, threads), name="checker", daemon=True
        )
        load.start()

    def prepare(self, given: Sequence[Given]) -> None:
        self._future.result().prepare(given)

    def check(self, claim: Claim, given: Sequence[Given], question: str) -> Verdict:
        return self._future.result().check(claim, given, question)

    def _load(self, cache_dir: Path | None, threads: int) -> None:
        from bot.verification.checker import open_checker

        try:
            self._future.set_result(open_checker(cache_dir, threads=threads or 1))
        except Exception as error:  # told to whoever wants a check
            self._future.set_exception(error)

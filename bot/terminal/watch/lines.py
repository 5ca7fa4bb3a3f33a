"""Lines about builds, folders and sources, for `selon watch`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.locale.errors import error_text, problem_text
from bot.locale.text import harmless
from bot.locale.watch import FeedingPhrases
from bot.terminal.console import console_for, show
from bot.terminal.watch.add import tell_gathered
from index.errors import BuildLocked, FetchError
from index.fetch.gatherer import GatherEvent

if TYPE_CHECKING:
    from index.ingestion.builder import BuildReport


class WatchLines:
    """Prints events of builds, folders and sources; thread-safe. Errors go to standard error."""

    def __init__(self, language: str) -> None:
        self._phrases = FeedingPhrases.of(language)
        self._out = console_for(sys.stdout)
        self._err = console_for(sys.stderr)

    def watching(self, paths: int, sources: int) -> None:
        self._say(self._phrases.watching(paths, sources))

    def rebuilt(self, report: BuildReport, seconds: float) -> None:
        counts = (report.added, report.changed, report.removed, len(report.skipped))
        self._say(self._phrases.rebuilt(*counts, seconds))

    def not_rebuilt(self, error: Exception) -> None:
        self._complain(self._phrases.not_rebuilt(self._why(error)))

    def waiting(self, error: BuildLocked) -> None:
        self._complain(self._phrases.waiting(self._why(error)))

    def polling(self, why: str) -> None:
        self._complain(self._phrases.polling(why))

    def news(self, source: str, counts: Mapping[str, int]) -> None:
        self._say(self._phrases.news(source, counts))

    def trouble(self, source: str, error: Exception) -> None:
        self._complain(self._phrases.no_news(source, self._why(error)))

    def event(self, event: GatherEvent) -> None:
        tell_gathered(event, self._phrases, self._out, self._err)

    def _why(self, error: Exception) -> str:
        if isinstance(error, FetchError):  # the line begins with its address
            return problem_text(error.problem, self._phrases.code)
        return error_text(error, self._phrases.code)

    def stopping(self) -> None:
        self._complain(self._phrases.stopping)

    def stopped(self) -> None:
        self._say(self._phrases.stopped)

    def _say(self, text: str) -> None:
        show(self._out, f"{datetime.now():%H:%M:%S} {harmless(text)}")
        self._out.file.flush()

    def _complain(self, text: str) -> None:
        show(self._err, f"{datetime.now():%H:%M:%S} {harmless(text)}")

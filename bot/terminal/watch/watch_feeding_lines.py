"""What `selon watch` says: one line for each thing that happens, with its time."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from bot.locale.feeding import feeding_phrases_for
from bot.terminal.console import console_for, show
from bot.terminal.render import harmless
from bot.terminal.watch.add import tell
from index.errors import BuildLocked
from index.errors_web_errors import FetchError
from index.web.gatherer import Event

if TYPE_CHECKING:
    from index.build.builder_index_report import BuildReport


class Lines:
    """Hears of builds, folders and feeds, from any thread; troubles go to standard error."""

    def __init__(self, language: str) -> None:
        self._phrases = feeding_phrases_for(language)
        self._out = console_for(sys.stdout)
        self._err = console_for(sys.stderr)

    def watching(self, paths: int, feeds: int, every: float) -> None:
        self._say(self._phrases.watching(paths, feeds, self._phrases.every(every)))

    def rebuilt(self, report: BuildReport, seconds: float) -> None:
        counts = (report.added, report.changed, report.removed, len(report.skipped))
        self._say(self._phrases.rebuilt(*counts, seconds))

    def not_rebuilt(self, error: Exception) -> None:
        self._complain(self._phrases.not_rebuilt(_one_line(error)))

    def waiting(self, error: BuildLocked) -> None:
        self._complain(self._phrases.waiting(_one_line(error)))

    def polling(self, why: str) -> None:
        self._complain(self._phrases.polling(why))

    def news(self, feed: str, added: int, updated: int) -> None:
        self._say(self._phrases.news(feed, added, updated))

    def trouble(self, feed: str, error: Exception) -> None:
        told = self._phrases.reason(error) if isinstance(error, FetchError) else _one_line(error)
        self._complain(self._phrases.no_news(feed, told))

    def event(self, event: Event) -> None:
        tell(event, self._phrases, self._out, self._err)

    def stopping(self) -> None:
        self._complain(self._phrases.stopping)

    def stopped(self) -> None:
        self._say(self._phrases.stopped)

    def _say(self, text: str) -> None:
        show(self._out, f"{_now()} {harmless(text)}")
        self._out.file.flush()

    def _complain(self, text: str) -> None:
        show(self._err, f"{_now()} {harmless(text)}")


def _now() -> str:
    return f"{datetime.now():%H:%M:%S}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

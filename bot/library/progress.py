"""The progress of a build in words, and the report at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.locale.administration import AdministrationPhrases
from bot.locale.errors import error_text
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless

if TYPE_CHECKING:
    from index.ingestion.builder import BuildReport

_FILES_LIMIT = 5  # skipped files that are listed


class StepProgress:
    """Observes the steps of work, and describes the current one."""

    _step: str = ""
    _done: int = 0
    _total: int = 0

    def step(self, name: str) -> None:
        self._step, self._done, self._total = name, 0, 0

    def progress(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def describe(self, phrases: TerminalPhrases) -> str:
        """The current step with its counts; empty before the first."""
        step, done, total = self._step, self._done, self._total
        name = phrases.steps.get(step, step)
        return f"{name}, {phrases.progress(step, done, total)}" if total else name


def outcome_lines(report: BuildReport, language: str) -> Iterator[str]:
    """What the index holds after a build, and what that changed."""
    phrases = TerminalPhrases.of(language)
    yield phrases.indexed(report.articles, report.passages, report.sentences)
    if report.switched:
        yield phrases.changes(report.added, report.changed, report.removed, report.unchanged)
    else:
        yield phrases.unchanged


def report_lines(report: BuildReport, language: str) -> Iterator[str]:
    """The outcome of a build, with the files that it skipped."""
    yield from outcome_lines(report, language)
    if report.skipped:
        yield TerminalPhrases.of(language).skipped(len(report.skipped))
        for file in report.skipped[:_FILES_LIMIT]:
            yield f"• {harmless(error_text(file, language))}"
        if (more := len(report.skipped) - _FILES_LIMIT) > 0:
            yield AdministrationPhrases.of(language).more_skipped(more)

"""How far the index has come: a bar for a person, plain lines for a pipe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from bot.console import show
from bot.phrases.terminal import TerminalPhrases

LINES = 10
"""Lines that a pipe gets for one run of texts."""


class Observer(Protocol):
    """What `index.build` tells as it goes, and what preparing the model tells before that."""

    def step(self, name: str) -> None: ...

    def progress(self, done: int, total: int) -> None: ...

    def model(self, fraction: float, label: str) -> None: ...


@contextmanager
def observed(console: Console, phrases: TerminalPhrases) -> Iterator[Observer]:
    """The observer that suits this console; its bar is gone when the work is over."""
    if not console.is_terminal:
        yield Lines(console, phrases)
        return
    with _progress(console) as progress:
        yield Bar(progress, phrases)


class Lines:
    """One line a step, and one for each tenth of the texts."""

    def __init__(
        self,
        console: Console,
        phrases: TerminalPhrases,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._phrases = phrases
        self._clock = clock
        self._began = clock()
        self._tenth = 0
        self._preparing = False

    def step(self, name: str) -> None:
        self._began, self._tenth = self._clock(), 0
        show(self._console, f"{self._phrases.steps.get(name, name)}…")

    def progress(self, done: int, total: int) -> None:
        tenth = done * LINES // max(total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            show(
                self._console,
                f"  {_texts(self._phrases, done, total, self._clock() - self._began)}",
            )

    def model(self, fraction: float, label: str) -> None:
        if not self._preparing:
            self._preparing = True
            show(self._console, f"{self._phrases.model}…")


class Bar:
    """One bar that says which step is under way, how many texts, how fast and how long yet."""

    def __init__(
        self,
        progress: Progress,
        phrases: TerminalPhrases,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._progress = progress
        self._phrases = phrases
        self._clock = clock
        self._began = clock()
        self._task: TaskID = progress.add_task("", total=None, detail="")

    def step(self, name: str) -> None:
        self._began = self._clock()
        # A task forgets its total only by making way for another.
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(
            self._phrases.steps.get(name, name), total=None, detail=""
        )

    def progress(self, done: int, total: int) -> None:
        detail = _texts(self._phrases, done, total, self._clock() - self._began)
        self._progress.update(self._task, completed=done, total=total, detail=detail)

    def model(self, fraction: float, label: str) -> None:
        self._progress.update(
            self._task, description=self._phrases.model, completed=fraction, total=1.0
        )


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[detail]}", markup=False),
        console=console,
        transient=True,
    )


def _texts(phrases: TerminalPhrases, done: int, total: int, elapsed: float) -> str:
    counted = phrases.texts(done, total)
    if not done or elapsed <= 0 or done >= total:
        return counted
    per_second = done / elapsed
    return f"{counted}, {phrases.pace(per_second, (total - done) / per_second)}"

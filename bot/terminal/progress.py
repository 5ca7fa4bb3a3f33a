"""Progress of builds: a bar for a terminal, plain lines for a pipe."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from bot.locale.terminal import TerminalPhrases
from bot.terminal.console import show

LINES = 10  # maximum number of lines per step for a pipe
LATELY = 30.0  # seconds over which to measure the pace
SOON = 1.0  # seconds before the first estimate of the pace
SELDOM = 2.0  # minimum seconds between two lines for a pipe


@contextmanager
def observe_progress(
    console: Console, phrases: TerminalPhrases, stopping: str = ""
) -> Iterator[ProgressLines | ProgressBar]:
    """Yield an observer for this console; its bar disappears at the end of the block. `stopping` is
    its text after an interruption."""
    if not console.is_terminal:
        yield ProgressLines(console, phrases, stopping=stopping)
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=max(8, min(30, console.width - 80))),
        TextColumn("{task.fields[detail]}", markup=False),
        console=console,
        transient=True,
    ) as progress:
        yield ProgressBar(progress, phrases, stopping=stopping)


class _Pace:
    """Recent items per second: a build that resumes an interrupted one, or reaches long texts,
    changes its pace."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._history: deque[tuple[float, int]] = deque([(clock(), 0)])

    def at(self, done: int) -> float | None:
        """Return the pace with this many items done, or None before there is an estimate."""
        now = self._clock()
        self._history.append((now, done))
        while len(self._history) > 2 and now - self._history[1][0] > LATELY:
            self._history.popleft()
        since, before = self._history[0]
        if now - since < SOON or done <= before:
            return None
        return (done - before) / (now - since)


class _StepProgress:
    """Base of both observers: the current step and its pace."""

    def __init__(self, phrases: TerminalPhrases, clock: Callable[[], float], stopping: str) -> None:
        self._phrases = phrases
        self._clock = clock
        self._stopping = stopping
        self._begin("")

    def _begin(self, step: str) -> None:
        self._step = step
        self._pace = _Pace(self._clock)

    def _progress_text(self, done: int, total: int) -> str:
        text = self._phrases.progress(self._step, done, total)
        pace = self._pace.at(done)
        if pace is None or done >= total:
            return text
        return f"{text}, {self._phrases.pace(self._step, pace, (total - done) / pace)}"


class ProgressLines(_StepProgress):
    """One line per step and per tenth of its items."""

    def __init__(
        self,
        console: Console,
        phrases: TerminalPhrases,
        clock: Callable[[], float] = time.monotonic,
        stopping: str = "",
    ) -> None:
        super().__init__(phrases, clock, stopping)
        self._console = console
        self._tenth, self._last_line = 0, clock()
        self._preparing = False

    def step(self, name: str) -> None:
        self._begin(name)
        self._tenth, self._last_line = 0, self._clock()
        show(self._console, f"{self._phrases.steps.get(name, name)}…")

    def progress(self, done: int, total: int) -> None:
        text = self._progress_text(done, total)
        tenth, now = done * LINES // max(total, 1), self._clock()
        if tenth > self._tenth and now - self._last_line >= SELDOM:
            self._tenth, self._last_line = tenth, now
            show(self._console, f"  {text}")

    def model(self, fraction: float, label: str) -> None:
        if not self._preparing:
            self._preparing = True
            show(self._console, f"{self._phrases.model}…")

    def stopping(self) -> None:
        with suppress(RuntimeError):  # the signal interrupted another line
            show(self._console, f"{self._stopping}…")


class ProgressBar(_StepProgress):
    """One bar with the current step, its items, pace and remaining time."""

    def __init__(self, progress: Progress, phrases: TerminalPhrases, stopping: str = "") -> None:
        super().__init__(phrases, time.monotonic, stopping)
        self._progress = progress
        self._task: TaskID = progress.add_task("", total=None, detail="")

    def step(self, name: str) -> None:
        self._begin(name)
        # Rich can only reset a task's total by replacing the task.
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(
            self._phrases.steps.get(name, name), total=None, detail=""
        )

    def progress(self, done: int, total: int) -> None:
        detail = self._progress_text(done, total)
        self._progress.update(self._task, completed=done, total=total, detail=detail)

    def model(self, fraction: float, label: str) -> None:
        self._progress.update(
            self._task, description=self._phrases.model, completed=fraction, total=1.0
        )

    def stopping(self) -> None:
        self._progress.update(self._task, description=self._stopping)


@contextmanager
def catch_interrupt(on_stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns True after Ctrl-C; `on_stop` is called at once."""
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        on_stop()

    with handle_signals(stop, signal.SIGINT):
        yield stopped.is_set


@contextmanager
def handle_signals(handle: Callable[[], None], *numbers: int) -> Iterator[None]:
    """Call `handle` at the first of these signals; a second one ends the process. Outside the main
    thread, which gets all signals, it is never called."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}

    def receive(number: int, frame: FrameType | None) -> None:
        for signum in numbers:
            default = signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL
            signal.signal(signum, default)
        handle()

    for number in numbers:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

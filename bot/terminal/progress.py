"""How far the index has come: a bar for a person, plain lines for a pipe."""

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

LINES = 10  # lines that a pipe gets for what one step counts
LATELY = 30.0  # seconds over which the pace is taken
SOON = 1.0  # seconds before which a pace is only a guess
SELDOM = 2.0  # seconds between two lines for a pipe: what is over sooner needs none


@contextmanager
def observed(
    console: Console, phrases: TerminalPhrases, stopping: str = ""
) -> Iterator[ProgressLines | ProgressBar]:
    """The observer that suits this console; its bar is gone when the work is over.

    `stopping` is what it says once the person has asked for the end.
    """
    if not console.is_terminal:
        yield ProgressLines(console, phrases, stopping=stopping)
        return
    with _progress(console) as progress:
        yield ProgressBar(progress, phrases, stopping=stopping)


class _Pace:
    """How many a second, as it has been lately: a build that goes on from an interrupted one, or
    that meets long texts, does not keep its first pace."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque([(clock(), 0)])

    def at(self, done: int) -> float | None:
        """The pace when so many are done; None before it can be told."""
        now = self._clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] > LATELY:
            self._seen.popleft()
        since, before = self._seen[0]
        if now - since < SOON or done <= before:
            return None
        return (done - before) / (now - since)


class _Stepped:
    """What both observers know: the step under way and its pace."""

    def __init__(self, phrases: TerminalPhrases, clock: Callable[[], float], stopping: str) -> None:
        self._phrases = phrases
        self._clock = clock
        self._stopping = stopping
        self._begin("")

    def _begin(self, step: str) -> None:
        self._step = step
        self._pace = _Pace(self._clock)

    def _counted(self, done: int, total: int) -> str:
        counted = self._phrases.progress(self._step, done, total)
        pace = self._pace.at(done)
        if pace is None or done >= total:
            return counted
        return f"{counted}, {self._phrases.pace(self._step, pace, (total - done) / pace)}"


class ProgressLines(_Stepped):
    """One line a step, and one for each tenth of what it counts."""

    def __init__(
        self,
        console: Console,
        phrases: TerminalPhrases,
        clock: Callable[[], float] = time.monotonic,
        stopping: str = "",
    ) -> None:
        super().__init__(phrases, clock, stopping)
        self._console = console
        self._tenth, self._told = 0, clock()
        self._preparing = False

    def step(self, name: str) -> None:
        self._begin(name)
        self._tenth, self._told = 0, self._clock()
        show(self._console, f"{self._phrases.steps.get(name, name)}…")

    def progress(self, done: int, total: int) -> None:
        counted = self._counted(done, total)
        tenth, now = done * LINES // max(total, 1), self._clock()
        if tenth > self._tenth and now - self._told >= SELDOM:
            self._tenth, self._told = tenth, now
            show(self._console, f"  {counted}")

    def model(self, fraction: float, label: str) -> None:
        if not self._preparing:
            self._preparing = True
            show(self._console, f"{self._phrases.model}…")

    def stopping(self) -> None:
        with suppress(RuntimeError):  # the signal came in the middle of another line
            show(self._console, f"{self._stopping}…")


class ProgressBar(_Stepped):
    """One bar that says which step is under way, how many, how fast and how long yet."""

    def __init__(
        self,
        progress: Progress,
        phrases: TerminalPhrases,
        clock: Callable[[], float] = time.monotonic,
        stopping: str = "",
    ) -> None:
        super().__init__(phrases, clock, stopping)
        self._progress = progress
        self._task: TaskID = progress.add_task("", total=None, detail="")

    def step(self, name: str) -> None:
        self._begin(name)
        # A task forgets its total only by making way for another.
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(
            self._phrases.steps.get(name, name), total=None, detail=""
        )

    def progress(self, done: int, total: int) -> None:
        detail = self._counted(done, total)
        self._progress.update(self._task, completed=done, total=total, detail=detail)

    def model(self, fraction: float, label: str) -> None:
        self._progress.update(
            self._task, description=self._phrases.model, completed=fraction, total=1.0
        )

    def stopping(self) -> None:
        self._progress.update(self._task, description=self._stopping)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=max(8, min(30, console.width - 80))),
        TextColumn("{task.fields[detail]}", markup=False),
        console=console,
        transient=True,
    )


@contextmanager
def stoppable(on_stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Whether the person has pressed Ctrl-C; `asked` is called when they do."""
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        on_stop()

    with handle_signals(stop, signal.SIGINT):
        yield stopped.is_set


@contextmanager
def handle_signals(handle: Callable[[], None], *numbers: int) -> Iterator[None]:
    """Call `handle` at the first of these signals; a second one ends the process at once.

    Outside the main thread, where no signal arrives, it is never called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}

    def receive(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            default = signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL
            signal.signal(each, default)
        handle()

    for number in numbers:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

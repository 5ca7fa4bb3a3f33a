"""Programs that work for this process and wait for the next thing to do: bounded in time, ended
with it."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import IO, Generic, Literal, TypeVar

Apart = Literal["session", "group"]
"""What a program has of its own: a session, or a group of processes in its owner's session."""

_ROOT = str(Path(__file__).resolve().parents[1])


class KeptProcess:
    """A program with pipes to it and from it. Ctrl-C is for whoever asks, who ends this one."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        apart: Apart | None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Set apart, the programs that it starts end with it. In a group of its own it may also be
        halted: where its owner dies meanwhile, the system hangs up on it and lets it go on, as with
        what a terminal has stopped; where hang-ups are ignored, it finds that nobody asks any more.

        Raises OSError.
        """
        self._owner = os.getpid()
        self._apart = apart if hasattr(os, "killpg") else None
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=self._apart == "session",
            process_group=0 if self._apart == "group" else None,
            env=environment,
        )

    @property
    def usable(self) -> bool:
        """Whether it lives, and is this process's own: a fork's copy is the parent's."""
        return self._owner == os.getpid() and self.process.poll() is None

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """What it reads, and what it writes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[Event]:
        """It is ended where the block takes longer, which is told."""
        late = Event()
        timer = threading.Timer(seconds, self._end, (late,))
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def close(self) -> None:
        if self._owner == os.getpid():
            self._kill()
            for stream in self.pipes:
                with suppress(OSError):
                    stream.close()
            self.process.wait()

    def halt(self) -> None:
        """It stands still until `go_on`, or until its owner has died."""
        if self._apart == "group" and self.usable:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """After `halt`."""
        if self._apart == "group" and self.usable:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGCONT)

    def _end(self, late: Event) -> None:
        late.set()
        self._kill()

    def _kill(self) -> None:
        with suppress(OSError):
            if self._apart:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()


OWNER_LOOK_SECONDS = 1.0
"""How often a program looks whether its owner is still there."""


def end_with_owner() -> None:
    """End this program soon after the process that started it, whatever it is at.

    A program at work does not read that nobody asks any more. The system's own signal for this
    would end it with the thread that started it.
    """
    owner = os.getppid()

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(OWNER_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="owner", daemon=True).start()


def module_command(name: str) -> tuple[list[str], dict[str, str]]:
    """How a module of this project is run as a program, and in which environment."""
    path = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
    return [sys.executable, "-P", "-m", name], {**os.environ, "PYTHONPATH": path}


Process = TypeVar("Process", bound=KeptProcess)


class WaitingProcesses(Generic[Process]):
    """Those that wait, `most` at once; ended with this process. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._door = threading.Lock()
        self.waiting: list[Process] = []
        atexit.register(self.close)

    def take(self) -> Process | None:
        """One that can be used, if any waits."""
        while True:
            with self._door:
                if not self.waiting:
                    return None
                process = self.waiting.pop()
            if process.usable:
                return process
            process.close()

    def give_back(self, process: Process) -> None:
        """Keep it for the next time, or end it."""
        with self._door:
            if process.usable and len(self.waiting) < self._most:
                self.waiting.append(process)
                return
        process.close()

    def close(self) -> None:
        """End all that wait."""
        with self._door:
            waiting, self.waiting[:] = list(self.waiting), []
        for process in waiting:
            process.close()

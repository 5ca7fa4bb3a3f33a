"""Running of a function in a process of its own, within limits of CPU time and memory."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

from index.errors import CodedError

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

LOOK_SECONDS = 0.2  # polling interval for messages and for a request to stop
_NICENESS = 5
_NO_TIME_LEFT = getattr(signal, "SIGXCPU", 0)


@dataclass(frozen=True, slots=True)
class ProcessBounds:
    """Limits on CPU seconds, and on bytes in addition to those at the start."""

    seconds: float | None = None
    memory: int | None = None


UNBOUNDED = ProcessBounds()


class ProcessLost(Exception):  # noqa: N818 - named for what happened
    """The process ended without a result: out of time, out of memory, or crashed."""

    def __init__(self, why: Literal["slow", "heavy", "crash"]) -> None:
        super().__init__(why)
        self.why = why


class WorkRequester:
    """The requesting process, as the function sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, message: object) -> None:
        """Send a message to the requester's `on_message`."""
        with suppress(OSError):  # the requester died, as `wants_end` reports
            self._connection.send(("message", message))

    def wants_end(self) -> bool:
        """True if the requester asked to stop, or died."""
        return self._connection.poll()


def run_apart(
    function: Callable[..., Result],
    *arguments: Any,
    bounds: ProcessBounds = UNBOUNDED,
    on_message: Callable[[Any], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """Return the result of `function(requester, *arguments)`, run at low priority.

    Function, arguments, messages and result are pickled. Re-raises the function's `CodedError` or
    `OSError`; raises ProcessLost if there is no result, OSError if no process can be started.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, bounds, function, arguments), daemon=True)
    try:
        process.start()
        theirs.close()
        result: Result = _result(ours, on_message, stop)
        return result
    except EOFError:
        process.join()
        raise ProcessLost("slow" if process.exitcode == -_NO_TIME_LEFT else "crash") from None
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()
            process.join()


def _result(
    ours: Connection, on_message: Callable[[Any], None] | None, stop: Callable[[], bool] | None
) -> Any:
    is_stopping = False
    while True:
        if stop is not None and not is_stopping and stop():
            is_stopping = True
            with suppress(OSError):  # the process died, as the next poll shows
                ours.send("stop")
        try:
            if not ours.poll(LOOK_SECONDS):
                continue
            kind, content = ours.recv()
        except OSError as error:
            raise EOFError from error
        match kind:
            case "message":
                if on_message is not None:
                    on_message(content)
            case "logged":
                name, level, text = content
                logging.getLogger(name).log(level, "%s", text)
            case "raised":
                raise content
            case "heavy":
                raise ProcessLost("heavy")
            case _:
                return content


def _run(
    connection: Connection,
    bounds: ProcessBounds,
    function: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the requester handles Ctrl-C
    logging.basicConfig(
        handlers=[_ForwardedLogs(connection)], level=logging.WARNING, format="%(message)s"
    )
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    before = memory_status("VmHWM")
    limit_process("RLIMIT_CORE", 0)
    if bounds.seconds is not None:
        limit_process("RLIMIT_CPU", round(bounds.seconds) + 1)
    if bounds.memory is not None:
        limit_process("RLIMIT_DATA", memory_status("VmData") + bounds.memory)
    outcome: tuple[str, object]
    try:
        outcome = ("result", function(WorkRequester(connection), *arguments))
    except MemoryError:
        outcome = ("heavy", None)
    except Exception as error:
        # Out of memory, libraries raise anything.
        if bounds.memory is not None and memory_status("VmHWM") - before > bounds.memory // 2:
            outcome = ("heavy", None)
        elif isinstance(error, CodedError | OSError):
            outcome = ("raised", error)
        else:
            raise
    with suppress(BrokenPipeError):
        connection.send(outcome)


def limit_process(name: str, most: int) -> None:
    """Set a soft limit of this process (`RLIMIT_CPU`), if the system supports it."""
    if resource is not None:
        kind = getattr(resource, name)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def memory_status(name: str) -> int:
    """Return a memory figure of this process on Linux (`VmData`), in bytes; 0 elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


class _ForwardedLogs(logging.Handler):
    """Sends log records to the requester."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._connection.send(("logged", (record.name, record.levelno, self.format(record))))

"""A function run in a process of its own, within bounds of processor time and memory."""

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
except ImportError:  # pragma: no cover - Windows, which bounds no process so
    resource = None  # type: ignore[assignment]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

LOOK_SECONDS = 0.2
"""Seconds between two looks at whether somebody wants the work to end."""

_NICENESS = 5
_NO_TIME_LEFT = getattr(signal, "SIGXCPU", 0)


@dataclass(frozen=True, slots=True)
class ProcessBounds:
    """Seconds of the processor, and bytes beyond what the process has when the function begins."""

    seconds: float | None = None
    memory: int | None = None


UNBOUNDED = ProcessBounds()


class ProcessLost(Exception):  # noqa: N818 - named for what happened
    """The process ended without a result: it took too long, too much memory, or broke."""

    def __init__(self, why: Literal["slow", "heavy", "crash"]) -> None:
        super().__init__(why)
        self.why = why


class WorkRequester:
    """Who asked for the work, as the function sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, message: object) -> None:
        """Said to `on_message` of who asked."""
        with suppress(OSError):  # they are gone, which `wants_end` tells
            self._connection.send(("message", message))

    def wants_end(self) -> bool:
        """Whether they want the work to end, or are gone."""
        return self._connection.poll()


def run_apart(
    function: Callable[..., Result],
    *arguments: Any,
    bounds: ProcessBounds = UNBOUNDED,
    on_message: Callable[[Any], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """What `function(asker, *arguments)` returns; it runs at low priority.

    Function, arguments, messages and result are pickled. Raises what the function raises of
    `CodedError` and `OSError`; ProcessLost where it gives nothing; OSError where no process can be
    had.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, bounds, function, arguments), daemon=True)
    try:
        process.start()
        theirs.close()
        returned: Result = _result(ours, on_message, stop)
        return returned
    except EOFError:
        process.join()
        raise ProcessLost("slow" if process.exitcode == -_NO_TIME_LEFT else "crash") from None
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()
            process.join()


def _result(
    ours: Connection,
    on_message: Callable[[Any], None] | None,
    stop: Callable[[], bool] | None,
) -> Any:
    asked = False
    while True:
        if stop is not None and not asked and stop():
            asked = True
            with suppress(OSError):  # it has died, which the next look tells
                ours.send("stop")
        try:
            if not ours.poll(LOOK_SECONDS):
                continue
            kind, told = ours.recv()
        except OSError as error:
            raise EOFError from error
        match kind:
            case "message":
                if on_message is not None:
                    on_message(told)
            case "logged":
                name, level, text = told
                logging.getLogger(name).log(level, "%s", text)
            case "raised":
                raise told
            case "heavy":
                raise ProcessLost("heavy")
            case _:
                return told


def _run(
    connection: Connection,
    bounds: ProcessBounds,
    function: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked, and they say so
    logging.basicConfig(handlers=[_Told(connection)], level=logging.WARNING, format="%(message)s")
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    before = memory_status("VmHWM")
    _hold(bounds)
    told: tuple[str, object]
    try:
        told = ("result", function(WorkRequester(connection), *arguments))
    except MemoryError:
        told = ("heavy", None)
    except Exception as error:
        # Where memory ends, libraries say what they like.
        if bounds.memory is not None and memory_status("VmHWM") - before > bounds.memory // 2:
            told = ("heavy", None)
        elif isinstance(error, CodedError | OSError):
            told = ("raised", error)
        else:
            raise
    with suppress(BrokenPipeError):
        connection.send(told)


def _hold(bounds: ProcessBounds) -> None:
    limit_process("RLIMIT_CORE", 0)
    if bounds.seconds is not None:
        limit_process("RLIMIT_CPU", round(bounds.seconds) + 1)
    if bounds.memory is not None:
        limit_process("RLIMIT_DATA", memory_status("VmData") + bounds.memory)


def limit_process(name: str, most: int) -> None:
    """Hold this process to a limit of the system's, by its name (`RLIMIT_CPU`), where it has it."""
    if resource is not None:
        kind = getattr(resource, name)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def memory_status(name: str) -> int:
    """What Linux tells of this process's memory (`VmData`, `VmHWM`), in bytes; 0 elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


class _Told(logging.Handler):
    """Leaves what is to be logged to the process that asked."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._connection.send(("logged", (record.name, record.levelno, self.format(record))))

"""Tasks: functions that run in a helper process, within limits of CPU time and memory."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import re
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Literal, TypeVar

from index.errors import CodedError
from index.processes import (
    HelperProcess,
    end_with_owner,
    helper_environment,
    limit_process,
    memory_status,
    module_command,
)

Result = TypeVar("Result")

LOOK_SECONDS = 0.2  # polling interval for a request to stop
_NICENESS = 5
_NO_TIME_LEFT = getattr(signal, "SIGXCPU", 0)
_SIZE = struct.Struct(">Q")


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


class TaskRequester:
    """The requesting process, as the function sees it."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._replies = replies
        self._ended = threading.Event()
        self._lock = threading.Lock()  # logs come from any thread
        threading.Thread(target=self._wait, args=(requests,), daemon=True).start()

    def tell(self, message: object) -> None:
        """Send a message to the requester's `on_message`."""
        self.send("message", message)

    def wants_end(self) -> bool:
        """True if the requester asked to stop, or died."""
        return self._ended.is_set()

    def send(self, kind: str, content: object) -> None:
        with self._lock, suppress(OSError):  # the requester died, as `wants_end` reports
            _send(self._replies, (kind, content))

    def _wait(self, requests: IO[bytes]) -> None:
        requests.read(1)
        self._ended.set()


def run_task(
    function: Callable[..., Result],
    *arguments: Any,
    bounds: ProcessBounds = UNBOUNDED,
    on_message: Callable[[Any], None] | None = None,
    stop: Callable[[], bool] | None = None,
    variables: re.Pattern[str] | None = None,
) -> Result:
    """Return the result of `function(requester, *arguments)`, run at low priority.

    Function, arguments, messages and result are pickled. `variables` are further variables of the
    environment that it needs. Re-raises the function's `CodedError` or `OSError`; raises
    ProcessLost if there is no result, OSError if no process can be started.
    """
    request = pickle.dumps((bounds, function, arguments))
    command, environment = module_command("index.tasks"), helper_environment(variables)
    process = HelperProcess(command, isolation=None, environment=environment)
    try:
        with suppress(OSError):  # the process died, which the missing reply shows
            _send(process.pipes[0], sys.path)
            process.pipes[0].write(_SIZE.pack(len(request)) + request)
            process.pipes[0].flush()
        result: Result = _result(process, on_message, stop)
        return result
    except EOFError:
        status = process.process.wait()
        raise ProcessLost("slow" if status == -_NO_TIME_LEFT else "crash") from None
    finally:
        process.close()


def _result(
    process: HelperProcess,
    on_message: Callable[[Any], None] | None,
    stop: Callable[[], bool] | None,
) -> Any:
    requests, replies = process.pipes
    inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_receive_all, args=(replies, inbox), daemon=True).start()
    is_stopping = False
    while True:
        if stop is not None and not is_stopping and stop():
            is_stopping = True
            with suppress(OSError):  # the process died, as the next reply shows
                requests.write(b"!")
                requests.flush()
        try:
            kind, content = inbox.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
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


def _receive_all(replies: IO[bytes], inbox: queue.SimpleQueue[tuple[str, Any]]) -> None:
    try:
        while True:
            inbox.put(_receive(replies))
    except Exception:  # the process died, or was ended
        inbox.put(("raised", EOFError()))


def _send(stream: IO[bytes], content: object) -> None:
    data = pickle.dumps(content)
    stream.write(_SIZE.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    size = stream.read(_SIZE.size)
    if len(size) < _SIZE.size:
        raise EOFError
    return pickle.loads(stream.read(*_SIZE.unpack(size)))


def main() -> None:
    """Run the task of the process that started this one."""
    # What libraries print or read must not reach the pipes.
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the requester handles Ctrl-C
    end_with_owner()
    sys.path[:] = _receive(requests)
    bounds, function, arguments = _receive(requests)
    requester = TaskRequester(requests, replies)
    logging.basicConfig(
        handlers=[_ForwardedLogs(requester)], level=logging.WARNING, format="%(message)s"
    )
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    before = memory_status("VmHWM")
    limit_process("RLIMIT_CORE", 0)
    if bounds.seconds is not None:
        limit_process("RLIMIT_CPU", round(bounds.seconds) + 1)
    if bounds.memory is not None:
        limit_process("RLIMIT_DATA", memory_status("VmData") + bounds.memory)
    try:
        requester.send("result", function(requester, *arguments))
    except MemoryError:
        requester.send("heavy", None)
    except Exception as error:
        # Out of memory, libraries raise anything.
        if bounds.memory is not None and memory_status("VmHWM") - before > bounds.memory // 2:
            requester.send("heavy", None)
        elif isinstance(error, CodedError | OSError):
            requester.send("raised", error)
        else:
            logging.error("%s", traceback.format_exc())
            sys.exit(1)


class _ForwardedLogs(logging.Handler):
    """Sends log records to the requester."""

    def __init__(self, requester: TaskRequester) -> None:
        super().__init__()
        self._requester = requester

    def emit(self, record: logging.LogRecord) -> None:
        self._requester.send("logged", (record.name, record.levelno, self.format(record)))


if __name__ == "__main__":
    from index import tasks  # as what it unpickles knows it

    tasks.main()

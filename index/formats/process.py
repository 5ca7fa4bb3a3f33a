"""Files, read in a process of their own that is held to bounds of memory and of time."""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.article import Article
from index.errors import Problem, ReadError, reason_of
from index.formats.base import Options, Skipped, Source
from index.formats.worker import article_from_json

ARTICLE_SECONDS = 60.0
"""Of the processor, for one article."""

SILENCE_SECONDS = 1_800.0
"""Until the next article, the programs that read a scan included."""

logger = logging.getLogger(__name__)
_NO_TIME_LEFT = getattr(signal, "SIGXCPU", 0)
_ROOT = str(Path(__file__).resolve().parents[2])


def read_apart(
    source: Source, options: Options | None = None, *, seconds: float | None = None
) -> Iterator[Article | Skipped]:
    """The articles of a file, and what of it could not become one, as `read_source` finds them.

    Nothing that is in the file is parsed here. `seconds` of the processor bound all of it, the
    cutting into sentences included. Raises ReadError, naming the file, when nothing of it can be
    read or when a bound is met.
    """
    worker = _taken() or _started(source)
    try:
        yield from worker.read(source, options or Options(), seconds)
    finally:
        _give_back(worker)


class _ReadingProcess:
    """A process that reads, one file at a time."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._at_rest = True
        path = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "index.formats.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            start_new_session=True,  # Ctrl-C is for the process that asks, which ends this one
            env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        )

    @property
    def usable(self) -> bool:
        """Whether it waits for a file, and is this process's own: a fork's copy is the parent's."""
        return self._at_rest and self._owner == os.getpid() and self._process.poll() is None

    def read(
        self, source: Source, options: Options, seconds: float | None
    ) -> Iterator[Article | Skipped]:
        self._at_rest = False
        asked = {
            "path": os.path.abspath(source.path),  # noqa: PTH100 - links stay as they are
            "shown": source.shown,
            "location": source.location,
            "url": source.url,
            "fields": dict(options.fields),
            "ocr": options.ocr,
            "each": ARTICLE_SECONDS,
            "all": seconds,
        }
        assert self._process.stdin is not None
        with suppress(OSError):  # it has died, and its silence tells
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        refused: Problem | None = None
        while True:
            kind, told = self._next(source, seconds)
            match kind:
                case "article":
                    yield article_from_json(told)
                case "skipped":
                    yield _skipped(*told)
                case "refused":
                    refused = Problem.from_json(told)
                case "logged":
                    name, level, text = told
                    logging.getLogger(name).log(level, "%s", text)
                case _:
                    self._at_rest = not told
                    break
        if refused is not None:
            raise ReadError(refused, shown=source.shown)

    def _next(self, source: Source, seconds: float | None) -> tuple[str, Any]:
        """What it tells next. A process that says nothing in time is ended."""
        assert self._process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(SILENCE_SECONDS, self._end, (late,))
        timer.daemon = True
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if line.endswith("\n"):
            kind, told = json.loads(line)
            return kind, told
        ended = self._process.wait()
        if late.is_set():
            raise ReadError("reading-slow", shown=source.shown, seconds=round(SILENCE_SECONDS))
        if ended == -_NO_TIME_LEFT:
            most = min(ARTICLE_SECONDS, seconds or ARTICLE_SECONDS)
            raise ReadError("reading-slow", shown=source.shown, seconds=round(most))
        logger.warning("%s: the process that reads it ended with %s", source.shown, ended)
        raise ReadError("reading-crash", shown=source.shown)

    def _end(self, late: threading.Event) -> None:
        late.set()
        self._kill()

    def _kill(self) -> None:
        """Ends it, and the programs that it has started."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:  # pragma: no cover - Windows
                self._process.kill()

    def close(self) -> None:
        if self._owner == os.getpid():
            self._kill()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            self._process.wait()


def _skipped(shown: str, problem: dict[str, Any], at: dict[str, Any] | None) -> Skipped:
    return Skipped(shown, Problem.from_json(problem), Problem.from_json(at) if at else None)


_waiting: list[_ReadingProcess] = []
_door = threading.Lock()


def _give_back(worker: _ReadingProcess) -> None:
    """Keeps a process for the next file, or ends it."""
    with _door:
        if worker.usable and not _waiting:
            _waiting.append(worker)
            return
    worker.close()


def _taken() -> _ReadingProcess | None:
    with _door:
        worker = _waiting.pop() if _waiting else None
    if worker is None or worker.usable:
        return worker
    worker.close()
    return None


def _started(source: Source) -> _ReadingProcess:
    try:
        return _ReadingProcess()
    except OSError as error:
        raise ReadError(
            "reading-no-process", shown=source.shown, reason=reason_of(error)
        ) from error


@atexit.register
def close_reading() -> None:
    """Ends the process that waits."""
    with _door:
        waiting, _waiting[:] = list(_waiting), []
    for worker in waiting:
        worker.close()

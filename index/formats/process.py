"""Reading of files in a process of its own, with limits of memory and time."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any

from index.article import Article, Section
from index.errors import Problem, ReadError, reason_of
from index.formats.base import Options, Skipped, Source
from index.processes import HelperProcess, ProcessPool, helper_environment, module_command

ARTICLE_SECONDS = 60.0  # CPU time for one article
SILENCE_SECONDS = 1_800.0  # until the next article, OCR included
_DAYS = ("published", "updated")
_MOMENTS = ("published_at", "updated_at")
logger = logging.getLogger(__name__)
_NO_TIME_LEFT = getattr(signal, "SIGXCPU", 0)


def read_apart(
    source: Source, options: Options | None = None, *, seconds: float | None = None
) -> Iterator[Article | Skipped]:
    """Like `index.formats.conversion.read_source`, in a process of its own.

    `seconds` limits the CPU time of the whole file, including sentence segmentation. Raises
    ReadError, naming the file, if nothing can be read or a limit is exceeded.
    """
    try:
        worker = _WAITING.take() or _ReadingProcess()
    except OSError as error:
        reason = reason_of(error)
        raise ReadError("reading-no-process", subject=source.label, reason=reason) from error
    try:
        yield from worker.read(source, options or Options(), seconds)
    finally:
        _WAITING.give_back(worker)


class _ReadingProcess(HelperProcess):
    """A process that reads one file at a time."""

    def __init__(self) -> None:
        self._idle = True
        command = module_command("index.formats.worker")
        super().__init__(command, isolation="session", environment=helper_environment())

    @property
    def usable(self) -> bool:
        return self._idle and super().usable

    def read(
        self, source: Source, options: Options, seconds: float | None
    ) -> Iterator[Article | Skipped]:
        self._idle = False
        request = {
            "path": os.path.abspath(source.path),  # noqa: PTH100 - links stay as they are
            "label": source.label,
            "location": source.location,
            "url": source.url,
            "fields": dict(options.fields),
            "ocr": options.ocr,
            "each": ARTICLE_SECONDS,
            "all": seconds,
        }
        stdin, _ = self.pipes
        with suppress(OSError):  # the process died, which `_next` reports
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        refusal: Problem | None = None
        while True:
            kind, payload = self._next(source, seconds)
            match kind:
                case "article":
                    yield article_from_json(payload)
                case "skipped":
                    label, problem, at = payload
                    place = Problem.from_json(at) if at else None
                    yield Skipped(label, Problem.from_json(problem), place)
                case "refused":
                    refusal = Problem.from_json(payload)
                case "logged":
                    name, level, text = payload
                    logging.getLogger(name).log(level, "%s", text)
                case _:
                    self._idle = not payload
                    break
        if refusal is not None:
            raise ReadError(refusal, subject=source.label)

    def _next(self, source: Source, seconds: float | None) -> tuple[str, Any]:
        """Return its next message; a process that is silent for too long is ended."""
        _, stdout = self.pipes
        with self.ended_after(SILENCE_SECONDS) as late:
            line = stdout.readline()
        if line.endswith(b"\n"):
            kind, payload = json.loads(line)
            return kind, payload
        status = self.process.wait()
        if late.is_set():
            raise ReadError("reading-slow", subject=source.label, seconds=round(SILENCE_SECONDS))
        if status == -_NO_TIME_LEFT:
            limit = min(ARTICLE_SECONDS, seconds or ARTICLE_SECONDS)
            raise ReadError("reading-slow", subject=source.label, seconds=round(limit))
        logger.warning("%s: the process that reads it ended with %s", source.label, status)
        raise ReadError("reading-crash", subject=source.label)


_WAITING: ProcessPool[_ReadingProcess] = ProcessPool(1)


def article_as_json(article: Article) -> dict[str, Any]:
    record = {column.name: getattr(article, column.name) for column in fields(article)}
    for name in (*_DAYS, *_MOMENTS):
        record[name] = record[name] and record[name].isoformat()
    record["sections"] = [astuple(section) for section in article.sections]
    del record["copies"]  # which a build finds
    return record


def article_from_json(record: dict[str, Any]) -> Article:
    """Rebuild an article from a message of the process."""
    for names, kind in ((_DAYS, date), (_MOMENTS, datetime)):
        for name in names:
            record[name] = record[name] and kind.fromisoformat(record[name])
    record["sections"] = tuple(Section(*section) for section in record["sections"])
    record["origins"] = tuple((fact, origin) for fact, origin in record["origins"])
    return Article(**record)

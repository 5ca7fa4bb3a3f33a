"""The process that reads files one after the other, with limits of memory and time.

A parser's crash affects this process only. Messages are lines of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index.article import Article
from index.errors import ReadError
from index.formats.base import READING_BYTES, Options, Skipped, Source
from index.formats.conversion import TOO_HEAVY, read_source
from index.formats.process import article_as_json
from index.processes import end_with_owner, limit_process, memory_status
from index.text.language import classifier_bytes

_RESERVE = 8 * 2**20  # bytes reserved for reporting a failure
_REFUSALS = ReadError, MemoryError  # a constant: out of memory, no tuple can be built


def main() -> None:
    logging.basicConfig(handlers=[_LogSender()], level=logging.WARNING, format="%(message)s")
    data, peak = memory_status("VmData"), memory_status("VmHWM")
    limit_process("RLIMIT_CORE", 0)
    end_with_owner()
    for line in sys.stdin:
        if data:
            limit_process("RLIMIT_DATA", data + classifier_bytes() + READING_BYTES + _RESERVE)
        _answer(json.loads(line))
        is_too_large = memory_status("VmHWM") - peak - classifier_bytes() > READING_BYTES // 2
        _send("done", is_too_large)
        if is_too_large:
            return


def _answer(request: dict[str, Any]) -> None:
    source = Source(Path(request["path"]), request["label"], request["location"], request["url"])
    options = Options(MappingProxyType(request["fields"]), request["ocr"])
    before = memory_status("VmHWM")
    reserve = [bytearray(_RESERVE)]
    every = read_source(source, options)
    try:
        for item in _limit_time(every, request["each"], request["all"]):
            if isinstance(item, Skipped):
                at = item.at.as_json() if item.at else None
                _send("skipped", [item.label, item.problem.as_json(), at])
                continue
            if request["all"] is not None:
                # Segment articles from strangers, to fail here if that is slow.
                from index.text.sentences import sentence_spans

                sentence_spans(item.text, item.language)
            _send("article", article_as_json(item))
    except _REFUSALS as error:
        reserve.clear()  # frees memory for the report
        problem = error.problem if isinstance(error, ReadError) else TOO_HEAVY
        # Out of memory, libraries report a damaged file.
        if memory_status("VmHWM") - before > READING_BYTES // 2:
            problem = TOO_HEAVY
        _send("refused", problem.as_json())


def _limit_time(
    items: Iterator[Article | Skipped], each: float, all_seconds: float | None
) -> Iterator[Article | Skipped]:
    """Yield each item within its time; the system kills a process that takes longer."""
    last = None if all_seconds is None else time.process_time() + all_seconds
    while True:
        deadline = time.process_time() + each
        limit_process("RLIMIT_CPU", round(deadline if last is None else min(deadline, last)) + 1)
        try:
            yield next(items)
        except StopIteration:
            return


def _send(kind: str, payload: object) -> None:
    sys.stdout.write(json.dumps([kind, payload]) + "\n")
    sys.stdout.flush()


class _LogSender(logging.Handler):
    """Sends log records to the parent process."""

    def emit(self, record: logging.LogRecord) -> None:
        _send("logged", [record.name, record.levelno, self.format(record)])


if __name__ == "__main__":
    main()

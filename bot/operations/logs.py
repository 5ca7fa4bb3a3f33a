"""The log: how its lines look, whose words they hide, and which of the libraries' are written."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from bot.settings import LogFormat, Settings

PRIVATE = "[private]"

_SHORTEST = 3
"""Characters under which a text says nothing of anybody, and occurs everywhere."""


class PublicText(str):
    """Words of the code or of the operator, which a log may hold; nobody else's."""

    __slots__ = ()


@dataclass(frozen=True)
class Subject:
    """An update by its number, and what it tells of a person: their words, names and numbers.

    The number is the same in every line about it, after a restart too, and in the database.
    """

    update_id: int
    texts: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()

    def hidden(self, text: str) -> str:
        """The text without what is the person's own."""
        return self._private.sub(PRIVATE, text) if self.texts or self.numbers else text

    @cached_property
    def _private(self) -> re.Pattern[str]:
        forms = {form for text in self.texts for form in _forms(text)}
        words = sorted((each for each in forms if len(each) >= _SHORTEST), key=len, reverse=True)
        numbers = [rf"(?<!\d)-?{abs(number)}(?!\d)" for number in self.numbers]
        return re.compile(
            "|".join([*map(_spaced_pattern, words), *numbers]) or r"(?!)", re.IGNORECASE
        )


_current: ContextVar[Subject | None] = ContextVar("subject", default=None)


def current_subject() -> Subject | None:
    return _current.get()


@contextmanager
def log_about(subject: Subject) -> Iterator[None]:
    """Every line that is logged in the block is about this."""
    before = _current.set(subject)
    try:
        yield
    finally:
        _current.reset(before)


def _forms(text: str) -> Iterable[str]:
    """A text as it is, and as it stands inside a string that is shown quoted."""
    plain = " ".join(text.split())
    yield plain
    yield plain.replace("'", "\\'").replace('"', '\\"')
    yield plain.encode("unicode_escape").decode("ascii")


def _spaced_pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())


_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

OWN_PACKAGES = ("bot", "index")

_TALKATIVE = ("alembic", "faiss", "httpx", "httpx2")

_SILENCED = ("trafilatura",)
"""What these complain of, our own errors say, with the file's name."""


def configure_logs(settings: Settings) -> None:
    """Write logs as the settings say, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    # On the handler too: some libraries set their own loggers to DEBUG.
    handler.setLevel(settings.log_level)
    handler.setFormatter(formatter(settings.log_format))
    handler.addFilter(_is_no_false_alarm)
    if not settings.log_text:
        handler.addFilter(_tells_no_words)
    if settings.log_level != "DEBUG":
        handler.addFilter(_is_unusual)
        for name in _SILENCED:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.basicConfig(level=settings.log_level, handlers=[handler])


def formatter(kind: LogFormat) -> logging.Formatter:
    return JsonLines() if kind == "json" else _Lines(_LINE)


class _Lines(logging.Formatter):
    """For people: the update stands before the message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        number = update_of(record)
        if number is not None:
            record.message = f"[update {number}] {record.message}"
        return super().formatMessage(record)


class JsonLines(logging.Formatter):
    """For programs: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (number := update_of(record)) is not None:
            told["update"] = number
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            told["error"] = record.exc_text
        if record.stack_info:
            told["stack"] = record.stack_info
        return json.dumps(told, ensure_ascii=False)


def update_of(record: logging.LogRecord) -> int | None:
    """The number of the update that a line is about."""
    number = getattr(record, "update", None)
    if isinstance(number, int):
        return number
    subject = current_subject()
    return subject.update_id if subject else None


def _is_no_false_alarm(record: logging.LogRecord) -> bool:
    """The library calls critical that a stop leaves to the next start what has just come."""
    return record.name != "telegram.ext.Updater" or "stopped unexpectedly" not in str(record.msg)


def _is_unusual(record: logging.LogRecord) -> bool:
    """Of every request, and of every start, some libraries tell at INFO."""
    return record.levelno > logging.INFO or record.name.partition(".")[0] not in _TALKATIVE


def _tells_no_words(record: logging.LogRecord) -> bool:
    """What the libraries tell at DEBUG is what goes over the wire: people's words among it."""
    return record.levelno >= logging.INFO or record.name.partition(".")[0] in OWN_PACKAGES

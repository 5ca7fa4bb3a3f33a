"""Logging: formats, redaction of people's words, and filters for libraries."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from bot.settings import LogFormat, Settings

PRIVATE = "[private]"

_MIN_CHARACTERS = 3  # shorter texts identify nobody and occur everywhere


class PublicText(str):
    """Text of the code or of the operator, which a log may contain."""

    __slots__ = ()


@dataclass(frozen=True)
class Subject:
    """An update that log lines are about, with the private texts and numbers of its person.

    The update's number is the same after a restart and in the database.
    """

    update_id: int
    texts: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()

    def redact(self, text: str) -> str:
        return self._private.sub(PRIVATE, text) if self.texts or self.numbers else text

    @cached_property
    def _private(self) -> re.Pattern[str]:
        forms: set[str] = set()
        for text in self.texts:  # plain and as in a string literal
            plain = " ".join(text.split())
            forms |= {plain, plain.replace("'", "\\'").replace('"', '\\"')}
            forms.add(plain.encode("unicode_escape").decode("ascii"))
        patterns = [
            r"\s+".join(map(re.escape, form.split()))
            for form in sorted(forms, key=len, reverse=True)
            if len(form) >= _MIN_CHARACTERS
        ]
        patterns += [rf"(?<!\d)-?{abs(number)}(?!\d)" for number in self.numbers]
        return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


_current: ContextVar[Subject | None] = ContextVar("subject", default=None)


def current_subject() -> Subject | None:
    return _current.get()


@contextmanager
def log_about(subject: Subject) -> Iterator[None]:
    """Attribute every line logged in the block to this subject."""
    before = _current.set(subject)
    try:
        yield
    finally:
        _current.reset(before)


_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OWN_PACKAGES = ("bot", "index")
_VERBOSE = ("alembic", "faiss", "httpx", "httpx2")  # at INFO, on every request or start
_SILENCED = ("trafilatura",)  # our own errors also name the file


def configure_logs(settings: Settings) -> None:
    """Log to standard error as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    # On the handler too: some libraries set their own loggers to DEBUG.
    handler.setLevel(settings.log_level)
    handler.setFormatter(formatter(settings.log_format))
    handler.addFilter(_is_real_alarm)
    if not settings.log_text:
        handler.addFilter(_is_without_words)
    if settings.log_level != "DEBUG":
        handler.addFilter(_is_unusual)
        for name in _SILENCED:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.basicConfig(level=settings.log_level, handlers=[handler])


def formatter(kind: LogFormat) -> logging.Formatter:
    return JsonLines() if kind == "json" else _TextLines(_LINE)


class _TextLines(logging.Formatter):
    """For people, with the update before the message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        number = update_of(record)
        if number is not None:
            record.message = f"[update {number}] {record.message}"
        return super().formatMessage(record)


class JsonLines(logging.Formatter):
    """For programs: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (number := update_of(record)) is not None:
            fields["update"] = number
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            fields["error"] = record.exc_text
        if record.stack_info:
            fields["stack"] = record.stack_info
        return json.dumps(fields, ensure_ascii=False)


def update_of(record: logging.LogRecord) -> int | None:
    number = getattr(record, "update", None)
    if isinstance(number, int):
        return number
    subject = current_subject()
    return subject.update_id if subject else None


def _is_real_alarm(record: logging.LogRecord) -> bool:
    """python-telegram-bot logs an ordinary stop as critical."""
    return record.name != "telegram.ext.Updater" or "stopped unexpectedly" not in str(record.msg)


def _is_unusual(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or record.name.partition(".")[0] not in _VERBOSE


def _is_without_words(record: logging.LogRecord) -> bool:
    """At DEBUG, libraries log requests, including people's words."""
    return record.levelno >= logging.INFO or record.name.partition(".")[0] in OWN_PACKAGES

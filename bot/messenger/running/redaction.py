"""Log redaction by an allow-list, whoever writes the line.

People's texts, names and numbers reach log records in many ways: as arguments, in error messages,
in what a library quotes of an unreadable reply. So a record keeps only what comes from the code or
the operator:

- its logger, level, place and time;
- its message, if it is a constant of the code that logs it;
- of the arguments: numbers below 100,000 (larger ones may be people's), members of enumerations,
  and what Selon's own code marks as `PublicText`;
- of errors: the types of the error and its causes, and the traceback; the message only if it is
  about the machine (`_harmless_text`).

Records are redacted before any handler sees them. The token is removed even if operators allow
texts.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any
from urllib.parse import quote

from bot.errors import ModelFailed, SettingsError
from bot.operations.logs import PRIVATE, PublicText, current_subject
from index.errors import BuildLocked, CodedError, ModelError, Problem, StoreError

MASK = "[token]"

_SMALL = 100_000
_CAUSES = 8

# Errors about the operator's setup, which hold nothing personal.
_OF_THE_MACHINE = (SettingsError, ModelFailed, StoreError, ModelError, BuildLocked)


class Redactor:
    """Redacts records; with `text`, only the token: whole, quoted, and its secret half."""

    def __init__(self, token: str, *, text: bool = False) -> None:
        self._text = text
        secret = token.partition(":")[2]
        self._hidden = [token, quote(token, safe=""), *([secret] if len(secret) >= 8 else [])]

    def record(self, record: logging.LogRecord) -> None:
        """Redact a record in place, including its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if self._text:
            message = _whole_message(record)
            trace = "".join(traceback.format_exception(error)) if error else ""
        else:
            message = _redact_message(record)
            trace = _format_traceback(error) if error else ""
        record.msg, record.args = self._clean(message), ()
        if error:
            # Formatters use the text when there is one, and some render exc_info themselves.
            record.exc_text, record.exc_info = self._clean(trace.rstrip("\n")), None
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)

    def _clean(self, text: str) -> str:
        for hidden in self._hidden:
            text = text.replace(hidden, MASK)
        subject = None if self._text else current_subject()
        return subject.redact(text) if subject else text


class _Private:
    """An argument that may be personal, however it is formatted."""

    def __str__(self) -> str:
        return PRIVATE

    __repr__ = __str__


def _whole_message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, LookupError):  # arguments that do not fit the sentence
        return f"{record.msg} {record.args}"


def _redact_message(record: logging.LogRecord) -> str:
    if not _is_of_the_code(record):
        return str(_argument(record.msg))
    sentence, arguments = str(record.msg), record.args
    if not arguments:
        return sentence
    kept: Any
    if isinstance(arguments, tuple):
        kept = tuple(_argument(each) for each in arguments)
    else:
        kept = {name: _argument(each) for name, each in arguments.items()}
    try:
        return str(sentence % kept)
    except (TypeError, ValueError, LookupError):
        return sentence


def _is_of_the_code(record: logging.LogRecord) -> bool:
    """True if the message is a constant of the function that logs it."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        code = frame.f_code
        if code.co_filename == record.pathname and code.co_name == record.funcName:
            return isinstance(record.msg, str) and record.msg in code.co_consts
    return False


def _argument(value: object) -> object:
    if isinstance(value, BaseException):
        return " < ".join(_format_error(each) for each in _chain(value))
    if value is None or isinstance(value, (bool, float, Enum, PublicText)):
        return value
    if isinstance(value, int) and abs(value) < _SMALL:
        return value
    return _Private()


def _chain(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    for _ in range(_CAUSES):
        if following is None:
            return
        yield following
        implied = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or implied


def _format_error(error: BaseException) -> str:
    name, text = type(error).__qualname__, _harmless_text(error)
    return f"{name}: {text}" if text else name


def _harmless_text(error: BaseException) -> str:
    """The message of an error if it is not personal; otherwise empty."""
    if isinstance(error, _OF_THE_MACHINE):
        return str(error)
    if isinstance(error, CodedError):
        return _format_problem(error.problem)
    if isinstance(error, OSError):
        return error.strerror if isinstance(error.strerror, str) else ""
    if isinstance(error, sqlite3.Error):
        return str(error)  # SQLite names tables, never values
    state = getattr(error, "sqlstate", None)  # PostgreSQL's five letters
    return state if isinstance(state, str) and len(state) == 5 and state.isalnum() else ""


def _format_problem(problem: Problem) -> str:
    """A code with its parameters that are numbers or problems."""
    parts = [
        f"{name}={_format_problem(value) if isinstance(value, Problem) else value}"
        for name, value in problem.parameters.items()
        if isinstance(value, (int, float, Problem))
    ]
    return f"{problem.code} ({', '.join(parts)})" if parts else problem.code


def _format_traceback(error: BaseException) -> str:
    """Format a traceback like Python, without the messages of errors."""
    parts = []
    for each in reversed(list(_chain(error))):
        frames = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_format_error(each)}\n")
        if isinstance(each, BaseExceptionGroup):
            parts += [f"within it:\n{_format_traceback(inner)}" for inner in each.exceptions]
    return "\nwhich led to:\n\n".join(parts)


@contextmanager
def redact_logs(token: str, *, text: bool = False) -> Iterator[None]:
    """Redact all log records while the block lasts; with `text`, only the token."""
    redactor = Redactor(token, text=text)
    before = logging.getLogRecordFactory()

    def clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        redactor.record(record)
        subject = current_subject()
        record.update = subject.update_id if subject else None
        return record

    logging.setLogRecordFactory(clean_record)
    try:
        yield
    finally:
        logging.setLogRecordFactory(before)

"""Log redaction by an allow-list, for the records of all libraries.

People's texts, names and numbers reach log records in many ways: as arguments, in error messages,
in a library's quotes from an unreadable reply. So a record keeps only:

- its logger, level, place and time;
- its message, if it is a constant of the code that logs it;
- of the arguments: numbers below 100,000 (larger ones may be people's), enumeration members, and
  texts that Selon's own code marks as `PublicText`;
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
_PUBLIC_NUMBER_LIMIT = 100_000
_CAUSES_LIMIT = 8
# Errors about the operator's setup, without personal data.
_SETUP_ERRORS = (SettingsError, ModelFailed, StoreError, ModelError, BuildLocked)


class Redactor:
    """Redacts records; with `text`, only the token: whole, quoted, and its secret half."""

    def __init__(self, token: str, *, text: bool = False) -> None:
        self._text = text
        secret = token.partition(":")[2]
        self._secrets = [token, quote(token, safe=""), *([secret] if len(secret) >= 8 else [])]

    def redact(self, record: logging.LogRecord) -> None:
        """Redact a record in place, including its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if self._text:
            message = _format_message(record)
            trace = "".join(traceback.format_exception(error)) if error else ""
        else:
            message = _redact_message(record)
            trace = _format_traceback(error) if error else ""
        record.msg, record.args = self._clean(message), ()
        if error:
            # Formatters prefer exc_text, and some render exc_info themselves.
            record.exc_text, record.exc_info = self._clean(trace.rstrip("\n")), None
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        subject = None if self._text else current_subject()
        return subject.redact(text) if subject else text


class _Private:
    """An argument that may be personal, however it is formatted."""

    def __str__(self) -> str:
        return PRIVATE

    __repr__ = __str__


def _format_message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, LookupError):  # the arguments do not fit the template
        return f"{record.msg} {record.args}"


def _redact_message(record: logging.LogRecord) -> str:
    if not _is_constant(record):
        return str(_redact_argument(record.msg))
    template, arguments = str(record.msg), record.args
    if not arguments:
        return template
    clean_arguments: Any
    if isinstance(arguments, tuple):
        clean_arguments = tuple(map(_redact_argument, arguments))
    else:
        clean_arguments = {name: _redact_argument(argument) for name, argument in arguments.items()}
    try:
        return str(template % clean_arguments)
    except (TypeError, ValueError, LookupError):
        return template


def _is_constant(record: logging.LogRecord) -> bool:
    """True if the message is a constant of the function that logs it."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        code = frame.f_code
        if code.co_filename == record.pathname and code.co_name == record.funcName:
            return isinstance(record.msg, str) and record.msg in code.co_consts
    return False


def _redact_argument(value: object) -> object:
    if isinstance(value, BaseException):
        return " < ".join(_format_error(cause) for cause in _causes(value))
    if value is None or isinstance(value, (bool, float, Enum, PublicText)):
        return value
    if isinstance(value, int) and abs(value) < _PUBLIC_NUMBER_LIMIT:
        return value
    return _Private()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and its causes."""
    for _ in range(_CAUSES_LIMIT):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _format_error(error: BaseException) -> str:
    name, text = type(error).__qualname__, _harmless_text(error)
    return f"{name}: {text}" if text else name


def _harmless_text(error: BaseException) -> str:
    """The message of an error if it is not personal; otherwise empty."""
    if isinstance(error, _SETUP_ERRORS):
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
    for cause in reversed(list(_causes(error))):
        frames = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_format_error(cause)}\n")
        if isinstance(cause, BaseExceptionGroup):
            parts += [f"within it:\n{_format_traceback(inner)}" for inner in cause.exceptions]
    return "\nwhich led to:\n\n".join(parts)


@contextmanager
def redact_logs(token: str, *, text: bool = False) -> Iterator[None]:
    """Redact all log records while the block lasts; with `text`, only the token."""
    redactor = Redactor(token, text=text)
    original = logging.getLogRecordFactory()

    def make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = original(*args, **kwargs)
        redactor.redact(record)
        subject = current_subject()
        record.update = subject.update_id if subject else None
        return record

    logging.setLogRecordFactory(make_record)
    try:
        yield
    finally:
        logging.setLogRecordFactory(original)

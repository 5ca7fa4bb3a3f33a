"""The bot's token kept out of every log, whoever writes it and at whatever level.

Telegram's addresses contain the token, and the HTTP client logs addresses. Records are cleaned as
they are made, before any handler sees them, so no handler needs to take part.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

MASK = "[token]"


class Redactor:
    """Replaces a token, whole or its secret half, in texts and log records."""

    def __init__(self, token: str) -> None:
        secret = token.partition(":")[2]
        self._hidden = [token, quote(token, safe=""), *([secret] if len(secret) >= 8 else [])]

    def text(self, text: str) -> str:
        for hidden in self._hidden:
            text = text.replace(hidden, MASK)
        return text

    def record(self, record: logging.LogRecord) -> None:
        """Clean one record in place, its traceback included."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a record whose arguments do not fit its format
            message = f"{record.msg} {record.args}"
            record.msg, record.args = message, ()
        cleaned = self.text(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and record.exc_info[0] is not None:
            told = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            cleaned = self.text(told)
            if cleaned != told:
                # Formatters use the text when there is one, and some render exc_info themselves.
                record.exc_text, record.exc_info = cleaned, None
        if record.stack_info:
            record.stack_info = self.text(record.stack_info)


@contextmanager
def redacted(token: str) -> Iterator[None]:
    """While this lasts, no log record of the process contains the token."""
    redactor = Redactor(token)
    before = logging.getLogRecordFactory()

    def clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        redactor.record(record)
        return record

    logging.setLogRecordFactory(clean_record)
    try:
        yield
    finally:
        logging.setLogRecordFactory(before)

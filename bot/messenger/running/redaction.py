"""The bot's token, and what people write, kept out of every log, whoever writes it.

Telegram's addresses contain the token, and the HTTP client logs addresses. Records are cleaned as
they are made, before any handler sees them, so no handler needs to take part.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from bot.operations.logs import PRIVATE, current_subject

MASK = "[token]"

_REPLIES = (
    re.compile(r'(?<=Can not load invalid JSON data: ").*(?=")', re.DOTALL),
    re.compile(r"(?<=Parsing the server response ).*(?= failed)", re.DOTALL),
    re.compile(r"(?<=Received data was: ).*", re.DOTALL),
    re.compile(r"(?<=New chat id: )-?\d+"),
)
"""What the library repeats of messages, where it cannot read them, and of chats that move."""


class Redactor:
    """Replaces a token, whole or its secret half, in texts and log records.

    And, unless `text` is allowed, what is the own of the person whom the record is about.
    """

    def __init__(self, token: str, *, text: bool = False) -> None:
        self._text = text
        secret = token.partition(":")[2]
        self._hidden = [token, quote(token, safe=""), *([secret] if len(secret) >= 8 else [])]

    def text(self, text: str) -> str:
        for hidden in self._hidden:
            text = text.replace(hidden, MASK)
        if self._text:
            return text
        for pattern in _REPLIES:
            text = pattern.sub(PRIVATE, text)
        subject = current_subject()
        return subject.hidden(text) if subject else text

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
def redact_logs(token: str, *, text: bool = False) -> Iterator[None]:
    """While this lasts, no log record of the process contains the token.

    Nor what people write and who they are, unless `text` is allowed.
    """
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

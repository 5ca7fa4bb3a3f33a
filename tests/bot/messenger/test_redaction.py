"""The token in no log."""

from __future__ import annotations

import io
import logging
import sys
from urllib.parse import quote

import pytest

from bot.messenger.running.redaction import MASK, redact_logs

TOKEN = "123456:AAsecret-part_of-the-token"


def logged(*arguments: object, exc_info: bool = False, stack_info: bool = False) -> str:
    """One record as a handler writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    try:
        logger.error(*arguments, exc_info=exc_info, stack_info=stack_info)
    finally:
        logger.removeHandler(handler)
    return stream.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe",),
        ("POST %s", f"https://api.telegram.org/bot{TOKEN}/getMe"),
        ("%s", f"/bot{quote(TOKEN, safe='')}/getMe"),
        ("%(token)s", {"token": TOKEN}),
        ("the secret half: %s", TOKEN.partition(":")[2]),
        ("%d of what does not fit", TOKEN),
    ],
)
def test_a_record_does_not_hold_the_token(arguments: tuple[object, ...]) -> None:
    with redact_logs(TOKEN):
        written = logged(*arguments)
    assert "secret" not in written.replace("the secret half", "")
    assert MASK in written


def test_nor_does_a_traceback() -> None:
    with redact_logs(TOKEN):
        try:
            raise ValueError(f"refused: {TOKEN}")
        except ValueError:
            written = logged("failed", exc_info=True, stack_info=True)
    assert "secret" not in written
    assert f"ValueError: refused: {MASK}" in written
    assert "Traceback" in written


def test_other_records_and_their_tracebacks_are_untouched() -> None:
    with redact_logs(TOKEN):
        try:
            raise ValueError("tout autre chose")
        except ValueError:
            record = logging.getLogger("x").makeRecord(
                "x", logging.ERROR, __file__, 1, "un %s", ("deux",), sys.exc_info()
            )
    assert record.args == ("deux",)
    assert record.exc_info is not None
    assert record.getMessage() == "un deux"


def test_logging_is_as_before_afterwards() -> None:
    before = logging.getLogRecordFactory()
    with redact_logs(TOKEN):
        assert logging.getLogRecordFactory() is not before
    assert logging.getLogRecordFactory() is before

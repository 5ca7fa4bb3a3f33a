"""What logs hold of a bot at work: what is of the code, nothing of people, no token."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Callable, Iterator
from enum import Enum
from urllib.parse import quote

import pytest

from bot.errors import ModelFailed, StateError
from bot.messenger.running.redaction import MASK, redact_logs
from bot.operations.logs import PRIVATE, PublicText
from index.errors import ReadError

TOKEN = "123456:AAsecret-part_of-the-token"
LOGGER = logging.getLogger("some.library")


class Kind(Enum):
    LATE = "late"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    "log",
    [
        lambda: LOGGER.error(f"POST {TOKEN}/getMe"),  # noqa: G004
        lambda: LOGGER.error("POST %s", f"https://api.telegram.org/bot{TOKEN}/getMe"),
        lambda: LOGGER.error("%s", f"/bot{quote(TOKEN, safe='')}/getMe"),
        lambda: LOGGER.error("%(token)s", {"token": TOKEN}),
        lambda: LOGGER.error("the other half: %s", TOKEN.partition(":")[2]),
        lambda: LOGGER.error("%d of what does not fit", TOKEN),
        lambda: LOGGER.error("marked: %s", PublicText(TOKEN)),
    ],
)
@pytest.mark.parametrize("text", [False, True])
def test_no_record_holds_a_token(log: Callable[[], None], text: bool, written: io.StringIO) -> None:
    with redact_logs(TOKEN, text=text):
        log()
    assert written.getvalue()
    assert "secret" not in written.getvalue()
    assert not text or MASK in written.getvalue()


OWN = "Zénobie Tartempion"


class OddError(Exception):
    def __str__(self) -> str:
        return OWN


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (lambda: LOGGER.error("Received data was %r", [{"text": OWN}]), f"data was {PRIVATE}"),
        (lambda: LOGGER.error("Received %s from %d", OWN, 918273645), "Received %s from %d"),
        (lambda: LOGGER.error("%(a)s for %(b)s", {"a": OWN, "b": 3}), f"{PRIVATE} for 3"),
        (lambda: LOGGER.error("%d of %.1f: %s", 12, 0.5, Kind.LATE), "12 of 0.5: Kind.LATE"),
        (lambda: LOGGER.error(f"made of {OWN}"), PRIVATE),  # noqa: G004
        (lambda: LOGGER.error(OddError()), "OddError"),
        (lambda: LOGGER.error("failed: %s", OddError()), "failed: OddError"),
        (lambda: LOGGER.error("%s of %r", b"Zenobie", OWN.split()), f"{PRIVATE} of {PRIVATE}"),
        (lambda: LOGGER.error("plain 100 %"), "plain 100 %"),
        (lambda: LOGGER.error("who: %s", PublicText("mistral:small")), "who: mistral:small"),
    ],
)
def test_lines_keep_what_is_ours(log: Callable[[], None], told: str, written: io.StringIO) -> None:
    with redact_logs(TOKEN):
        log()
    assert written.getvalue() == f"{told}\n" or told in written.getvalue()
    for own in ("Zénobie", "Zenobie", "Tartempion", "918273645"):
        assert own not in written.getvalue()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(OWN), "ValueError"),
        (OSError(28, "No space left on device", OWN), "OSError: No space left on device"),
        (sqlite3.OperationalError("disk I/O error"), "OperationalError: disk I/O error"),
        (ReadError("read-lines", reason=OWN, count=3), "ReadError: read-lines (count=3)"),
        (StateError("database-failed", subject=OWN, reason=OWN), "StateError: database-failed"),
        (ModelFailed("rate", "mistral:small"), "ModelFailed: mistral:small: rate"),
        (ExceptionGroup(OWN, [ValueError(OWN), OddError()]), "ExceptionGroup"),
        (UnicodeEncodeError("ascii", OWN, 0, 1, OWN), "UnicodeEncodeError"),
    ],
)
def test_of_an_error_stay_kind_and_place(error: Exception, told: str, written: io.StringIO) -> None:
    with redact_logs(TOKEN):
        try:
            try:
                raise KeyError(OWN)
            except KeyError:
                raise error  # noqa: B904 - as it happens
        except Exception:
            LOGGER.exception("failed", stack_info=True)
    assert "Tartempion" not in written.getvalue()
    assert f"\n{told}\n" in written.getvalue()
    assert "\nKeyError\n" in written.getvalue()
    assert "test_redaction.py" in written.getvalue()
    assert "raise error" in written.getvalue()


def test_operators_may_ask_for_all_but_the_token(written: io.StringIO) -> None:
    with redact_logs(TOKEN, text=True):
        LOGGER.error("by %s", OWN, exc_info=ValueError(f"{OWN}: {TOKEN}"))
    assert f"by {OWN}" in written.getvalue()
    assert f"ValueError: {OWN}: {MASK}" in written.getvalue()

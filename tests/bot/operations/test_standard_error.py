"""What reaches standard error of what is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.operations.logs import configure_logs
from bot.settings import load_settings


@contextmanager
def fresh() -> Iterator[None]:
    """Loggers as in a process that has just started."""
    root, noisy = logging.getLogger(), logging.getLogger("trafilatura")
    handlers, levels = list(root.handlers), (root.level, noisy.level)
    root.handlers.clear()
    noisy.setLevel(logging.NOTSET)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        noisy.setLevel(levels[1])


def test_what_our_errors_say_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh():
        configure_logs(load_settings(log_level="WARNING"))
        logging.getLogger("trafilatura.core").warning("discarding data: None")
        logging.getLogger("index.formats").warning("a.md: named")
    said = capsys.readouterr().err
    assert "a.md: named" in said
    assert "trafilatura" not in said


def test_everything_is_said_to_who_looks_for_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh():
        configure_logs(load_settings(log_level="DEBUG"))
        logging.getLogger("trafilatura.core").warning("discarding data: None")
    assert "discarding data" in capsys.readouterr().err

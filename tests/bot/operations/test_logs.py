"""Lines of the log: how they look, whose words they hide, and what the libraries tell in them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.operations.logs import (
    PRIVATE,
    Subject,
    configure_logs,
    current_subject,
    formatter,
    log_about,
)
from bot.settings import load_settings


def record(name: str = "bot.x", level: int = logging.WARNING) -> logging.LogRecord:
    try:
        raise ValueError("cassé")
    except ValueError:
        fault = sys.exc_info()
    return logging.getLogger(name).makeRecord(name, level, __file__, 1, "fait %d", (3,), fault)


def test_a_line_for_people_and_one_for_programs_name_the_update() -> None:
    with log_about(Subject(12)):
        first, *rest = formatter("human").format(record()).splitlines()
        line = formatter("json").format(record())
    assert first.endswith("WARNING bot.x: [update 12] fait 3")
    assert rest[-1] == "ValueError: cassé"
    assert formatter("human").format(record()).splitlines()[0].endswith("bot.x: fait 3")
    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("time").endswith("+00:00")
    assert told.pop("error").endswith("ValueError: cassé")
    assert told == {"level": "WARNING", "logger": "bot.x", "message": "fait 3", "update": 12}
    assert "update" not in json.loads(formatter("json").format(record()))


@pytest.mark.parametrize(("text", "kept"), [(False, ["bot.x", "httpx"]), (True, None)])
def test_what_libraries_tell_of_the_wire_is_left_out(
    text: bool, kept: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.Logger("root")
    monkeypatch.setattr(logging, "root", root)
    configure_logs(load_settings(log_level="DEBUG", log_text=text))
    [handler] = root.handlers
    records = [record("bot.x", logging.DEBUG), record("telegram.Bot", logging.DEBUG)]
    records.append(record("httpx", logging.INFO))
    records.append(record("telegram.ext.Updater", logging.CRITICAL))
    records[-1].msg = "Updater stopped unexpectedly. Pulled updates will be pulled again"
    passed = [each.name for each in records if handler.filter(each)]
    assert passed == (kept or ["bot.x", "telegram.Bot", "httpx"])


SUBJECT = Subject(
    7, frozenset({"L'article sur  Lascaux ?", "Zoé", "a"}), frozenset({123456, -100987})
)


@pytest.mark.parametrize(
    "line",
    [
        "asked: L'article sur  Lascaux ?",
        "asked: l'article sur Lascaux ?",
        "asked: L'article sur\n\tLascaux ?",
        r"KeyError('L\'article sur Lascaux ?')",
        r"b'Zo\xe9'",
        "{'chat_id': 123456}",
        "group -100987 (or 100987)",
        "by ZOÉ",
    ],
)
def test_words_names_and_numbers_are_hidden_in_every_form(line: str) -> None:
    hidden = SUBJECT.redact(line)
    assert PRIVATE in hidden
    for own in ("Lascaux", "oé", "oÉ", r"\xe9", "123456", "100987"):
        assert own not in hidden


def test_a_subject_is_that_of_its_block_alone() -> None:
    with log_about(SUBJECT):
        with log_about(Subject(8)):
            assert current_subject() == Subject(8)
        assert current_subject() is SUBJECT
    assert current_subject() is None


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


@pytest.mark.parametrize(("level", "told"), [("WARNING", False), ("DEBUG", True)])
def test_what_our_errors_say_is_said_twice_only_to_who_looks_for_a_fault(
    level: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh():
        configure_logs(load_settings(log_level=level))
        logging.getLogger("trafilatura.core").warning("discarding data: None")
        logging.getLogger("index.formats").warning("a.md: named")
    said = capsys.readouterr().err
    assert "a.md: named" in said
    assert ("discarding data" in said) is told

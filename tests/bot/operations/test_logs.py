"""Lines of the log, for people and for programs."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.operations.logs import Subject, configure_logs, formatter, log_about
from bot.settings import load_settings


def record(name: str = "bot.x", level: int = logging.WARNING) -> logging.LogRecord:
    try:
        raise ValueError("cassé")
    except ValueError:
        return logging.getLogger(name).makeRecord(
            name, level, __file__, 1, "fait %d", (3,), sys.exc_info()
        )


def test_a_line_for_people_names_the_update() -> None:
    with log_about(Subject(12)):
        first, *rest = formatter("human").format(record()).splitlines()
    assert first.endswith("WARNING bot.x: [update 12] fait 3")
    assert rest[-1] == "ValueError: cassé"
    assert formatter("human").format(record()).splitlines()[0].endswith("bot.x: fait 3")


def test_a_line_for_programs_is_one_object() -> None:
    with log_about(Subject(12)):
        line = formatter("json").format(record())
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

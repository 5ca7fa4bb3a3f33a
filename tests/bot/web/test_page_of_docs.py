"""The commands of docs/web.md do what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bot.main import run

PAGE = Path(__file__).parents[3] / "docs" / "web.md"


def test_the_commands_about_tokens_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    lines = re.findall(r"^\.venv/bin/selon (token[^#\n]*)", PAGE.read_text(), re.MULTILINE)
    assert len(lines) == 3
    shown = []
    for line in lines:
        assert run(shlex.split(line)) == 0
        shown.append(capsys.readouterr().out)
    assert re.fullmatch(r"[\w-]{32}\n", shown[0])
    assert shown[1] == "zoe\n"
    assert run(["token"]) == 0
    assert capsys.readouterr().out == "There are no tokens.\n"

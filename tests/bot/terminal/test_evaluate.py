"""`selon eval` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.command import CommandLine
from bot.locale.terminal import TerminalPhrases
from bot.terminal.evaluate import declare
from tests.bot.evaluation.made import write_squad
from tests.fakes import FakeEmbedder


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.assembly.open_embedder", lambda settings, progress: FakeEmbedder(256))
    monkeypatch.setenv("SELON_MIN_CONFIDENCE", "0")
    monkeypatch.setenv("SELON_SURE_CONFIDENCE", "0")
    monkeypatch.setenv("SELON_LANGUAGE", "en")


def run(*arguments: str | Path) -> int:
    app = typer.Typer()

    @app.callback()
    def selon() -> None:
        """A group, as the real command is."""

    declare(CommandLine(app, TerminalPhrases.of("en")))
    job: Callable[[], int] = typer.main.get_command(app)(
        ["eval", *map(str, arguments)], standalone_mode=False
    )
    return job()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "la part des questions dont le bon passage est parmi les k premiers"),
        ("en", "share of the questions whose right passage is among the first k"),
    ],
)
def test_each_measure_is_explained_beside_the_table(
    language: str,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", language)
    other = write_squad(tmp_path / "other.json", ["gare"])
    assert run(write_squad(tmp_path / "asked.json"), "--unanswerable", other) == 0
    shown = capsys.readouterr()
    explained = [line for line in shown.err.splitlines() if line.startswith("hit ")]
    assert len(explained) == 1
    assert explained[0].endswith(told)
    assert told not in shown.out
    assert any(line.startswith("auroc ") for line in shown.err.splitlines())


def test_json_and_the_worst_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_squad(tmp_path / "other.json", ["gare"])
    file = write_squad(tmp_path / "asked.json", ["phare", "canal"])
    out = tmp_path / "out.json"
    assert run(file, "--unanswerable", other, "--json", out, "--show", "20") == 0
    fields: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert (fields["questions"], fields["unanswerable"], fields["threshold"]) == (2, 1, 0)
    assert "1. wrongly answered" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.json"], "none.json: no such file"),
        (["asked.json", "--unanswerable", "none.json"], "none.json: no such file"),
        (["asked.json", "--leave-out", "1"], "--leave-out 1: not from 0 to less than 1"),
        (["asked.json", "--perturb", "noise"], "--perturb noise: not one of accents"),
        (
            ["asked.json", "--json", "none/out.json"],
            "--json none/out.json: there is no folder none",
        ),
        (["bad.json"], 'bad.json: "data" is missing'),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    complaint: str,
) -> None:
    write_squad(tmp_path / "asked.json")
    (tmp_path / "bad.json").write_text("{}")
    assert run(*arguments) == 2
    caught = capsys.readouterr()
    assert complaint in caught.err.splitlines()[-1]
    assert caught.out == ""

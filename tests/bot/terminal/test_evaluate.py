"""`selon eval` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.evaluation.made import write_squad
from tests.bot.terminal.conftest import Capture
from tests.fakes import FakeEmbedder


@pytest.fixture(autouse=True)
def _plain_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.embedder.open_embedder", lambda settings, progress: FakeEmbedder(256))
    monkeypatch.setenv("SELON_MIN_CONFIDENCE", "0")
    monkeypatch.setenv("SELON_SURE_CONFIDENCE", "0")
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    write_squad(home / "asked.json", ["phare", "canal"])


def test_figures_their_meaning_and_the_worst_questions(home: Path, capsys: Capture) -> None:
    write_squad(home / "other.json", ["gare"])
    options = ["--unanswerable", "other.json", "--json", "out.json", "--show", "20"]
    assert run(["eval", "asked.json", *options]) == 0
    fields = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert (fields["questions"], fields["unanswerable"], fields["threshold"]) == (2, 1, 0)
    shown = capsys.readouterr()
    assert "1. wrongly answered" in shown.out
    (explained,) = [line for line in shown.err.splitlines() if line.startswith("hit ")]
    assert explained.endswith("share of the questions whose right passage is among the first k")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.json"], "none.json: no such file"),
        (["asked.json", "--unanswerable", "none.json"], "none.json: no such file"),
        (["asked.json", "--json", "none/out.json"], "none/out.json: there is no folder none"),
        (["bad.json"], 'bad.json: "data" is missing'),
    ],
)
def test_misuse_is_said(home: Path, capsys: Capture, arguments: list[str], complaint: str) -> None:
    (home / "bad.json").write_text("{}")
    assert run(["eval", *arguments]) == 2
    caught = capsys.readouterr()
    assert complaint in caught.err.splitlines()[-1]
    assert caught.out == ""

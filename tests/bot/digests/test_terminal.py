"""`selon daily` and what is wrong with how it or `selon podcast` was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.command import DONE, MISUSED
from bot.main import run
from index.build.builder import build
from tests.fakes import FakeEmbedder

SENTENCE = "Le pont de *Noirmont* a été fermé mercredi soir par la préfecture."


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path / "data"))
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "pont.txt").write_text("", "utf-8")
    (corpus / "pont.md").write_text(
        "---\ntitle: Le pont fermé\npublished: 2026-03-26\noutlet: Le Phare\n"
        f"url: https://exemple.fr/pont\nlanguage: fr\n---\n\n{SENTENCE}\n",
        "utf-8",
    )
    build([corpus / "pont.md"], tmp_path / "data", FakeEmbedder())
    return tmp_path / "data"


def test_the_day_is_told_with_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["daily", "--date", "2026-03-27"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("Le Quotidien du 27 mars 2026\n\nLe pont fermé\n\n«\u00a0Le pont de")
    assert "\u00a0[1]\n  — Le Phare, 26 mars 2026\n    https://exemple.fr/pont" in told
    assert "À la une" not in told  # for the ear only


def test_as_markdown_each_sentence_links_to_its_article(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["daily", "--date", "2026-03-26", "--markdown"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("# Le Quotidien du 26 mars 2026\n\n## Le pont fermé\n\n")
    assert "[\\[1\\]](<https://exemple.fr/pont#:~:text=" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("daily", "--date", "hier soir"), "--date hier soir"),
        (("daily", "--date", "2026-03-01", "--since", "2026-03-02"), "2026-03-02"),
        (("daily", "--language", "it"), "--language\u00a0: fr ou en est attendu."),
        (("podcast", "pont", "--length", "2h"), "--length 2h"),
        (("podcast", "pont", "--length", "99m"), "de 1 à 15"),
        (("podcast", "--period", "2026-13"), "--period 2026-13"),
        (("podcast", "--period", "2026-03-09..2026-03-01"), "--period"),
    ],
)
def test_what_is_wrong_is_one_line(
    typed: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(typed)) == MISUSED
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") <= 2  # of what was typed, where help is

"""`selon list`: which articles, in which order, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.main import run

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("indexed")


def titles(capsys: Capture, *arguments: str) -> list[str]:
    assert run(["list", "--json", *arguments]) == 0
    return [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]


def test_articles_are_listed_newest_first_and_undated_last(capsys: Capture) -> None:
    assert run(["list"]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    days = [line.split("  ")[1].strip() for line in lines]
    assert days == ["2025-08-29", "2024-05-03", "sans date"]
    assert lines[0].endswith(
        "fr  Braille invente son alphabet — Le Phare, Claire Dubreuil, corpus/braille.md"
    )
    assert shown.err == "3 articles.\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2025"], ["Braille invente son alphabet"]),
        (["--until", "2024-05"], ["Le Minitel"]),
        (["--since", "2024-05-03", "--until", "2024-05-03"], ["Le Minitel"]),
        (["--outlet", "le phare"], ["Braille invente son alphabet", "Le Minitel"]),
        (["--language", "en"], []),
        (["--language", "FR", "--limit", "1"], ["Braille invente son alphabet"]),
    ],
)
def test_only_the_articles_asked_for_are_listed(
    arguments: list[str], expected: list[str], capsys: Capture
) -> None:
    assert titles(capsys, *arguments) == expected


def test_a_list_cut_short_says_of_how_many(capsys: Capture) -> None:
    assert run(["list", "--limit", "2"]) == 0
    assert capsys.readouterr().err == "2 articles sur 3.\n"


def test_nothing_found_is_said(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["list", "--since", "2030"]) == 0
    assert capsys.readouterr() == ("", "Aucun article.\n")
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    assert run(["list", "--limit", "1"]) == 0
    assert capsys.readouterr().err == "1 of 3 articles.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "hier"], "--since hier"),
        (["--until", "2025-13"], "--until 2025-13"),
        (["--since", "2025", "--until", "2024"], "échangez-les"),
    ],
)
def test_a_day_that_is_none_is_wrong_usage(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    assert run(["list", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur\u00a0: ")
    assert said in shown.err
    assert shown.out == ""


def test_a_script_gets_every_field_of_a_line(capsys: Capture) -> None:
    assert run(["list", "--json", "--limit", "1"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert len(line.pop("id")) == 12
    assert line == {
        "title": "Braille invente son alphabet",
        "outlet": "Le Phare",
        "author": "Claire Dubreuil",
        "category": None,
        "published": "2025-08-29",
        "updated": None,
        "language": "fr",
        "url": None,
        "path": "corpus/braille.md",
    }


def test_without_an_index_what_to_do_is_said(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SELON_INDEX_URL", raising=False)  # there, the index is
    assert run(["list", "--data-dir", "ailleurs"]) == 1
    assert "selon index" in capsys.readouterr().err

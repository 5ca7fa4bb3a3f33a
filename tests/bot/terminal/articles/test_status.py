"""`selon status`: what is there, what was before, and which articles are one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.terminal.articles.service import current_id

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("indexed")


def test_status_tells_where_from_what_was_removed_and_what_was_before(
    indexed: Path, capsys: Capture
) -> None:
    first = current_id()
    run(["remove", "Le TGV"])
    capsys.readouterr()
    assert run(["status"]) == 0
    rows = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    told = {label: said.strip() for label, said in rows.items()}
    assert told["Dossiers"] == str(indexed)
    assert told["Articles"] == "2"
    assert told["Doublons"] == "1 (selon status --duplicates)"
    assert told["Écartés"] == "1 (selon list --removed)"
    assert re.fullmatch(r"\d+(er)? \w+ \d{4} à \d\d:\d\d \(selon rollback\)", told["Avant"])
    assert run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["before"] == first


def test_a_script_gets_the_state_as_one_object(indexed: Path, capsys: Capture) -> None:
    assert run(["status", "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["generation"] == current_id()
    assert state["roots"] == [str(indexed)]
    assert (state["articles"], state["copies"], state["removed"]) == (3, 1, 0)
    assert (state["before"], state["whole"], state["languages"]) == (None, True, {"fr": 3})


def test_duplicates_are_shown_below_the_article_that_answers(capsys: Capture) -> None:
    assert run(["status", "--duplicates"]) == 0
    shown = capsys.readouterr()
    kept, copy = shown.out.splitlines()
    assert kept.startswith(
        "Braille invente son alphabet — Le Phare, 29 août 2025, corpus/braille.md  ["
    )
    assert copy.startswith(
        "  = L’alphabet des aveugles — La Gazette, 28 août 2025, corpus/reprise.md  ["
    )
    assert shown.err == "1 doublon\n"
    assert run(["status", "--duplicates", "--json"]) == 0
    (fields,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert fields["path"] == "corpus/braille.md"
    assert [each["path"] for each in fields["copies"]] == ["corpus/reprise.md"]

"""The functions of the archive as commands of the shell, over the sample articles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.main import run
from bot.understanding.intents import COMMAND_INTENTS

Capture = pytest.CaptureFixture[str]
SHELL = [intent for intent in COMMAND_INTENTS if intent.name != "articles"]
SUBJECTS = {"quotes": "Macron", "comparison": "Hubble et James-Webb", "positions": "Macron"}


@pytest.fixture(autouse=True)
def _data(sample_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_DATA_DIR", str(sample_index))


@pytest.mark.parametrize("intent", SHELL, ids=lambda intent: intent.commands[1])
def test_each_function_has_a_command(intent, capsys: Capture) -> None:  # type: ignore[no-untyped-def]
    subject = SUBJECTS.get(intent.name, "Notre-Dame")
    assert run([intent.commands[1], *subject.split(), "--json"]) in (0, 4)
    record = json.loads(capsys.readouterr().out)
    assert record["kind"] in (intent.name, "question")
    assert record["sections"][0]["lines"]
    assert record["citations"]


@pytest.mark.parametrize("name", ["compare", "positions"])
def test_names_that_are_alike_in_both_languages_follow_the_settings(
    name: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    subject = {"compare": "Hubble and James-Webb", "positions": "Macron"}[name]
    run([name, subject, "--json"])
    assert json.loads(capsys.readouterr().out)["language"] == "en"


def test_a_period_restricts_the_events(capsys: Capture) -> None:
    period = ["--from", "2019-04", "--to", "2023"]
    assert run(["timeline", "Notre-Dame", *period, "--json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    days = [line["days"] for line in section["lines"]]
    assert days
    assert all(day["from"] >= "2019-04-01" and day["to"] <= "2023-12-31" for day in days)


def test_a_list_has_a_subject(capsys: Capture) -> None:
    assert run(["list", "Notre-Dame", "--json"]) == 0
    titles = [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]
    assert titles
    assert run(["list", "--json"]) == 0
    assert 0 < len(titles) < len(capsys.readouterr().out.splitlines())


def test_an_answer_is_written_beside_being_shown(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "l’« été » 2019.docx"
    assert run(["timeline", "Notre-Dame", "--output", str(path)]) == 0
    shown = capsys.readouterr()
    assert path.read_bytes().startswith(b"PK")
    assert path.name in shown.err
    assert "15 avril 2019" in shown.out


def test_a_chronology_is_markdown_with_footnotes(capsys: Capture) -> None:
    assert run(["timeline", "Notre-Dame", "--markdown"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# Chronologie\u00a0: Notre-Dame\n\n## ")
    assert "**15 avril 2019** Le feu" in shown
    assert "\n[^1]: Rédaction de Selon, «" in shown


@pytest.mark.parametrize("question", ["Bonjour", "Comment renouveler son passeport ?"])
def test_nothing_is_written_where_nothing_is_cited(
    question: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "answer.odt"
    assert run(["ask", question, "--output", str(path)]) == 3
    assert "Rien à écrire" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["timeline"], "Il manque"),
        (["timeline", "Rosetta", "--output", "a.pdf"], ".docx, .odt, .md ou .csv"),
        (["timeline", "Rosetta", "--output", "none/a.odt"], "il n’y a pas de dossier none"),
        (["timeline", "Rosetta", "--from", "2020", "--to", "2019"], "--from 2020 vient après"),
        (["timeline", "Rosetta", "--from", "hier"], "--from hier"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], words: str, capsys: Capture) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


def test_small_talk_is_no_failure(capsys: Capture) -> None:
    assert run(["ask", "Bonjour"]) == 0
    assert capsys.readouterr().out

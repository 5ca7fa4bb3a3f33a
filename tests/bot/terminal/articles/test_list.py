"""`selon list`: which articles, in which order, for people and for scripts."""

from __future__ import annotations

import json

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

"""`selon show`: one article, where each fact was found, and what is said when none is meant."""

from __future__ import annotations

import json

import pytest

from bot.main import run
from tests.bot.terminal.articles.conftest import WIRE, Write

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, *arguments: str) -> dict[str, object]:
    assert run(["show", "--json", *arguments]) == 0
    fields: dict[str, object] = json.loads(capsys.readouterr().out)
    return fields


@pytest.mark.usefixtures("indexed")
class TestShow:
    @pytest.mark.parametrize(
        "reference", [["corpus/minitel.md"], ["minitel.md"], ["Le", "Minitel"]]
    )
    def test_an_article_is_named_by_its_file_or_its_title(
        self, reference: list[str], capsys: Capture
    ) -> None:
        assert shown(capsys, *reference)["title"] == "Le Minitel"

    def test_an_article_is_named_by_the_beginning_of_its_id(self, capsys: Capture) -> None:
        identity = str(shown(capsys, "Le Minitel")["id"])
        assert shown(capsys, identity[:4])["id"] == identity
        assert run(["show", identity[:3]]) == 2

    def test_a_copy_says_which_article_answers(self, capsys: Capture) -> None:
        kept = shown(capsys, "Braille invente son alphabet")
        copy = shown(capsys, "L’alphabet des aveugles")
        assert copy["copy_of"] == kept["id"]
        assert copy["text"] == WIRE
        assert [each["id"] for each in kept["copies"]] == [copy["id"]]  # type: ignore[attr-defined]
        assert run(["show", "L’alphabet des aveugles"]) == 0
        assert (
            "Doublon\u00a0: les réponses viennent de «\u00a0Braille invente son alphabet\u00a0» "
            f"({kept['id']})."
        ) in capsys.readouterr().out

    def test_an_unknown_article_is_wrong_usage_and_the_nearest_are_offered(
        self, capsys: Capture
    ) -> None:
        assert run(["show", "les minitelles"]) == 2
        said = capsys.readouterr().err.splitlines()
        assert said[0] == (
            "Erreur\u00a0: aucun article indexé n’est «\u00a0les minitelles\u00a0»\u202f; "
            "les plus proches\u00a0:"
        )
        assert any(line.endswith("Le Minitel (corpus/minitel.md)") for line in said[1:])

    @pytest.mark.parametrize("reference", ["le minitelle", "minitel", "MINITEL"])
    def test_the_only_article_near_to_what_is_typed_is_taken(
        self, reference: str, capsys: Capture
    ) -> None:
        assert run(["show", reference]) == 0
        said = capsys.readouterr()
        assert "Le Minitel" in said.out
        assert said.err == (
            f"«\u00a0{reference}\u00a0»\u00a0: pris pour Le Minitel (corpus/minitel.md), "
            "le seul article qui s’en approche.\n"
        )


def test_several_articles_of_one_title_are_told_apart(write: Write, capsys: Capture) -> None:
    write("a.md", "Le vent se lève sur la côte.", title="Météo")
    write("b.md", "Le vent tombe sur la côte.", title="Météo")
    run(["index"])
    capsys.readouterr()
    assert run(["show", "Météo"]) == 2
    said = capsys.readouterr().err
    assert "désigne plusieurs articles" in said
    assert "corpus/a.md" in said
    assert "corpus/b.md" in said

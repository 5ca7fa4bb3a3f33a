"""`selon list`, `show` and `remove`: which articles are meant, and what is out of the answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.terminal.articles.conftest import WIRE, current_id, in_postgres_too
from tests.bot.terminal.conftest import Capture
from tests.fakes import FakeEmbedder

pytestmark = pytest.mark.usefixtures("indexed")


def test_articles_are_filtered(capsys: Capture) -> None:
    for arguments, expected in (
        ([], ["Le braille", "Le Minitel", "Le TGV"]),  # newest first, undated last
        (["--since", "2024-05-03", "--until", "2024-05-03"], ["Le Minitel"]),
        (["--outlet", "le phare"], ["Le braille", "Le Minitel"]),
        (["--language", "en"], []),
        (["--language", "FR", "--limit", "1"], ["Le braille"]),
    ):
        assert run(["list", "--json", *arguments]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)["title"] for line in lines] == expected, arguments


def shown(capsys: Capture, *arguments: str) -> dict[str, object]:
    assert run(["show", "--json", *arguments]) == 0
    fields: dict[str, object] = json.loads(capsys.readouterr().out)
    return fields


def test_an_article_is_named_by_file_title_or_id_and_a_copy_says_which_answers(
    capsys: Capture,
) -> None:
    for reference in (["corpus/minitel.md"], ["minitel.md"], ["Le", "Minitel"]):
        assert shown(capsys, *reference)["title"] == "Le Minitel"
    original, copy = shown(capsys, "Le braille"), shown(capsys, "Les aveugles")
    identity = str(original["id"])
    assert shown(capsys, identity[:4])["id"] == identity
    assert run(["show", identity[:3]]) == 2
    assert (copy["copy_of"], copy["text"]) == (identity, WIRE)
    assert run(["show", "reprise.md"]) == 0
    told = f"Doublon\u00a0: les réponses viennent de «\u00a0Le braille\u00a0» ({identity})."
    assert told in capsys.readouterr().out


def paths(capsys: Capture) -> set[str]:
    capsys.readouterr()
    assert run(["list", "--json"]) == 0
    return {json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()}


def test_a_removal_keeps_the_file(indexed: Path, capsys: Capture, embedder: FakeEmbedder) -> None:
    before = embedder.embedded
    assert run(["remove", "corpus/tgv.md"]) == 0
    assert paths(capsys) == {"corpus/minitel.md", "corpus/braille.md"}
    assert (indexed / "tgv.md").exists()
    assert embedder.embedded == before
    # And it stays out of the next build.
    assert run(["index"]) == 0
    assert "corpus/tgv.md" not in paths(capsys)


def test_the_copies_of_an_article_go_with_it(capsys: Capture) -> None:
    assert run(["remove", "Le braille"]) == 0
    said = capsys.readouterr().out
    assert "Écarté\u00a0: Le braille (corpus/braille.md)\n" in said
    assert "Écarté\u00a0: Les aveugles (corpus/reprise.md)\n" in said
    restore = re.search("selon (remove --restore [0-9a-f]{12} [0-9a-f]{12})", said)
    assert paths(capsys) == {"corpus/minitel.md", "corpus/tgv.md"}
    assert restore is not None
    assert run(restore[1].split()) == 0
    assert run(["list", "--removed"]) == 0
    assert capsys.readouterr().err.endswith("Aucun article.\n")


def test_a_removed_article_is_named_by_words_too_and_an_unknown_one_leaves_all(
    capsys: Capture,
) -> None:
    generation = current_id()
    assert run(["remove", "Le TGV", "Le Concorde"]) == 2
    assert capsys.readouterr().out == ""
    assert current_id() == generation
    assert run(["list", "--removed"]) == 0
    assert capsys.readouterr() == ("", "Aucun article.\n")
    assert run(["remove", "minitel"]) == 0
    assert run(["remove", "tgv"]) == 0
    assert run(["remove", "--restore", "le"]) == 2
    assert "désigne plusieurs articles" in capsys.readouterr().err
    assert run(["remove", "--restore", "minitel"]) == 0
    assert "Remis\u00a0: Le Minitel" in capsys.readouterr().out


def test_a_file_of_several_articles_goes_whole(indexed: Path, capsys: Capture) -> None:
    lines = [json.dumps({"title": f"Note {n}", "text": f"Le port n° {n} est plein."}) for n in "12"]
    (indexed / "fiches.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run(["index"])
    assert len(paths(capsys)) == 5
    assert run(["show", "corpus/fiches.jsonl"]) == 2
    assert "désigne plusieurs articles" in capsys.readouterr().err
    assert run(["remove", "corpus/fiches.jsonl"]) == 0
    assert len(paths(capsys)) == 3


@in_postgres_too
def test_a_withdrawal_outlives_rollback_export_and_import_and_needs_no_build(
    indexed: Path, capsys: Capture
) -> None:
    left = {"corpus/minitel.md", "corpus/braille.md"}
    assert run(["export", "copie"]) == 0
    assert run(["remove", "Le TGV"]) == 0
    assert run(["rollback"]) == 0
    assert paths(capsys) == left
    assert run(["show", "corpus/tgv.md"]) == 2
    assert run(["export", "seconde"]) == 1
    assert "le texte de 1 article écarté" in capsys.readouterr().err
    assert run(["list", "--removed"]) == 0
    assert "Le TGV" in capsys.readouterr().out
    assert run(["remove", "--restore", "Le TGV"]) == 0
    assert "corpus/tgv.md" in paths(capsys)

    indexed.rename(indexed.with_name("parti"))
    assert run(["remove", "Le TGV"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("Écarté\u00a0: Le TGV (corpus/tgv.md)\n")
    assert "l’index n’a pas été reconstruit" in said.err
    assert "l’index en vient, et il n’y est plus" in said.err
    assert paths(capsys) == left
    assert run(["remove", "--restore", "Le TGV"]) == 1
    assert "corpus/tgv.md" in paths(capsys)

    assert run(["import", "copie"]) == 0
    capsys.readouterr()
    assert run(["remove", "Le TGV"]) == 1
    assert "cet index ne suit aucun dossier" in capsys.readouterr().err
    assert paths(capsys) == left

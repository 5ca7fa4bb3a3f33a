"""`selon index` and `selon rollback`: options, the report, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.main import run
from bot.terminal.index import MAX_NAMED_FILES
from tests.bot.terminal.articles.conftest import Write, current_id
from tests.bot.terminal.conftest import Capture
from tests.bot.terminal.test_progress import Terminal
from tests.fakes import FakeEmbedder


def test_the_fields_of_records_are_remembered(home: Path, capsys: Capture) -> None:
    line = json.dumps({"titre": "Le port", "corps": "Le port est plein.", "autre": "Le quai."})
    (home / "fiches.jsonl").write_text(line, encoding="utf-8")
    assert run(["index", "fiches.jsonl", "--map", "text=corps,title=titre"]) == 0
    assert run(["index", "fiches.jsonl"]) == 0
    shown = capsys.readouterr()
    assert "Champs retenus de la dernière fois\u00a0: text=corps,title=titre.\n" in shown.err
    assert shown.out.endswith("Rien à faire\u00a0: l’index est à jour.\n")
    assert run(["index", "fiches.jsonl", "--map", "text=autre"]) == 0
    capsys.readouterr()
    assert run(["index", "fiches.jsonl"]) == 0
    assert "text=autre." in capsys.readouterr().err


def test_a_pipe_gets_every_skipped_file_and_a_person_the_first_ones(
    corpus: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MAX_NAMED_FILES + 3):
        (corpus / f"vide{number:02}.md").touch()
    assert run(["index"]) == 0
    assert capsys.readouterr().out.count("corpus/vide") == MAX_NAMED_FILES + 3

    for arguments, named in (([], MAX_NAMED_FILES), (["--verbose"], MAX_NAMED_FILES + 3)):
        screen = Terminal()
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "stdout", screen)
        assert run(["index", *arguments]) == 0
        assert screen.getvalue().count("corpus/vide") == named
        said = "et 3 autres\u00a0: selon index --verbose les nomme tous" in screen.getvalue()
        assert said == (named == MAX_NAMED_FILES)


class Interrupted(FakeEmbedder):
    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def embed_passages(self, *arguments: object, **options: object) -> object:  # type: ignore[override]
        while self._times:
            self._times -= 1
            os.kill(os.getpid(), signal.SIGINT)
        return super().embed_passages(*arguments, **options)  # type: ignore[arg-type]


def test_ctrl_c_ends_after_the_batch(write: Write, assembled: ModuleType, capsys: Capture) -> None:
    for number in range(40):
        words = f"Le numéro {number} paraît. Le sujet est {number * 7}. Le prix monte."
        write(f"{number}.md", words)
    interrupted = Interrupted(1)
    assembled.open_embedder = lambda settings, **options: interrupted
    before = signal.getsignal(signal.SIGINT)
    assert run(["index"]) == 1
    assert signal.getsignal(signal.SIGINT) is before
    said = capsys.readouterr().err
    assert "Arrêt à la fin du lot en cours (Ctrl-C encore\u00a0: tout de suite)…\n" in said
    assert "Interrompu\u00a0: l’index en place n’a pas changé." in said
    assert current_id() is None
    kept = interrupted.embedded
    assert f"{kept} vecteurs gardés\u00a0: la même commande reprendra où elle en était." in said
    assert run(["index"]) == 0
    shown = capsys.readouterr().out
    assert f"{kept} vecteurs repris d’une construction interrompue ou de parts." in shown
    assert f"{interrupted.embedded - kept} vecteur" in shown


def test_ctrl_c_twice_ends_at_once_and_leaves_the_index_in_service(
    indexed: Path, write: Write, assembled: ModuleType, capsys: Capture
) -> None:
    before = current_id()
    write("pont.md", "Le pont date de 1901.")
    interrupted = Interrupted(2)
    assembled.open_embedder = lambda settings, **options: interrupted
    assert run(["index"]) == 1
    assert capsys.readouterr().err.endswith("Interrompu\u00a0: l’index en place n’a pas changé.\n")
    assert current_id() == before
    assert run(["status"]) == 0
    assert run(["index"]) == 0

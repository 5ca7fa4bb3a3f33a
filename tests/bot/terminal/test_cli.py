"""The command line: what is printed where, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.main import run
from index.search.confidence import Thresholds
from index.store.files.opening import current_id
from tests.bot.answers import answered, article, citation
from tests.bot.terminal.conftest import Capture
from tests.fakes import FakeEmbedder
from tests.postgres.server import Server

QUOTE = "Le second modèle a demandé 15 000 puces."
ROOT = Path(__file__).resolve().parents[3]
SUBPROCESS_ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


class Scripted:
    """A chain that is not sure of its answer, remembers what it was asked, or fails."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def invoke(self, asked: str | TurnText) -> Answer:
        question = asked if isinstance(asked, str) else asked.question
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        return replace(answered(citation(QUOTE, article()), question=question), doubtful=True)


@pytest.fixture(autouse=True)
def chain(assembled: ModuleType) -> Scripted:
    chain = Scripted()
    parts = {
        "open_chain": lambda settings: nullcontext(chain),
        "chain_over": lambda index, settings: chain,
        "open_reader": lambda settings: None,
        "thresholds_of": lambda settings: Thresholds.at(0.5),
    }
    vars(assembled).update(parts)
    return chain


@pytest.fixture
def corpus(home: Path) -> Path:
    folder = home / "corpus"
    folder.mkdir()
    for name, words in (
        ("braille", "Louis Braille met au point son alphabet en 1825. Il compte soixante signes."),
        ("minitel", "Le Minitel est lancé en 1982. Il disparaît trente ans plus tard."),
    ):
        text = f"---\ntitle: {name.title()}\nlanguage: fr\n---\n\n{words}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


# ask


def test_what_may_not_answer_is_said_to_be_the_nearest(capsys: Capture) -> None:
    assert run(["ask", "Combien de puces ?", "--json"]) == 4
    written = json.loads(capsys.readouterr().out)
    assert (written["outcome"], written["answered"]) == ("perhaps", False)
    assert written["answer"] == f"{QUOTE} [1]"
    assert written["citations"][0]["quote"] == QUOTE
    assert run(["ask", "Combien de puces ?"]) == 4
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "Je n’en suis pas sûr\u202f; le plus proche dans les articles\u00a0:"
    assert shown[1].startswith(f"«\u00a0{QUOTE}")


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", ""], ["ask"], ["ask", "  "]])
def test_an_empty_question_is_wrong_usage(
    arguments: list[str], chain: Scripted, capsys: Capture
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur\u00a0: quelle est votre question")
    assert (shown.out, chain.asked) == ("", [])


def test_an_unforeseen_error_is_one_line(chain: Scripted, capsys: Capture) -> None:
    chain.failure = RuntimeError("tout\ncasse")
    assert run(["ask", "Combien ?"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur")
    assert (shown.err.count("\n"), shown.out) == (1, "")


# index


def test_index_if_missing_builds_again_what_other_weights_built(
    corpus: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert run(["index", str(corpus / "braille.md")]) == 0
    before = current_id(Path(".selon"))
    monkeypatch.setattr(embedder, "dimension", 32)
    capsys.readouterr()
    assert run(["index", "--if-missing"]) == 0
    assert capsys.readouterr().out.startswith("1 article")  # those that it was built from
    assert current_id(Path(".selon")) != before
    assert run(["ask", "Qui a inventé le braille ?"]) in (0, 3, 4)


@pytest.mark.parametrize("typed", ["0/5", "6/5", "x", "2", "2/", "-1/5", "2/5/7", "1/0", "²/5"])
def test_index_of_a_part_that_is_none_is_wrong_usage(
    corpus: Path, capsys: Capture, embedder: FakeEmbedder, typed: str
) -> None:
    assert run(["index", str(corpus), f"--part={typed}"]) == 2
    told = capsys.readouterr()
    assert f"--part {typed}" in told.err
    assert "2/5" in told.err
    assert (told.out, embedder.embedded) == ("", 0)


def test_index_by_parts_tells_what_each_did_and_what_comes_next(
    corpus: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, vector_server: Server
) -> None:
    with vector_server.database() as url:
        monkeypatch.setenv("SELON_INDEX_URL", url)
        assert run(["index", str(corpus), "--part", "2/2"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("Part 2/2\u00a0: 2 vecteurs calculés, 0 déjà là")
        assert "sans --part" in told
        assert run(["status"]) == 1  # nothing is in service yet
        assert run(["index", str(corpus), "--part", "1/2"]) == 0
        assert run(["index", str(corpus)]) == 0
        assert "0 vecteur calculé" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reshard"], "SELON_INDEX_URL_BEFORE"),
        (["--reshard", "corpus"], "ni dossiers"),
        (["--reshard", "--part", "1/2"], "ni --part"),
    ],
)
def test_index_does_not_guess_what_to_reshard(
    capsys: Capture, arguments: list[str], said: str
) -> None:
    assert run(["index", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_index_is_resharded_and_the_new_servers_answer(
    corpus: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    vector_server: Server,
    embedder: FakeEmbedder,
) -> None:
    database = vector_server.database
    with database() as one, database() as first, database() as second:
        monkeypatch.setenv("SELON_INDEX_URL", one)
        assert run(["index", str(corpus)]) == 0
        monkeypatch.setenv("SELON_INDEX_URL_BEFORE", one)
        assert run(["index", "--reshard"]) == 1
        assert "cet index est déjà là" in capsys.readouterr().err
        monkeypatch.setenv("SELON_INDEX_URL", f"{first} {second}")
        embedder.embedded = 0
        assert run(["index", "--reshard"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("En service sur les nouveaux serveurs\u00a0:")
        assert run(["index", str(corpus)]) == 0
        assert embedder.embedded == 0
        monkeypatch.delenv("SELON_INDEX_URL_BEFORE")
        assert run(["status"]) == 0
        monkeypatch.setenv("SELON_INDEX_URL", f"{second} {first}")
        assert run(["status"]) == 1
        assert "selon index --reshard" in capsys.readouterr().err


# The process


def test_the_command_line_loads_nothing_heavy() -> None:
    heavy = (
        "torch transformers sentence_transformers langchain langchain_core faiss onnxruntime "
        "onnx telegram prompt_toolkit numpy"
    )
    code = (
        "import sys, bot.main; bot.main.run(['--version'])\n"
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=SUBPROCESS_ENVIRONMENT, capture_output=True, timeout=60
    )
    assert result.stdout.splitlines()[-1] == b"[]", result.stderr


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    code = (
        "import sys, bot.main\n"
        "bot.main._print = lambda text, code: "
        "[print('x' * 4096) for _ in range(99)] and code\n"
        "sys.exit(bot.main.run(['--version']))"
    )
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=SUBPROCESS_ENVIRONMENT,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, b"")

"""The command line: what is printed where, and the exit code."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.locale.answers import Phrases
from bot.main import run
from index.errors import DamagedIndex
from index.models.base import Vectors
from index.search.confidence import Thresholds
from index.store.files.layout import Layout
from index.store.files.opening import current_id
from tests.bot.answers import answered, article, citation, refused
from tests.fakes import FakeEmbedder
from tests.postgres.server import Server

EN, FR = Phrases.of("en"), Phrases.of("fr")

QUOTE = "Le second modèle a demandé 15 000 puces."
ROOT = Path(__file__).resolve().parents[3]


class Scripted:
    """A chain that answers as the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[str], Answer] = lambda question: answered(
            citation(QUOTE, article()), question=question
        )

    def invoke(self, asked: str | TurnText) -> Answer:
        question = asked if isinstance(asked, str) else asked.question
        self.asked.append(question)
        return self.answer(question)


@pytest.fixture
def chain() -> Scripted:
    return Scripted()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture(autouse=True)
def assembled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: Scripted, embedder: FakeEmbedder
) -> ModuleType:
    """An empty folder, no setting, and models that take no time."""
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    module = ModuleType("bot.assembly")
    module.open_chain = lambda settings: nullcontext(chain)  # type: ignore[attr-defined]
    module.chain_over = lambda index, settings: chain  # type: ignore[attr-defined]
    module.open_reader = lambda settings: None  # type: ignore[attr-defined]
    module.open_embedder = lambda settings, progress=None: embedder  # type: ignore[attr-defined]
    module.thresholds_of = lambda settings: Thresholds.at(0.5)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.assembly", module)
    return module


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, words in (
        ("braille", "Louis Braille met au point son alphabet en 1825. Il compte soixante signes."),
        ("minitel", "Le Minitel est lancé en 1982. Il disparaît trente ans plus tard."),
    ):
        (folder / f"{name}.md").write_text(
            f"---\ntitle: {name.title()}\nlanguage: fr\n---\n\n{words}\n", encoding="utf-8"
        )
    return folder


# ask


def test_ask_prints_the_answer_and_its_source(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "Combien de puces ?"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"«\u00a0{QUOTE}\u00a0»\u00a0[1]\n  — Deux modèles")
    assert shown.err == ""
    assert "\x1b" not in shown.out
    assert chain.asked == ["Combien de puces ?"]


def test_ask_exits_with_3_when_the_articles_do_not_say(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.answer = lambda question: refused(article(), question=question)
    assert run(["ask", "Quel temps ?"]) == 3
    shown = capsys.readouterr().out
    assert shown.startswith(f"{FR.not_in_articles}\n\n{FR.nearest_articles}")


def test_what_may_not_answer_is_said_to_be_the_nearest(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    sure = chain.answer
    chain.answer = lambda question: replace(sure(question), doubtful=True)
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
    arguments: list[str], chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur\u00a0: quelle est votre question")
    assert shown.out == ""
    assert chain.asked == []


# index


def test_index_if_missing_builds_again_what_other_weights_built(
    corpus: Path,
    embedder: FakeEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
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
    corpus: Path, capsys: pytest.CaptureFixture[str], embedder: FakeEmbedder, typed: str
) -> None:
    assert run(["index", str(corpus), f"--part={typed}"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"--part {typed}" in told.err
    assert "2/5" in told.err
    assert embedder.embedded == 0


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("fr", "Part 2/2\u00a0: 2 vecteurs calculés, 0 déjà là", "sans --part"),
        ("en", "Part 2/2: 2 texts embedded, 0 there already", "without --part"),
    ],
)
def test_index_by_parts_tells_what_each_did_and_what_comes_next(
    corpus: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    vector_server: Server,
    language: str,
    first: str,
    then: str,
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", language)
    with vector_server.database() as url:
        monkeypatch.setenv("SELON_INDEX_URL", url)
        assert run(["index", str(corpus), "--part", "2/2"]) == 0
        told = capsys.readouterr()
        assert told.out.startswith(first)
        assert then in told.out
        assert run(["status"]) == 1  # nothing is in service yet
        assert run(["index", str(corpus), "--part", "1/2"]) == 0
        assert run(["index", str(corpus)]) == 0
        words = "0 vecteur calculé" if language == "fr" else "0 vectors computed"
        assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reshard"], "SELON_INDEX_URL_BEFORE"),
        (["--reshard", "corpus"], "ni dossiers"),
        (["--reshard", "--part", "1/2"], "ni --part"),
    ],
)
def test_index_does_not_guess_what_to_reshard(
    corpus: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(["index", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_index_is_resharded_and_the_new_servers_answer(
    corpus: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    vector_server: Server,
    embedder: FakeEmbedder,
) -> None:
    with (
        vector_server.database() as one,
        vector_server.database() as first,
        vector_server.database() as second,
    ):
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


def test_ctrl_c_leaves_the_index_in_service(
    corpus: Path, assembled: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["index"])
    before = current_id(Path(".selon"))

    class Interrupted(FakeEmbedder):
        def embed_passages(self, *arguments: object, **options: object) -> Vectors:  # type: ignore[override]
            signal.raise_signal(signal.SIGINT)
            return super().embed_passages(*arguments, **options)  # type: ignore[arg-type]

    assembled.open_embedder = lambda settings, progress=None: Interrupted()
    (corpus / "tgv.md").write_text("Le TGV roule depuis 1981.\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["index"]) == 1
    assert "Interrompu\u00a0: l’index en place n’a pas changé." in capsys.readouterr().err
    assert current_id(Path(".selon")) == before
    assert run(["status"]) == 0


# status


def test_status_finds_a_damaged_file(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["index"])
    layout = Layout(Path(".selon"))
    database = layout.folder(layout.current_id() or "") / "articles.sqlite"
    written = bytearray(database.read_bytes())
    written[len(written) // 2] ^= 1
    database.chmod(0o644)
    database.write_bytes(bytes(written))
    capsys.readouterr()
    assert run(["status"]) == 1
    shown = capsys.readouterr()
    assert "endommagé" in shown.out
    assert "articles.sqlite" in shown.err
    assert "selon index" in shown.err


# Usage, settings and errors


def test_errors_foreseen_or_not_are_one_line_and_exit_with_1(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: Exception) -> Callable[[str], Answer]:
        def answer(question: str) -> Answer:
            raise error

        return answer

    for error in (
        DamagedIndex("damaged-vectors", subject="vecteurs.faiss"),
        RuntimeError("tout\ncasse"),
    ):
        chain.answer = fail(error)
        assert run(["ask", "Combien ?"]) == 1
        shown = capsys.readouterr()
        assert shown.err.startswith("Erreur")
        assert shown.err.count("\n") == 1
        assert "Traceback" not in shown.err
        assert shown.out == ""


# The process


def started(code: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_line_loads_nothing_heavy() -> None:
    heavy = (
        "torch transformers sentence_transformers langchain langchain_core faiss onnxruntime "
        "onnx telegram prompt_toolkit numpy"
    )
    result = started(
        "import sys, bot.main; bot.main.run(['--version'])\n"
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)))"
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
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, b"")

"""The command line: what is printed where, and the exit code."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import pytest

from bot.answer import Answer
from bot.answering.refusal import lower
from bot.command import DONE, FAILED, MISUSED
from bot.followups.turn import TurnText
from bot.main import run
from index.search.confidence import Thresholds
from index.store.files.integrity import current_id
from tests.bot.answers import answered, article, citation
from tests.bot.terminal.conftest import Capture
from tests.e2e.speech import QUESTION, HeardSpeech
from tests.fakes import FakeEmbedder

QUOTE = "Le second modèle a demandé 15 000 puces."
ROOT = Path(__file__).resolve().parents[3]


class Scripted:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def invoke(self, asked: str | TurnText) -> Answer:
        question = asked if isinstance(asked, str) else asked.question
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        return lower(answered(citation(QUOTE, article()), question=question))


@pytest.fixture(autouse=True)
def chain(assembled: ModuleType) -> Scripted:
    chain = Scripted()
    vars(assembled).update(
        open_chain=lambda settings: nullcontext(chain),
        chain_over=lambda index, settings: chain,
        open_reader=lambda settings: None,
        thresholds_of=lambda settings: Thresholds.at(0.5),
    )
    return chain


@pytest.fixture
def corpus(home: Path) -> Path:
    folder = home / "corpus"
    folder.mkdir()
    for name in ("Braille", "Minitel"):
        text = f"---\ntitle: {name}\nlanguage: fr\n---\n\nLe mot {name} est dit en 1982.\n"
        (folder / f"{name.lower()}.md").write_text(text, encoding="utf-8")
    return folder


def test_what_may_not_answer_is_said_to_be_the_nearest(capsys: Capture) -> None:
    assert run(["ask", "Combien de puces ?", "--json"]) == 4
    written = json.loads(capsys.readouterr().out)
    assert (written["outcome"], written["answered"]) == ("perhaps", False)
    assert written["answer"] == f"{QUOTE} [1]"
    assert written["citations"][0]["quote"] == QUOTE
    assert run(["ask", "Combien de puces ?"]) == 4
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "Le plus proche dans les articles\u00a0:"
    assert shown[1].startswith(f"«\u00a0{QUOTE}")


@pytest.mark.parametrize("doubtful", [True, False])
def test_a_doubtful_hearing_is_returned_and_not_answered(
    home: Path,
    assembled: ModuleType,
    chain: Scripted,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    doubtful: bool,
) -> None:
    speech = HeardSpeech(home)
    speech.doubtful = doubtful
    monkeypatch.setattr("bot.speech.service.open_speech", lambda settings: speech)
    vars(assembled).update(open_index=lambda settings, **more: Mock())
    monkeypatch.setattr("bot.speech.names.find_expected_names", lambda searcher, heard: "Cordouan")
    recording = home / "question.ogg"
    recording.write_bytes(b"OggS")
    assert run(["ask", "--json", "--audio", str(recording)]) == 4
    written = json.loads(capsys.readouterr().out)
    assert speech.names == "Cordouan"
    if doubtful:
        assert written == {"heard": QUESTION, "sure": False}
    assert chain.asked == ([] if doubtful else [QUESTION])


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", ""], ["ask"], ["ask", "  "]])
def test_ask_needs_a_question(arguments: list[str], chain: Scripted, capsys: Capture) -> None:
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


@pytest.mark.parametrize(
    "url",
    [
        *("mysql://x", "postgresql://a@b@x/y", "postgresql://a/b?nonsense=1"),
        "postgresql://a/selon postgresql://b/selon",
    ],
)
def test_a_wrong_address_of_the_index_is_misuse(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("SELON_INDEX_URL", url)
    assert run(["status"]) == 2
    assert capsys.readouterr().err.startswith("Erreur\u00a0: SELON_INDEX_URL\u00a0: ")


def test_an_empty_data_dir_is_the_one_of_the_settings(corpus: Path) -> None:
    assert run(["index", "--data-dir", "", str(corpus)]) == 0
    assert current_id(Path(".selon"))


HEAVY = """torch transformers sentence_transformers langchain langchain_core faiss onnxruntime
onnx telegram prompt_toolkit numpy"""


def run_python(code: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", f"import sys, bot.main\n{code}"]
    pipes = {"stdout": stdout, "stderr": subprocess.PIPE}
    return subprocess.run(command, env=environment, timeout=180, check=False, **pipes)


def test_a_command_with_nothing_to_do_loads_no_model_nor_parser(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sample_index, tmp_path / "data")
    code = f"heavy = set({f'{HEAVY} lxml httpx2'.split()!r})\n"
    for arguments in (["status"], ["index", str(ROOT / "corpus")]):
        command = [*arguments, "--data-dir", str(tmp_path / "data")]
        code += f"print(bot.main.run({command!r}), sorted(heavy & set(sys.modules)))\n"
        code += "heavy.discard('numpy')\n"
    monkeypatch.chdir(ROOT)  # the index names its files as seen from there
    result = run_python(code)
    told = [line for line in result.stdout.splitlines() if line.startswith(b"0 ")]
    assert told == [b"0 []"] * 2, result.stdout + result.stderr


def run_in_shell(folder: Path, arguments: str) -> tuple[int, str, str]:
    selon = shlex.join((sys.executable, "-c", "from bot.main import main; main()"))
    command, nothing = ["sh", "-c", f"{selon} {arguments}"], subprocess.DEVNULL
    done = subprocess.run(command, cwd=folder, stdin=nothing, capture_output=True, timeout=180)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


CTRL_C = """
import signal, sys
class Interruption:
    def find_spec(self, name, *_):
        if name == "bot.settings":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interruption())
from bot.__main__ import main
sys.argv[1:] = ["--version"]
main()
"""


def test_an_interruption_of_imports_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", CTRL_C]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=180)
    assert (done.returncode, done.stderr.decode()) == (FAILED, "Interrompu.\n")

    def print_version(*_: object) -> int:  # as a C extension does
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("bot.main._print", print_version)
    assert run(["--version"]) == FAILED
    assert capsys.readouterr().err == "Interrompu.\n"


FULL = "Erreur\u00a0: impossible d’écrire sur la sortie standard (plus de place sur le disque)\n"


def test_streams_that_are_full_or_closed_are_a_sentence_at_most(home: Path) -> None:
    assert run_in_shell(home, "--version > /dev/full") == (FAILED, "", FULL)
    assert run_in_shell(home, "--version >&-") == (DONE, "", "")
    code, _, errors = run_in_shell(home, "ask >&- <&-")
    assert (code, errors[:7]) == (MISUSED, "Erreur\u00a0")
    assert run_in_shell(home, "ask 2>/dev/full") == (MISUSED, "", "")


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    much = "bot.main._print = lambda text, code: [print('x' * 4096) for _ in range(99)] and code"
    result = run_python(f"{much}\nsys.exit(bot.main.run(['--version']))", writing)
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, b"")

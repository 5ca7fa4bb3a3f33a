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
from index.errors import DamagedIndex, NoIndex
from index.models.base import Vectors
from index.search.confidence import Thresholds
from index.store.files.generation import current_id
from index.store.files.layout import Layout
from tests.bot.answers import answered, article, citation, refused
from tests.fakes import FakeEmbedder
from tests.postgres.server import Server

EN, FR = Phrases.of("en"), Phrases.of("fr")

QUOTE = "Le second modèle a demandé 15 000 puces."
MAKING = ("index", "status", "list", "show", "remove", "rollback", "export", "import")
COMMANDS = (*MAKING, "add", "watch", "ask", "chat", "chat-model", "bot", "eval", "state")
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


def test_ask_takes_words_without_quotation_marks(chain: Scripted) -> None:
    assert run(["ask", "Combien", "de", "puces", "?"]) == 0
    assert run(["ask", "--", "-1", "est-il pair ?"]) == 0
    assert chain.asked == ["Combien de puces ?", "-1 est-il pair ?"]


def test_ask_exits_with_3_when_the_articles_do_not_say(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.answer = lambda question: refused(article(), question=question)
    assert run(["ask", "Quel temps ?"]) == 3
    shown = capsys.readouterr().out
    assert shown.startswith(f"{FR.not_in_articles}\n\n{FR.nearest_articles}")


def test_ask_json_prints_one_object(chain: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "--json", "Combien de puces ?"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["question"] == "Combien de puces ?"
    assert written["citations"][0]["quote"] == QUOTE
    assert (written["outcome"], written["answered"]) == ("sure", True)
    chain.answer = lambda question: refused(question=question)
    assert run(["ask", "Quel temps ?", "--json"]) == 3
    written = json.loads(capsys.readouterr().out)
    assert (written["outcome"], written["answered"]) == ("no", False)


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
    assert shown[0] == "Les articles n’y répondent peut-être pas\u202f; le plus proche\u00a0:"
    assert shown[1].startswith(f"«\u00a0{QUOTE}")


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", ""], ["ask"]])
def test_ask_reads_the_question_from_standard_input(
    arguments: list[str], chain: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Combien\nde puces ?\n"))
    assert run(arguments) == 0
    assert chain.asked == ["Combien de puces ?"]


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", ""], ["ask"], ["ask", "  "]])
def test_an_empty_question_is_wrong_usage(
    arguments: list[str], chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur\u00a0: quelle est votre question")
    assert shown.out == ""
    assert chain.asked == []


def test_bytes_that_are_not_utf8_do_not_stop_a_question(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "caf\udce9 ?", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == "caf� ?"


# chat


def test_chat_answers_a_pipe_line_by_line(
    chain: Scripted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Combien ?\n\nQuel journal ?\n"))
    assert run(["chat"]) == 0
    assert chain.asked == ["Combien ?", "Quel journal ?"]
    assert capsys.readouterr().out.count(f"{QUOTE}\u00a0»\u00a0[1]") == 2


def test_chat_without_an_index_says_so_before_any_question(
    assembled: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(settings: object) -> None:
        raise NoIndex("no-index", shown=".selon")

    assembled.open_chain = missing
    monkeypatch.setattr(sys, "stdin", io.StringIO("Combien ?\n"))
    assert run(["chat"]) == 1
    assert capsys.readouterr().err == (
        "Erreur\u00a0: .selon\u00a0: rien n’est encore indexé ici\u202f; "
        "lancez «\u00a0selon index\u00a0»\n"
    )


# index


def test_index_tells_what_it_indexed_then_that_nothing_has_changed(
    corpus: Path, embedder: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("2 articles, 2 passages, 4 phrases.\nAjoutés\u00a0: 2\u202f; ")
    assert "Lecture des articles…\n" in shown.err
    assert "Calcul des vecteurs…\n" in shown.err
    assert "\x1b" not in shown.out + shown.err
    before = embedder.embedded
    assert run(["index"]) == 0
    assert capsys.readouterr().out == (
        "2 articles, 2 passages, 4 phrases.\nRien à faire\u00a0: l’index est à jour.\n"
    )
    assert embedder.embedded == before


def test_index_counts_what_was_added_changed_and_removed(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["index"])
    (corpus / "minitel.md").unlink()
    braille = corpus / "braille.md"
    braille.write_text(braille.read_text(encoding="utf-8") + "\nFin.\n", encoding="utf-8")
    (corpus / "tgv.txt").write_text("Le TGV\n\nLe TGV roule depuis 1981.\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["index", "corpus"]) == 0
    assert (
        "Ajoutés\u00a0: 1\u202f; modifiés\u00a0: 1\u202f; retirés\u00a0: 1\u202f; "
        "inchangés\u00a0: 0.\n"
    ) in capsys.readouterr().out


def test_index_names_each_file_it_skipped_and_why(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "vide.md").touch()
    (corpus / "image.txt").write_bytes(b"\x89PNG\x00\x01\x02")
    assert run(["index"]) == 0, "articles came in: whoever waits for them may go on"
    shown = capsys.readouterr().out
    assert "2 fichiers laissés de côté\u00a0:\n" in shown
    assert "  corpus/vide.md\u00a0: " in shown
    assert "  corpus/image.txt\u00a0: " in shown
    assert shown.startswith("2 articles")
    assert run(["index", "--strict"]) == 1


def test_index_of_a_path_that_is_not_there_is_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["index", "nulle/part"]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("Erreur\u00a0: ")
    assert "nulle/part" in error


def test_index_of_no_article_at_all_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vide").mkdir()
    assert run(["index", "vide"]) == 1
    assert "vide" in capsys.readouterr().err.splitlines()[-1]


def test_index_if_missing_leaves_an_index_alone(
    corpus: Path, embedder: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", "--if-missing"]) == 0
    generation = current_id(Path(".selon"))
    embedded = embedder.embedded
    assert generation is not None
    (corpus / "braille.md").unlink()
    capsys.readouterr()
    assert run(["index", "--if-missing"]) == 0
    assert capsys.readouterr().out == ""
    assert (current_id(Path(".selon")), embedder.embedded) == (generation, embedded)


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


def test_index_of_a_part_in_files_says_what_it_takes(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", str(corpus), "--part", "1/2"]) == 1
    assert "SELON_INDEX_URL" in capsys.readouterr().err


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


def test_status_tells_what_is_indexed(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["index"])
    capsys.readouterr()
    assert run(["status"]) == 0
    rows = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert rows["Génération"] == current_id(Path(".selon"))
    assert rows["Modèle"] == "fake-64"
    assert (rows["Articles"], rows["Passages"], rows["Phrases"]) == ("2", "2", "4")
    assert rows["Langues"] == "fr 2"
    assert rows["État"] == "intact"


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


def test_eval_measures_the_index_in_service(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["index", str(corpus)]) == 0
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "Quand le Minitel ?", "article": "minitel"}\n')
    capsys.readouterr()
    assert run(["eval", str(questions)]) == 0
    assert "hit@1\t1" in capsys.readouterr().out
    assert run(["eval", str(tmp_path / "absent.jsonl")]) == 2
    assert "absent.jsonl" in capsys.readouterr().err


def test_status_of_nothing_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 1
    assert "selon index" in capsys.readouterr().err


# bot


def test_bot_says_where_it_listens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    application = ModuleType("bot.messenger.running.application")
    application.run_bot = lambda *opened: opened[-1]("selon_bot")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.messenger.running.application", application)
    assert run(["bot"]) == 0
    assert "https://t.me/selon_bot" in capsys.readouterr().err


def test_bot_without_a_token_names_the_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bot"]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("Erreur\u00a0: il manque SELON_TELEGRAM_TOKEN")
    assert shown.err.count("\n") == 1


# Usage, settings and errors


def test_the_data_directory_may_be_given_to_every_command(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", "--data-dir", "ailleurs"]) == 0
    assert current_id(Path("ailleurs")) is not None
    assert not Path(".selon").exists()
    assert run(["status", "--data-dir", "ailleurs"]) == 0
    assert run(["ask", "--data-dir", "ailleurs", "Combien ?"]) == 0
    assert run(["chat", "--data-dir", "ailleurs"]) == 0


def test_help_is_in_the_language_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--help"]) == 0
    french = capsys.readouterr().out
    for word in ("Usage\u00a0:", "Commandes\u00a0:", "Options\u00a0:", "Afficher cette aide."):
        assert word in french
    for command in COMMANDS:
        assert f"  {command} " in french
        assert run([command, "--help"]) == 0
    assert "SELON_DATA_DIR" in capsys.readouterr().out
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    assert run(["--help"]) == 0
    assert "Show this message and exit." in capsys.readouterr().out


def test_no_command_shows_the_help_and_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commandes\u00a0:" in capsys.readouterr().out


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("selon 0.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats"], "Commande inconnue\u00a0: stats. Vouliez-vous dire 'status', 'state'\u202f?"),
        (["ask", "--jsno", "?"], "Option inconnue\u00a0: --jsno"),
        (["ask", "--data-dir"], "L’option --data-dir attend une valeur."),
        (["chat", "bonjour"], "Argument en trop\u00a0: bonjour"),
        (["show"], "Il manque\u00a0: ARTICLE."),
        (["list", "--limit", "0"], "Valeur refusée pour --limit\u00a0: au moins 1"),
        (["list", "--limit", "x"], "Valeur refusée pour --limit\u00a0: un nombre entier"),
    ],
)
def test_wrong_usage_is_said_in_french_with_where_to_find_help(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"Erreur\u00a0: {said}")
    assert "Aide\u00a0: selon" in shown.err
    assert shown.out == ""


def test_a_bad_setting_exits_with_2_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_THREADS", "beaucoup")
    assert run(["ask", "Combien ?"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Erreur\u00a0: SELON_THREADS='beaucoup'\u00a0: ")
    assert error.count("\n") == 1


def test_a_bad_setting_is_told_in_the_language_that_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    monkeypatch.setenv("SELON_THREADS", "-1")
    assert run(["ask", "Combien ?"]) == 2
    assert capsys.readouterr().err == (
        "Error: SELON_THREADS='-1': input should be greater than or equal to 0\n"
    )


def test_english_settings_speak_english(
    chain: Scripted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    chain.answer = lambda question: refused(question=question)
    assert run(["ask", "Which weather?"]) == 3
    assert capsys.readouterr().out == f"{EN.not_in_articles}\n"
    assert run(["ask", ""]) == 2
    assert capsys.readouterr().err.startswith("Error: what is your question?")


def test_errors_foreseen_or_not_are_one_line_and_exit_with_1(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: Exception) -> Callable[[str], Answer]:
        def answer(question: str) -> Answer:
            raise error

        return answer

    for error in (
        DamagedIndex("damaged-vectors", shown="vecteurs.faiss"),
        RuntimeError("tout\ncasse"),
    ):
        chain.answer = fail(error)
        assert run(["ask", "Combien ?"]) == 1
        shown = capsys.readouterr()
        assert shown.err.startswith("Erreur")
        assert shown.err.count("\n") == 1
        assert "Traceback" not in shown.err
        assert shown.out == ""


def test_ctrl_c_ends_a_command_in_one_line(
    chain: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(question: str) -> Answer:
        raise KeyboardInterrupt

    chain.answer = interrupted
    assert run(["ask", "Combien ?"]) == 1
    assert capsys.readouterr().err == "Interrompu.\n"


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


def test_output_is_utf8_whatever_the_locale() -> None:
    code = "import sys, bot.main; sys.exit(bot.main.run(['--help']))"
    for locale in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}):
        result = started(code, **locale)
        assert "étant citée" in result.stdout.decode("utf-8")


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


def test_debug_shows_where_an_unexpected_error_arose() -> None:
    code = (
        "import sys, types, bot.main\n"
        "module = types.ModuleType('bot.assembly')\n"
        "module.open_chain = lambda settings: 1 / 0\n"
        "sys.modules['bot.assembly'] = module\n"
        "sys.exit(bot.main.run(['ask', 'Combien ?']))"
    )
    quiet, loud = started(code), started(code, SELON_LOG_LEVEL="DEBUG")
    assert quiet.returncode == loud.returncode == 1
    assert quiet.stderr.count(b"\n") == 1
    assert b"ZeroDivisionError" in quiet.stderr
    assert b"Traceback" in loud.stderr

"""What reaches a terminal, and what reaches a pipe; how an index under way is shown."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console
from rich.text import Text

from bot.locale.terminal import TerminalPhrases
from bot.terminal.console import console_for, encodable, show, show_wait
from bot.terminal.progress import LINES, ProgressLines, observe_progress

FRENCH = TerminalPhrases.of("fr")


def test_a_pipe_gets_a_line_a_step_and_some_for_the_texts() -> None:
    stream, seconds = io.StringIO(), 100.0
    lines = ProgressLines(console_for(stream), FRENCH, lambda: seconds)
    lines.step("read")
    lines.step("embed")
    for done in range(0, 2001):
        seconds = 100 + done / 50
        lines.progress(done, 2000)
    lines.step("write")
    said = stream.getvalue().splitlines()
    assert said[:2] == ["Lecture des articles…", "Calcul des vecteurs…"]
    assert said[2] == "  200 textes sur 2\u202f000, 50 textes/s, encore 40\u00a0s"
    assert said[-2:] == ["  2\u202f000 textes sur 2\u202f000", "Écriture de l’index…"]
    assert len(said) == 3 + LINES


def test_a_pipe_hears_once_that_the_model_is_prepared() -> None:
    stream = io.StringIO()
    with observe_progress(console_for(stream), FRENCH) as observer:
        observer.model(0.1, "weights")
        observer.model(0.9, "graph")
    assert stream.getvalue() == "Préparation du modèle…\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_gets_a_bar_that_is_gone_at_the_end(terminal: bool) -> None:
    stream = io.StringIO()
    screen = Console(file=stream, force_terminal=terminal, width=120, color_system=None)
    with observe_progress(screen, FRENCH, "Arrêt") as observer:
        observer.model(0.5, "weights")
        observer.step("embed")
        observer.progress(1, 2)
        observer.stopping()
    assert "Calcul des vecteurs" in stream.getvalue()
    assert "Arrêt" in stream.getvalue()
    assert ("\x1b[2K" in stream.getvalue()) is terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def shown(text: Text, stream: io.StringIO) -> str:
    show(console_for(stream), text)
    return stream.getvalue()


def folded(text: str, width: int) -> list[str]:
    stream = Terminal()
    show(Console(file=stream, force_terminal=True, color_system=None, width=width), Text(text))
    return stream.getvalue().splitlines()


def test_a_terminal_gets_styles_and_a_pipe_none(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "gras lien" + " mot" * 100
    text = Text("gras", style="bold red").append(words[4:], style="link https://exemple.fr")
    assert "\x1b[1;31m" in shown(text, Terminal())
    assert shown(text, io.StringIO()) == f"{words}\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert shown(text, io.StringIO()) == f"{words}\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(text, Terminal())


def test_a_terminal_folds_at_spaces_that_need_not_hold_and_keeps_the_margin() -> None:
    lines = folded("  [1] une phrase qui ne tient pas sur une ligne\ncourte", 26)
    assert lines == ["  [1] une phrase qui ne", "  tient pas sur une ligne", "courte"]
    lines = folded("Quelle est la question\u202f? Celle\u00a0-\u00a0ci, «\u00a0oui\u00a0»", 22)
    assert lines == ["Quelle est la", "question\u202f? Celle\u00a0-\u00a0ci,", "«\u00a0oui\u00a0»"]


def test_bytes_of_another_encoding_become_the_replacement_character() -> None:
    assert encodable("caf\udce9 crème") == "caf� crème"


def test_a_wait_is_shown_on_a_terminal_alone_and_only_if_it_is_one() -> None:
    def waited(stream: io.StringIO, seconds: float, work: float) -> str:
        with show_wait(console_for(stream), "Recherche…", seconds):
            time.sleep(work)
        return stream.getvalue()

    assert "Recherche…" in waited(Terminal(), 0.0, 0.5)
    assert waited(Terminal(), 30.0, 0.0) == ""
    assert waited(io.StringIO(), 0.0, 0.2) == ""

"""How an index under way is shown."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.locale.terminal import TerminalPhrases
from bot.terminal.console import console_for
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

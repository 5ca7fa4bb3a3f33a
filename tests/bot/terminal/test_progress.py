"""How an index under way is shown."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.locale.terminal import TerminalPhrases
from bot.terminal.console import console_for
from bot.terminal.progress import LINES, ProgressBar, ProgressLines, observed

FRENCH = TerminalPhrases.of("fr")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pipe_gets_a_line_a_step_and_some_for_the_texts() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = ProgressLines(console_for(stream), FRENCH, clock)
    lines.step("read")
    lines.step("embed")
    for done in range(0, 2001):
        clock.now = 100 + done / 50
        lines.progress(done, 2000)
    lines.step("switch")
    said = stream.getvalue().splitlines()
    assert said[:2] == ["Lecture des articles…", "Calcul des vecteurs…"]
    assert said[2] == "  200 textes sur 2\u202f000, 50 textes/s, encore 40\u00a0s"
    assert said[-2:] == ["  2\u202f000 textes sur 2\u202f000", "Mise en service…"]
    assert len(said) == 3 + LINES


def test_a_pipe_hears_once_that_the_model_is_prepared() -> None:
    stream = io.StringIO()
    with observed(console_for(stream), FRENCH) as observer:
        observer.model(0.1, "weights")
        observer.model(0.9, "graph")
    assert stream.getvalue() == "Préparation du modèle…\n"


def test_a_step_without_a_name_of_its_own_is_shown_as_it_is() -> None:
    stream = io.StringIO()
    ProgressLines(console_for(stream), FRENCH).step("mystère")
    assert stream.getvalue() == "mystère…\n"


def test_every_step_of_a_build_has_its_words() -> None:
    from typing import get_args

    from index.build.builder import BuildStep

    for language in ("fr", "en"):
        assert set(TerminalPhrases.of(language).steps) == set(get_args(BuildStep))


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)


def test_a_person_gets_a_bar_that_is_gone_at_the_end(screen: Console) -> None:
    with observed(screen, FRENCH) as observer:
        assert isinstance(observer, ProgressBar)
        observer.model(0.5, "weights")
        observer.step("embed")
        observer.progress(1, 2)
    file = screen.file
    assert isinstance(file, io.StringIO)
    assert "Calcul des vecteurs" in file.getvalue()
    assert "\x1b[2K" in file.getvalue()


def test_the_bar_says_how_many_how_fast_and_how_long_yet(screen: Console) -> None:
    from bot.terminal.progress import _progress

    clock = Clock()
    with _progress(screen) as progress:
        bar = ProgressBar(progress, FRENCH, clock)
        bar.model(0.25, "weights")
        assert progress.tasks[0].percentage == 25
        bar.step("embed")
        clock.now += 10
        bar.progress(400, 1200)
        assert progress.tasks[0].description == "Calcul des vecteurs"
        assert progress.tasks[0].fields["detail"] == (
            "400 textes sur 1\u202f200, 40 textes/s, encore 20\u00a0s"
        )
        bar.step("write")
        assert progress.tasks[0].fields["detail"] == ""
        assert progress.tasks[0].total is None


def test_the_pace_is_the_one_of_late() -> None:
    """A build that goes on from an interrupted one has most of its vectors at once."""
    stream, clock = io.StringIO(), Clock()
    lines = ProgressLines(console_for(stream), FRENCH, clock)
    lines.step("embed")
    lines.progress(5000, 10000)
    for second in range(1, 121):
        clock.now += 1
        lines.progress(5000 + 10 * second, 10000)
    assert "10 textes/s, encore 7\u00a0min" in stream.getvalue().splitlines()[-1]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_who_asks_for_the_end_is_told_that_it_comes(terminal: bool) -> None:
    stream = io.StringIO()
    screen = Console(file=stream, force_terminal=terminal, width=120, color_system=None)
    with observed(screen, FRENCH, "Arrêt") as observer:
        observer.step("embed")
        observer.stopping()
    assert "Arrêt" in stream.getvalue()


def test_a_pipe_hears_no_count_of_what_is_over_at_once() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = ProgressLines(console_for(stream), FRENCH, clock)
    lines.step("read")
    for done in range(11):
        lines.progress(done, 10)
    assert stream.getvalue() == "Lecture des articles…\n"

"""`selon watch` with real files, a real site and real signals."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.main import run
from index.errors import StoreError
from index.store.files.layout import Layout, build_lock
from index.store.files.opening import open_generation

SECONDS = 20.0


def titles(home: Path) -> set[str]:
    try:
        with open_generation(home / ".selon", model="fake-64", dimension=64) as generation:
            return {entry.title for entry in generation.articles()}
    except StoreError:
        return set()


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def write(folder: Path, title: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{title.lower()}.md"
    text = f"---\ntitle: {title}\n---\n\n{title} tourne depuis 1850, dit-on au bourg."
    path.write_text(text, encoding="utf-8")
    return path


class Scene(threading.Thread):
    """What happens while `selon watch` runs in the main thread; a signal ends it in any case."""

    def __init__(self, acts: Callable[[], None], end: signal.Signals = signal.SIGINT) -> None:
        super().__init__()
        self._acts = acts
        self._end = end
        self.failure: BaseException | None = None
        self.ended_at = 0.0

    def run(self) -> None:
        try:
            self._acts()
        except BaseException as failure:
            self.failure = failure
        self.ended_at = time.monotonic()
        os.kill(os.getpid(), self._end)


def watched(*arguments: str, scene: Scene) -> float:
    """The seconds from the signal to the end."""
    scene.start()
    assert run(["watch", *arguments]) == 0
    took = time.monotonic() - scene.ended_at
    scene.join()
    if scene.failure:
        raise scene.failure
    return took


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_index_follows_a_folder(
    home: Path, capsys: pytest.CaptureFixture[str], end: signal.Signals
) -> None:
    folder = home / "articles"
    moulin = write(folder, "Moulin")

    def acts() -> None:
        assert until(lambda: titles(home) == {"Moulin"})
        time.sleep(0.5)
        write(folder, "Phare")
        assert until(lambda: titles(home) == {"Moulin", "Phare"})
        moulin.unlink()
        assert until(lambda: titles(home) == {"Phare"})

    assert watched(str(folder), scene=Scene(acts, end)) < 60
    out = capsys.readouterr().out.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in out)
    assert [re.sub(r", en .*", "", line[9:]) for line in out] == [
        "À l’affût de 2\u00a0fichiers ou dossiers (Ctrl-C pour arrêter).",
        "Index à jour\u00a0: 1\u00a0article ajouté",
        "Index à jour\u00a0: 1\u00a0article ajouté",
        "Index à jour\u00a0: 1\u00a0retiré",
        "Arrêté.",
    ]


def test_another_builder_is_waited_for(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.terminal.watch.watch.RETRY", 0.1)
    write(home / "articles", "Moulin")
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with build_lock(Layout(Path(".selon")).root):
            held.set()
            free.wait(SECONDS)

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(SECONDS)

    def acts() -> None:
        time.sleep(0.5)
        assert titles(home) == set()
        free.set()
        assert until(lambda: titles(home) == {"Moulin"})

    try:
        watched("articles", scene=Scene(acts))
    finally:
        free.set()
        other.join()
    assert capsys.readouterr().err.count("En attente") == 1


def test_a_build_that_fails_leaves_the_index_and_the_next_change_mends_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "articles"
    write(folder, "Moulin")

    def acts() -> None:
        assert until(lambda: titles(home) == {"Moulin"})
        time.sleep(0.5)
        folder.rename(home / "ailleurs")
        assert until(lambda: "Index inchangé" in _shown(capsys, heard))
        assert titles(home) == {"Moulin"}
        write(home / "ailleurs", "Phare")
        (home / "ailleurs").rename(folder)
        assert until(lambda: titles(home) == {"Moulin", "Phare"})

    heard: list[str] = []
    watched(str(folder), scene=Scene(acts))


def _shown(capsys: pytest.CaptureFixture[str], heard: list[str]) -> str:
    heard.append(capsys.readouterr().err)
    return "".join(heard)


def test_a_build_under_way_is_ended_by_a_signal(
    home: Path, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        write(home / "articles", f"Moulin{number}")
    real = type(embedder).embed_passages  # type: ignore[attr-defined]
    began = threading.Event()

    def slow(self: object, texts: list[str], *, progress: object = None) -> object:
        began.set()
        time.sleep(0.3)
        return real(self, texts, progress=progress)

    monkeypatch.setattr(type(embedder), "embed_passages", slow)
    assert watched("articles", scene=Scene(lambda: began.wait(SECONDS) and None)) < 60


def test_what_cannot_be_watched_is_told_without_its_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["watch", "--feed", "http://moi:secret@a.fr/"]) == 2
    err = capsys.readouterr().err
    assert "http://a.fr\u00a0: elle contient un nom" in err
    assert "secret" not in err
    assert err.count("\n") == 1

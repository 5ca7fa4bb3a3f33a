"""`selon watch` with real files, a real site and real signals."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.main import run
from index.errors import StoreError
from index.models.base import Vectors
from index.store.files.opening import open_generation
from tests.bot.terminal.conftest import Capture
from tests.fakes import FakeEmbedder

SECONDS = 60.0


def titles(home: Path) -> set[str]:
    try:
        with open_generation(home / ".selon") as generation:
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


def watch(arguments: list[str], acts: Callable[[], object], end: signal.Signals) -> None:
    """Let `selon watch` run beside these acts; the signal ends it after them."""
    failures: list[BaseException] = []

    def run_acts() -> None:
        try:
            acts()
        except BaseException as failure:
            failures.append(failure)
        os.kill(os.getpid(), end)

    scene = threading.Thread(target=run_acts)
    scene.start()
    assert run(["watch", *arguments]) == 0
    scene.join()
    assert failures == []


def test_the_index_follows_a_folder(home: Path, capsys: Capture) -> None:
    folder = home / "articles"
    moulin = write(folder, "Moulin")

    def acts() -> None:
        assert until(lambda: titles(home) == {"Moulin"})
        write(folder, "Phare")
        assert until(lambda: titles(home) == {"Moulin", "Phare"})
        moulin.unlink()
        assert until(lambda: titles(home) == {"Phare"})

    watch([str(folder)], acts, signal.SIGINT)
    out = capsys.readouterr().out.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in out)
    assert [re.sub(r", en .*", "", line[9:]) for line in out] == [
        "À l’affût de 2\u00a0fichiers ou dossiers (Ctrl-C pour arrêter).",
        "Index à jour\u00a0: 1\u00a0article ajouté",
        "Index à jour\u00a0: 1\u00a0article ajouté",
        "Index à jour\u00a0: 1\u00a0retiré",
        "Arrêté.",
    ]


def test_a_build_under_way_is_ended_by_a_signal(
    home: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        write(home / "articles", f"Moulin{number}")
    embed, began = embedder.embed_passages, threading.Event()

    def embed_slowly(texts: Sequence[str], **options: object) -> Vectors:
        began.set()
        time.sleep(0.3)
        return embed(texts, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(embedder, "embed_passages", embed_slowly)
    watch(["articles"], lambda: began.wait(SECONDS), signal.SIGTERM)
    assert titles(home) == set()


def test_an_embargo_ends_without_a_change(home: Path) -> None:
    end = datetime.now(UTC) + timedelta(seconds=4)
    path = write(home / "articles", "Phare")
    text = path.read_text(encoding="utf-8").replace("title:", f"date: {end.isoformat()}\ntitle:")
    path.write_text(text, encoding="utf-8")
    write(home / "articles", "Moulin")

    def acts() -> None:
        assert until(lambda: titles(home) == {"Moulin"})
        assert datetime.now(UTC) < end
        assert until(lambda: titles(home) == {"Moulin", "Phare"})
        assert datetime.now(UTC) >= end

    watch([str(home / "articles")], acts, signal.SIGTERM)

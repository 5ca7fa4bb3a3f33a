"""`selon watch` with real files, a real site and real signals."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.main import run
from bot.terminal.watch.watch import parse_duration
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


def test_what_cannot_be_watched_is_told_without_its_secret(capsys: Capture) -> None:
    assert run(["watch", "--feed", "http://moi:secret@a.fr/"]) == 2
    err = capsys.readouterr().err
    assert "http://a.fr\u00a0: elle contient un nom" in err
    assert "secret" not in err
    assert err.count("\n") == 1


def test_a_duration_is_read_and_what_is_none_refused() -> None:
    read = {
        duration: parse_duration(duration) for duration in ("90s", "15 min", "1h30m", "1,5h", "2D")
    }
    assert read == {"90s": 90, "15 min": 900, "1h30m": 5400, "1,5h": 5400, "2D": 172800}
    for text in ("", "15", "m", "9s", "0h", "-5m", "31d", "5m?", "1e9s", "15m x"):
        with pytest.raises(ValueError, match=r"no duration|between"):
            parse_duration(text)

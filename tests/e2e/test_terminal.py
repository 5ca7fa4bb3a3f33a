"""The command `selon` as a person runs it: real processes, the real model, a real index."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.build.builder import build
from index.models.base import Embedder
from tests.e2e.test_selon_bot import environment as service_environment

ARTICLES = {
    "orphee.md": """\
---
title: Le modèle Orphée
author: Camille Roche
published: 2025-08-29
url: https://exemple.fr/orphee
language: fr
---

L’institut Verdier a présenté le modèle Orphée. Il alimente le journal parlé de la radio publique.

L’entraînement d’Orphée a demandé 15 000 puces pendant trois mois.
""",
    "phare.txt": """\
Le phare de Sainte-Anne

Le phare de Sainte-Anne mesure quarante-deux mètres. Il a été allumé pour la première fois en 1864.
""",
}
PROMPT = "selon>"
SELON = (sys.executable, "-c", "from bot.main import main; main()")


@dataclass(frozen=True)
class Home:
    """A folder with articles and their index."""

    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = service_environment()
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
            kept.pop(name, None)
        return kept | {"TERM": "xterm-256color"} | more


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    (home.folder / "corpus").mkdir()
    for name, text in ARTICLES.items():
        (home.folder / "corpus" / name).write_text(text, encoding="utf-8")
    build([home.folder / "corpus"], home.folder / ".selon", bundled)
    return home


class Screen:
    """A terminal with `selon chat` in it: what is typed, and what is then to be read."""

    def __init__(self, home: Home, **environment: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [*SELON, "chat"],
            cwd=home.folder,
            env=home.environment(PROMPT_TOOLKIT_NO_CPR="1", **environment),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""
        self._seen = 0

    @property
    def text(self) -> str:
        """Everything shown so far, without the codes that move and colour."""
        plain = re.sub(
            rb"\x1b\][^\x1b\x07]*(\x1b\\|\x07)|\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]", b"", self.raw
        )
        return plain.decode("utf-8", "replace")

    def types(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def waits_for(self, text: str, seconds: float = 60) -> None:
        """Read until this stands after what was waited for before."""
        end = time.monotonic() + seconds
        while text not in self.text[self._seen :]:
            assert time.monotonic() < end, f"{text!r} is not in {self.text!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.raw += os.read(self._master, 65536)
                except OSError:
                    assert text in self.text[self._seen :], self.text
        self._seen = self.text.index(text, self._seen) + len(text)

    def ends(self) -> int:
        """The exit code, everything shown until then being read."""
        while self._process.poll() is None or select.select([self._master], [], [], 0)[0]:
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.raw += os.read(self._master, 65536)
                except OSError:
                    break
        return self._process.wait(30)

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait(30)
        os.close(self._master)


@pytest.fixture
def screens(home: Home) -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


def test_a_conversation_at_a_terminal(home: Home, screens: list[Screen]) -> None:
    screen = Screen(home)
    screens.append(screen)
    screen.waits_for(PROMPT)
    assert "2 articles" in screen.text
    screen.types("Combien de puces pour Orphée ?\r")
    screen.waits_for("par Camille Roche, 29 août 2025")
    assert "15 000 puces" in screen.text
    screen.waits_for(PROMPT)
    screen.types("brouillon")
    screen.waits_for("brouillon")
    screen.types("\x03")
    screen.waits_for(PROMPT)
    screen.types("/passage 1\r")
    screen.waits_for("trois mois")
    screen.waits_for(PROMPT)
    screen.types("\x04")
    screen.waits_for("Au revoir.")
    assert screen.ends() == 0
    assert b"\x1b[" in screen.raw
    history = home.folder / ".selon" / "history"
    assert "Combien de puces pour Orphée ?" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0

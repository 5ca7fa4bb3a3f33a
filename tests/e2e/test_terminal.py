"""`selon chat` at a real terminal: a real process, the real model, a real index."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.e2e.chat_models import Library
from tests.e2e.test_selon_bot import SELON, environment

PROMPT = "selon>"
CODES = rb"\x1b\][^\x1b\x07]*(\x1b\\|\x07)|\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]"


class Screen:
    """A terminal with a process in it: what is typed, and what is then to be read."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self._process, self._master = process, master
        self.raw = b""
        self._seen = 0

    @property
    def text(self) -> str:
        """Everything shown so far, without the codes that move and colour."""
        return re.sub(CODES, b"", self.raw).decode("utf-8", "replace")

    def types(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def waits_for(self, text: str) -> None:
        """Read until this stands after what was waited for before."""
        end = time.monotonic() + 60
        while text not in self.text[self._seen :]:
            goes_on = self._read() and time.monotonic() < end
            assert goes_on, f"{text!r} is not in {self.text!r}"
        self._seen = self.text.index(text, self._seen) + len(text)

    def ends(self) -> int:
        """The exit code, everything shown until then being read."""
        while self._process.poll() is None or select.select([self._master], [], [], 0)[0]:
            if not self._read():
                break
        return self._process.wait(30)

    def _read(self) -> bool:
        if select.select([self._master], [], [], 0.1)[0]:
            try:
                self.raw += os.read(self._master, 65536)
            except OSError:
                return False
        return True


@pytest.fixture
def screen(shelf: Library) -> Iterator[Screen]:
    master, slave = pty.openpty()
    own = {"SELON_DATA_DIR": str(shelf.data_dir), "TERM": "xterm-256color"}
    env = environment(PROMPT_TOOLKIT_NO_CPR="1", **own)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        env.pop(name, None)
    with subprocess.Popen(
        [*SELON, "chat"], env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    ) as process:
        os.close(slave)
        yield Screen(process, master)
        process.kill()
    os.close(master)


def test_a_conversation_at_a_terminal(screen: Screen, shelf: Library) -> None:
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
    history = shelf.data_dir / "history"
    assert "Combien de puces pour Orphée ?" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0

"""Speech without sound, for tests of what is done with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bot.audio import Recording, SpokenLine, Transcript, no_names
from bot.errors import SpeechError

QUESTION = "Qui a inventé la lentille à échelons de Cordouan ?"


class HeardSpeech:
    """A speech service that hears what a test says, and records what it is made to say."""

    speaks = hears = True

    def __init__(self, folder: Path, *, slow: bool = False) -> None:
        self.words: str | SpeechError = QUESTION
        self.names = ""
        self.doubtful = False
        self.said: list[SpokenLine] = []
        self.ahead: list[SpokenLine] = []
        self.made_ready = threading.Event()
        self.slow = slow
        self.problem: SpeechError | None = None
        self.began, self.may_begin, self.may_end = (threading.Event() for _ in range(3))
        self.may_begin.set()
        self.may_end.set()

    def hear(self, path: Path, names_for: Callable[[str], str] = no_names) -> Transcript:
        if isinstance(self.words, SpeechError):
            raise self.words
        self.names = names_for(self.words) if self.words else ""
        return Transcript(self.words, "fr", self.doubtful)

    def pause(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        pass

    def say_ahead(self, lines: Sequence[SpokenLine]) -> None:
        self.ahead += lines
        self.made_ready.set()

    def record(
        self,
        lines: Sequence[SpokenLine],
        out: Path,
        form: object = "ogg",
        *,
        title: str = "",
        speed: float = 1.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        self.said += lines
        self.began.set()
        self.may_begin.wait(60)
        if self.problem is not None:
            raise self.problem
        for done in range(100 if self.slow else 1):
            time.sleep(0.1 if self.slow else 0)
            if progress is not None:
                progress(done, 100)
        self.may_end.wait(60)
        out.write_bytes(b"OggS spoken")
        return Recording(out, 1.0, (0.0,) * len(lines))

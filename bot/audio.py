"""The protocol of speech synthesis and recognition.

`bot.speech` implements it; other packages receive a `SpeechService` and never import that one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot.errors import UsageError

SpeechLanguage = Literal["fr", "en"]
# Languages with a voice; any language can be transcribed.
SPEECH_LANGUAGES: tuple[SpeechLanguage, ...] = ("fr", "en")

Speaker = Literal["first", "second"]
AudioFormat = Literal["ogg", "mp3"]


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """Text to read without a break.

    `chapter` is the title of a chapter that begins here; `pause` is in seconds, after the line.
    """

    text: str
    language: SpeechLanguage
    speaker: Speaker = "first"
    chapter: str = ""
    pause: float = 0.4


@dataclass(frozen=True, slots=True)
class Recording:
    """An audio file; `starts` are the start times of its lines, in seconds."""

    path: Path
    seconds: float
    starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of a recording, "" without speech; `doubtful` if they are probably wrong."""

    text: str
    language: str
    doubtful: bool = False


def no_names(heard: str) -> str:
    return ""


class SpeechService(Protocol):
    """A voice and a recogniser. Thread-safe; every method but `close` blocks."""

    @property
    def speaks(self) -> bool: ...

    @property
    def hears(self) -> bool: ...

    def hear(self, path: Path, names_for: Callable[[str], str] = no_names) -> Transcript:
        """Transcribe a recording, once more with the names that `names_for` expects to be heard in
        the first transcript. Raises SpeechError."""
        ...

    def record(
        self,
        lines: Sequence[SpokenLine],
        out: Path,
        form: AudioFormat = "ogg",
        *,
        title: str = "",
        speed: float = 1.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """Read lines into one audio file. Raises SpeechError.

        `progress` receives the number of lines done and their total, and may raise to cancel.
        """
        ...

    def say_ahead(self, lines: Sequence[SpokenLine]) -> None:
        """Synthesise lines into the cache, to be recorded soon."""
        ...

    def pause(self) -> AbstractContextManager[None]:
        """Suspend speech work within a block, in favour of answers."""
        ...

    def close(self) -> None: ...


def audio_format(path: Path) -> AudioFormat:
    """The audio format of a file name. Raises UsageError."""
    formats: dict[str, AudioFormat] = {".ogg": "ogg", ".mp3": "mp3"}
    form = formats.get(path.suffix.lower())
    if form is None:
        raise UsageError("file-suffix", path=path, suffixes=tuple(formats))
    return form

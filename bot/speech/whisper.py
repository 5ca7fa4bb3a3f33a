"""The bundled recogniser: Whisper base by faster-whisper, int8."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from bot.errors import SpeechError
from bot.speech.base import Sound, Transcript
from bot.speech.weights import whisper_model

RATE = 16_000
_DOUBT = -1.0
"""Mean logarithm of the probability of a segment's words; one below it was likely never said."""

_NOT_SPEECH = 0.6
_REPEATED = 2.4  # how far a segment's text can be compressed: above, it says one thing again


class WhisperRecogniser:
    """Hears any language that Whisper knows. `model` is a folder (None: the bundled one)."""

    def __init__(self, cache_dir: Path, model: Path | None = None, threads: int = 1) -> None:
        self._cache_dir, self._folder, self._threads = cache_dir, model, threads

    def hear(self, sound: Sound, *, names: str = "", language: str | None = None) -> Transcript:
        """See `Recogniser`. Raises SpeechError."""
        segments, info = self._model.transcribe(
            sound.samples,
            language=language,
            beam_size=5,
            vad_filter=True,
            condition_on_previous_text=False,
            initial_prompt=names or None,
        )
        heard = [
            segment.text.strip()
            for segment in segments
            if segment.avg_logprob > _DOUBT
            and segment.no_speech_prob < _NOT_SPEECH
            and segment.compression_ratio < _REPEATED
        ]
        return Transcript(" ".join(heard).strip(), info.language)

    @cached_property
    def _model(self) -> Any:
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise SpeechError("speech-not-installed", package="faster-whisper") from error
        folder = self._folder or whisper_model(self._cache_dir)
        try:
            return WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise SpeechError("speech-model-damaged", folder=folder) from error

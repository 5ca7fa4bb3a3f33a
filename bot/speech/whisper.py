"""The bundled recogniser: Whisper base by faster-whisper, int8."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from bot.audio import SPEECH_LANGUAGES, Transcript
from bot.errors import SpeechError
from bot.speech.base import Sound
from bot.speech.weights import whisper_model

RATE = 16_000
# Mean logarithm of the probability of a segment's words; one below it was likely never said.
_DOUBT = -1.0
# Probability from which a language is believed that Selon's readers hardly speak: noise makes many
# likely.
_FOREIGN = 0.7
# Tried in turn where what was written is unlikely; above, it is made up.
_TEMPERATURES = (0.0, 0.2, 0.4)
_NOT_SPEECH = 0.6
_REPEATED = 2.4  # how far a segment's text can be compressed: above, it says one thing again


class WhisperRecogniser:
    """Hears any language that Whisper knows. `model` is a folder (None: the bundled one)."""

    def __init__(self, model: Path | None = None, threads: int = 1) -> None:
        self._folder, self._threads = model, threads

    def hear(self, sound: Sound, *, names: str = "", language: str | None = None) -> Transcript:
        """See `Recogniser`. Raises SpeechError."""
        transcribe = partial(
            self._model.transcribe,
            sound.samples,
            beam_size=5,
            temperature=_TEMPERATURES,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        segments, info = transcribe(language=language, initial_prompt=names or None)
        if language is None and info.language not in SPEECH_LANGUAGES:
            likely = dict(info.all_language_probs or ())
            if info.language_probability < _FOREIGN:  # nothing is written yet
                language = max(SPEECH_LANGUAGES, key=lambda code: likely.get(code, 0.0))
                segments, info = transcribe(language=language, initial_prompt=names or None)
        text = _spoken(segments)
        if not text and names:  # over noise it may say the names again and again
            text = _spoken(transcribe(language=info.language)[0])
        return Transcript(text, info.language)

    @cached_property
    def _model(self) -> Any:
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise SpeechError("speech-not-installed", package="faster-whisper") from error
        folder = str(self._folder or "whisper-base")
        files = None if self._folder else whisper_model()
        try:
            return WhisperModel(
                folder,
                files=files,
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise SpeechError("speech-model-damaged", folder=folder) from error


def _spoken(segments: Iterable[Any]) -> str:
    """What was likely said."""
    heard = [
        segment.text.strip()
        for segment in segments
        if segment.avg_logprob > _DOUBT
        and segment.no_speech_prob < _NOT_SPEECH
        and segment.compression_ratio < _REPEATED
    ]
    return " ".join(heard).strip()

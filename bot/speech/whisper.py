"""The bundled recogniser: Whisper base, int8, on faster-whisper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from bot.audio import SPEECH_LANGUAGES, Transcript
from bot.errors import SpeechError
from bot.speech.base import Sound
from bot.speech.names import is_latin
from bot.speech.weights import whisper_model

# Mean log probabilities of a segment's words below which it was probably not said, or misheard.
_UNSAID, _DOUBT = -1.0, -0.45
# Minimum probability of languages that are rare among Selon's readers: noise often looks like
# one.
_FOREIGN = 0.7
# Tried in turn if the transcript is improbable; at higher values, it is invented.
_TEMPERATURES = (0.0, 0.2, 0.4)
_NOT_SPEECH = 0.6
_REPETITION_RATIO = 2.4  # compression ratio of a segment's text, above which it is a repetition


class WhisperRecogniser:
    """Recognises any language of Whisper. `model` is a folder, by default the bundled one."""

    def __init__(self, model: Path | None = None, threads: int = 1) -> None:
        self._folder, self._threads = model, threads

    def hear(self, sound: Sound, *, names: str = "") -> Transcript:
        """See `Recogniser`. Raises SpeechError."""
        transcribe = partial(
            self._model.transcribe,
            sound.samples,
            beam_size=5,
            temperature=_TEMPERATURES,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        segments, info = transcribe(initial_prompt=names or None)
        spoken_language = _believed_language(info)
        foreign = spoken_language not in SPEECH_LANGUAGES
        if spoken_language != info.language:  # no segment is decoded yet
            segments, _ = transcribe(language=spoken_language, initial_prompt=names or None)
        speech = _select_speech(segments)
        text = _text(speech)
        if not foreign and not is_latin(text):
            text = ""  # noise
        doubtful = bool(text) and (foreign or _is_doubtful(speech))
        return Transcript(text, spoken_language, doubtful)

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


def _believed_language(info: Any) -> str:
    likely = dict(info.all_language_probs or ())
    if info.language in SPEECH_LANGUAGES or info.language_probability >= _FOREIGN:
        return str(info.language)
    return max(SPEECH_LANGUAGES, key=lambda code: likely.get(code, 0.0))


def _select_speech(segments: Iterable[Any]) -> list[Any]:
    """Keep the segments that were probably said."""
    return [
        segment
        for segment in segments
        if segment.avg_logprob > _UNSAID
        and segment.no_speech_prob < _NOT_SPEECH
        and segment.compression_ratio < _REPETITION_RATIO
    ]


def _text(segments: Iterable[Any]) -> str:
    return " ".join(segment.text.strip() for segment in segments).strip()


def _is_doubtful(segments: Sequence[Any]) -> bool:
    return min((segment.avg_logprob for segment in segments), default=0.0) < _DOUBT

"""The bundled recogniser: Whisper base by faster-whisper, int8."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from bot.audio import SPEECH_LANGUAGES, Transcript
from bot.errors import SpeechError
from bot.speech.base import Sound
from bot.speech.weights import whisper_model

RATE = 16_000
# Mean logarithms of the probability of a segment's words: likely never said, likely misheard.
_UNSAID, _DOUBT = -1.0, -0.6
_SHORTEST_ECHO = 3  # words
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
        prompt = names or None
        segments, info = transcribe(language=language, initial_prompt=prompt)
        if language is None and info.language not in SPEECH_LANGUAGES:
            likely = dict(info.all_language_probs or ())
            if info.language_probability < _FOREIGN:  # nothing is written yet
                language = max(SPEECH_LANGUAGES, key=lambda code: likely.get(code, 0.0))
            else:
                language, prompt = info.language, None
            segments, info = transcribe(language=language, initial_prompt=prompt)
        spoken = _spoken(segments)
        if prompt and (not spoken or _echoes(_text(spoken), prompt)):
            spoken = _spoken(transcribe(language=info.language)[0])
        text = _text(spoken)
        foreign = info.language not in SPEECH_LANGUAGES
        if not foreign and not _is_latin(text):
            text = ""
        return Transcript(text, info.language, bool(text) and (foreign or _is_doubtful(spoken)))

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


def _spoken(segments: Iterable[Any]) -> list[Any]:
    """The segments that were likely said."""
    return [
        segment
        for segment in segments
        if segment.avg_logprob > _UNSAID
        and segment.no_speech_prob < _NOT_SPEECH
        and segment.compression_ratio < _REPEATED
    ]


def _text(segments: Iterable[Any]) -> str:
    return " ".join(segment.text.strip() for segment in segments).strip()


def _is_doubtful(segments: Sequence[Any]) -> bool:
    return min((segment.avg_logprob for segment in segments), default=0.0) < _DOUBT


def _echoes(text: str, prompt: str) -> bool:
    """True if most of the text stands in the prompt in the same order: noise makes the recogniser
    repeat what it was told to expect."""
    words, expected = (re.findall(r"\w+", each.lower()) for each in (text, prompt))
    run = SequenceMatcher(None, words, expected, autojunk=False).find_longest_match().size
    return run >= _SHORTEST_ECHO and 4 * run >= 3 * len(words)


def _is_latin(text: str) -> bool:
    letters = [each for each in text if each.isalpha()]
    latin = sum(unicodedata.name(each, "").startswith("LATIN") for each in letters)
    return 2 * latin >= len(letters)

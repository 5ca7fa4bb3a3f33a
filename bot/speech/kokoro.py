"""The bundled voices: Kokoro-82M, int8, on ONNX Runtime.

Input, according to the model card: at most 510 phoneme IDs between two zeros; a style vector of 256
numbers, which depends on the voice and the number of phonemes; a speed. Output: sound at 24 kHz.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.audio import Speaker, SpeechLanguage
from bot.errors import SpeechError
from bot.speech.base import Samples, Sound
from bot.speech.phonemes import phonemes
from bot.speech.spoken_text import spoken_words
from bot.speech.weights import kokoro_model

RATE = 24_000
_MOST = 500  # ids at once
_PAUSE = {".": 0.35, "!": 0.35, "?": 0.4, "…": 0.4, ";": 0.25, ":": 0.25, ",": 0.12}
_SILENCE = 0.01  # of the peak: quieter sound at both ends is trimmed
_MARGIN = 0.03  # seconds of silence to leave
_STYLE_WIDTH = 256
# Sounds with a single symbol in the model's alphabet.
_JOINED = (("tʃ", "ʧ"), ("dʒ", "ʤ"), ("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("ɔɪ", "Y"))
_JOINED_EN = (*_JOINED, ("əʊ", "Q"), ("oʊ", "O"))


class KokoroVoice:
    """Two voices each for French and English. With `threads` 0, uses all cores."""

    def __init__(self, model: Path | None = None, threads: int = 1) -> None:
        """`model` is a folder with `model.onnx` and `voices.npz` (None: the bundled ones)."""
        self._model, self._threads = model, threads

    def say(
        self, text: str, language: SpeechLanguage, *, speaker: Speaker = "first", speed: float = 1.0
    ) -> Sound:
        """See `Voice`. Raises SpeechError."""
        ids = self._ids(phonemes(spoken_words(text, language), language), language)
        style = self._styles[f"{language}-{speaker}"]
        pieces: list[Samples] = []
        for part in _parts(ids, self._pauses):
            sound = self._run(part, style[min(len(part), len(style)) - 1], speed)
            pause = self._pauses.get(part[-1], 0.1)
            pieces += [_trim(sound), np.zeros(round(RATE * pause / speed), np.float32)]
        return Sound(np.concatenate(pieces) if pieces else np.zeros(0, np.float32), RATE)

    def _run(self, ids: list[int], style: Samples, speed: float) -> Samples:
        (sound,) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *ids, 0]], np.int64),
                "style": style.reshape(1, _STYLE_WIDTH).astype(np.float32),
                "speed": np.array([speed], np.float32),
            },
        )
        return np.asarray(sound, np.float32).reshape(-1)

    def _ids(self, sounds: str, language: SpeechLanguage) -> list[int]:
        for pair, sign in _JOINED_EN if language == "en" else _JOINED:
            sounds = sounds.replace(pair, sign)
        return [self._symbols[sound] for sound in sounds if sound in self._symbols]

    @cached_property
    def _symbols(self) -> dict[str, int]:
        path = Path(__file__).with_name("kokoro_symbols.json")
        symbols: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
        return symbols

    @cached_property
    def _pauses(self) -> dict[int, float]:
        return {self._symbols[mark]: seconds for mark, seconds in _PAUSE.items()}

    @cached_property
    def _styles(self) -> dict[str, Samples]:
        bundled_path = Path(__file__).with_name("kokoro_voices.npz")
        path = self._model / "voices.npz" if self._model else bundled_path
        try:
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except (OSError, ValueError) as error:
            raise SpeechError("speech-model-damaged", folder=path.parent) from error

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        # Both make loading a third faster, at no later cost.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.add_session_config_entry("session.disable_prepacking", "1")
        # Spinning threads use a third of the CPU and save no time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = self._model / "model.onnx" if self._model else kokoro_model()
        try:
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's own exceptions have no common base
            folder = self._model or "kokoro"
            raise SpeechError("speech-model-damaged", folder=folder) from error


def _parts(ids: list[int], pauses: dict[int, float]) -> list[list[int]]:
    """Split the IDs into parts for the model, after the last pause that fits."""
    parts = []
    while len(ids) > _MOST:
        end = max((at for at in range(_MOST) if ids[at] in pauses), default=0)
        end = end + 1 if end > _MOST // 4 else _MOST
        parts.append(ids[:end])
        ids = ids[end:]
    return [*parts, ids] if ids else parts


def _trim(sound: Samples) -> Samples:
    """Remove silence at both ends."""
    loud = np.flatnonzero(np.abs(sound) > _SILENCE * max(float(np.abs(sound).max()), 1e-6))
    if not len(loud):
        return sound[:0]
    margin = round(_MARGIN * RATE)
    return sound[max(loud[0] - margin, 0) : loud[-1] + margin]

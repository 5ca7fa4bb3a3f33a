"""Protocols of voices and recognisers."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.audio import Speaker, SpeechLanguage, Transcript

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One channel of samples between -1 and 1, at `rate` per second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def as_pcm(sound: Sound) -> bytes:
    """16-bit samples, little-endian."""
    return (sound.samples * 32_767).clip(-32_768, 32_767).astype("<i2").tobytes()


def wave_header(rate: int) -> bytes:
    """The header of a WAV file of one 16-bit channel and unknown length."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"")
    head, endless = buffer.getvalue(), b"\xff\xff\xff\xff"
    return head[:4] + endless + head[8:-4] + endless


class Voice(Protocol):
    """Reads a text aloud. CPU-bound; not thread-safe."""

    def say(
        self, text: str, language: SpeechLanguage, *, speaker: Speaker = "first", speed: float = 1.0
    ) -> Sound:
        """Synthesize a text; `speed` is from 0.5 to 2. Raises SpeechError."""
        ...


class Recogniser(Protocol):
    """Transcribes speech. CPU-bound."""

    def hear(self, sound: Sound, *, names: str = "") -> Transcript:
        """Transcribe a recording at 16 kHz. `names` are words that it probably
        contains. Raises SpeechError."""
        ...

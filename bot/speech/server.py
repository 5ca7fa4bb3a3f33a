"""Client of OpenAI-compatible speech servers: `/v1/audio/speech`, `/v1/audio/transcriptions`."""

from __future__ import annotations

import asyncio
import io
import json
import wave
from typing import Any

import httpx2
import numpy as np

from bot.audio import Speaker, SpeechLanguage, Transcript
from bot.errors import SpeechError
from bot.speech.base import Sound, as_wave
from index.errors import Words, reason_of

_SECONDS = 100.0  # of a request, in addition to the duration of its sound
_CHARACTERS_PER_SECOND = 10.0  # of slow speech
_VOICE_MODEL, _HEARING_MODEL = "tts-1", "whisper-1"
_VOICES: dict[Speaker, str] = {"first": "nova", "second": "onyx"}
_MOST_BYTES = 200 << 20
_BUSY = (429, 503)  # HTTP statuses
_CHANNELS, _RATES = range(1, 9), range(8_000, 192_001)


class SpeechServer:
    """A voice and a recogniser. `url` is without `/v1`; `key` may be empty."""

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/").removesuffix("/v1")
        self._client = httpx2.AsyncClient(headers=headers, timeout=None)
        self._runner = asyncio.Runner()

    def say(
        self, text: str, language: SpeechLanguage, *, speaker: Speaker = "first", speed: float = 1.0
    ) -> Sound:
        """See `Voice`. Raises SpeechError."""
        answer = self._post(
            "speech",
            len(text) / _CHARACTERS_PER_SECOND / speed,
            json={
                "model": _VOICE_MODEL,
                "voice": _VOICES[speaker],
                "input": text,
                "response_format": "wav",
                "speed": speed,
            },
        )
        return _wave(answer, self._url)

    def hear(self, sound: Sound, *, names: str = "") -> Transcript:
        """See `Recogniser`. Raises SpeechError."""
        form = {"model": _HEARING_MODEL, "response_format": "verbose_json", "prompt": names}
        file = ("question.wav", as_wave(sound))
        answer = self._post("transcriptions", sound.seconds, data=form, files={"file": file})
        try:
            reply: dict[str, Any] = json.loads(answer)
            return Transcript(str.strip(reply["text"]), str(reply.get("language") or "")[:2])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SpeechError("speech-server-answer", url=self._url) from error

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def _post(self, path: str, duration: float, **fields: Any) -> bytes:
        """Post a request and read the response up to its size limit; `duration` is that of its
        sound, in seconds."""
        try:
            return self._runner.run(self._fetch(path, _SECONDS + duration, **fields))
        except httpx2.HTTPStatusError as error:
            status = error.response.status_code
            if status in _BUSY:
                raise SpeechError("speech-server-busy", status=status) from error
            raise SpeechError("speech-server-status", url=self._url, status=status) from error
        except TimeoutError as error:
            reason = Words("Connection timed out")
            raise SpeechError("speech-server", url=self._url, reason=reason) from error
        except httpx2.HTTPError as error:
            raise SpeechError("speech-server", url=self._url, reason=reason_of(error)) from error

    async def _fetch(self, path: str, seconds: float, **fields: Any) -> bytes:
        content, url = bytearray(), f"{self._url}/v1/audio/{path}"
        async with asyncio.timeout(seconds), self._client.stream("POST", url, **fields) as answer:
            answer.raise_for_status()
            async for block in answer.aiter_bytes():
                content += block
                if len(content) > _MOST_BYTES:
                    raise SpeechError("speech-server-answer", url=self._url)
        return bytes(content)


def _wave(content: bytes, url: str) -> Sound:
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise wave.Error("not of 16 bits")
            channels, rate, count = file.getnchannels(), file.getframerate(), file.getnframes()
            frames = file.readframes(count)
        if not (channels in _CHANNELS and rate in _RATES):
            raise wave.Error("not a voice")
        size = 2 * channels
        # The header of a stream announces far more than there is.
        if len(frames) < size or len(frames) < count * size <= _MOST_BYTES:
            raise wave.Error("not whole")
    except (wave.Error, EOFError, RuntimeError) as error:
        raise SpeechError("speech-server-answer", url=url) from error
    samples = np.frombuffer(frames[: len(frames) // size * size], "<i2")
    mono = samples.reshape(-1, channels).mean(axis=1)
    return Sound((mono / 32_768).astype(np.float32), rate)

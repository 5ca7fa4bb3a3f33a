"""The speech process: serves one request at a time, at low priority.

Its memory is limited, and so is the time of each request, so that malicious recordings can only
harm this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import SpeechError
from bot.speech.audio import HEARD_RATE, ChapterMark, read_sound, write_sound
from bot.speech.base import Sound
from bot.speech.factory import SpeechModels, open_recogniser, open_voice
from index.processes import end_with_owner, limit_process, memory_status

NICENESS = 19
# Bytes of address space, in addition to those at the start; both models use a fifth of them.
MEMORY = 4 << 30
_NO_SOUND = Sound(np.zeros(0, np.float32), HEARD_RATE)


def main() -> None:
    """Serve requests from standard input, one JSON object per line, after a first line with the
    `SpeechModels`."""
    end_with_owner()
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries must not write into the replies
    models = json.loads(sys.stdin.buffer.readline())
    machine = Machine(SpeechModels(**models))
    limit_process("RLIMIT_CORE", 0)
    if data := memory_status("VmData"):
        limit_process("RLIMIT_DATA", data + MEMORY)
    for line in sys.stdin.buffer:
        try:
            reply = machine.do(json.loads(line))
        except SpeechError as error:
            reply = {"problem": error.problem.as_json()}
        except (MemoryError, RuntimeError):  # raised by native libraries when out of memory
            reply = {"problem": SpeechError("speech-too-heavy").problem.as_json()}
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


class Machine:
    """Executes requests; models are loaded on first use."""

    def __init__(self, models: SpeechModels) -> None:
        self._voice = open_voice(models)
        self._recogniser = open_recogniser(models)
        self._sound = _NO_SOUND

    def do(self, request: dict[str, Any]) -> dict[str, Any]:
        """Execute one request. Raises SpeechError."""
        match request.pop("do"):
            case "say":
                return self._say(**request)
            case "read":
                return self._read(**request)
            case "hear":
                return self._hear(**request)
            case _:
                return _join(**request)

    def _say(
        self, text: str, language: Any, speaker: Any, speed: float, out: str
    ) -> dict[str, Any]:
        sound = self._voice.say(text, language, speaker=speaker, speed=speed)
        try:
            with Path(out).open("wb") as file:
                np.save(file, (sound.samples * 32_767).clip(-32_768, 32_767).astype(np.int16))
        except OSError as error:
            raise SpeechError("speech-not-written", path=str(Path(out).parent)) from error
        return {"rate": sound.rate, "seconds": sound.seconds}

    def _read(self, path: str, most: float) -> dict[str, Any]:
        self._sound = read_sound(Path(path), most_seconds=most)
        return {"seconds": self._sound.seconds}

    def _hear(self, names: str) -> dict[str, Any]:
        """Transcribe the recording that was read last."""
        if not len(self._sound.samples):  # the process that read it died
            raise SpeechError("speech-crash")
        return asdict(self._recogniser.hear(self._sound, names=names))


def _join(pieces: list[Any], rate: int, out: str, form: Any, title: str) -> dict[str, Any]:
    """Join pieces, given as (file, seconds of silence after it, chapter title), into one file."""
    sounds, chapters, at = [], [], 0
    for path, silence, chapter in pieces:
        if chapter:
            chapters.append(ChapterMark(chapter, at / rate))
        piece = np.load(path, allow_pickle=False).astype(np.float32) / 32_767
        sounds += [piece, np.zeros(round(silence * rate), np.float32)]
        at += len(piece) + len(sounds[-1])
    sound = Sound(np.concatenate(sounds), rate)
    write_sound(sound, Path(out), form, title=title, chapters=chapters)
    return {"seconds": sound.seconds}


if __name__ == "__main__":
    main()

"""The speech service: synthesis and recognition in another process, with a cache."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.audio import AudioFormat, Recording, SpokenLine, Transcript, no_names
from bot.errors import SpeechError
from bot.settings import Settings
from bot.speech.factory import SpeechModels
from bot.speech.names import hear_twice
from index.errors import Problem
from index.models.bundled.embedder import cores
from index.processes import HelperProcess, helper_environment, module_command

if TYPE_CHECKING:
    from bot.speech.base import Sound

LONGEST_SECONDS = 600.0  # maximum length of a recording to transcribe
_SAY_SECONDS, _READ_SECONDS, _HEAR_SECONDS, _JOIN_SECONDS = 600.0, 60.0, 600.0, 600.0
KEPT_BYTES = 400 << 20  # size of the cache of spoken lines; the oldest are evicted


class SpeechProcess:
    """Uses one child process, started on first use. Thread-safe."""

    def __init__(self, models: SpeechModels, folder: Path) -> None:
        self._models, self._folder = models, folder
        self._lock = threading.Lock()
        self._process: HelperProcess | None = None
        self._pause_lock = threading.Lock()
        self._pauses = 0  # in progress

    @cached_property
    def speaks(self) -> bool:
        return self._models.speaks

    @cached_property
    def hears(self) -> bool:
        return self._models.hears

    def hear(self, path: Path, names_for: Callable[[str], str] = no_names) -> Transcript:
        """See `SpeechService`. Raises SpeechError."""
        with self._lock:
            self._exchange(_READ_SECONDS, do="read", path=str(path), most=LONGEST_SECONDS)
            return hear_twice(
                lambda names: Transcript(**self._exchange(_HEAR_SECONDS, do="hear", names=names)),
                names_for,
            )

    def record(
        self,
        lines: Sequence[SpokenLine],
        out: Path,
        form: AudioFormat = "ogg",
        *,
        title: str = "",
        speed: float = 1.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """Record lines into one file, reusing cached ones.

        Other requests may run between lines. `progress` is called with the number of completed
        lines and their total; an exception from it aborts the recording. Raises SpeechError.
        """
        pieces: list[tuple[str, float, str]] = []
        starts: list[float] = []
        at, rate = 0.0, 0
        for number, line in enumerate(lines):
            path, rate, seconds = self._line(line, speed)
            pieces.append((str(path), line.pause, line.chapter))
            starts.append(at)
            at += seconds + line.pause
            if progress is not None:
                progress(number + 1, len(lines))
        if not pieces:
            raise SpeechError("speech-nothing-to-say")
        reply = self._ask(
            _JOIN_SECONDS, do="join", pieces=pieces, rate=rate, out=str(out), form=form, title=title
        )
        self._forget_oldest()
        return Recording(out, reply["seconds"], tuple(starts))

    def stream(self, lines: Iterable[SpokenLine], *, speed: float = 1.0) -> Iterator[Sound]:
        """Yield the sound piece by piece as it is synthesized. Raises SpeechError."""
        import numpy as np

        from bot.speech.base import Sound

        for line in lines:
            path, rate, _ = self._line(line, speed)
            samples = np.load(path, allow_pickle=False).astype(np.float32) / 32_767
            silence = np.zeros(round(line.pause * rate), np.float32)
            yield Sound(np.concatenate([samples, silence]), rate)
        self._forget_oldest()

    def say_ahead(self, lines: Sequence[SpokenLine]) -> None:
        """Cache lines that will probably be recorded soon, unless the process is busy."""
        with suppress(SpeechError):  # raised again when the lines are requested
            for line in lines:
                if self._lock.locked():
                    return
                self._line(line, 1.0)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Pause the process during the block: even at the lowest priority it would slow down
        answers, since it shares CPU caches with them.

        It runs for one second in thirty, so that many questions cannot starve a recording.
        """
        with self._pause_lock:
            self._pauses += 1
            if (process := self._process) is not None and self._lock.locked():
                if time.monotonic() % 30 >= 1:
                    process.halt()
                else:
                    process.go_on()
        try:
            yield
        finally:
            with self._pause_lock:
                self._pauses -= 1
                if (process := self._process) is not None and not self._pauses:
                    process.go_on()  # perhaps a newer one

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _line(self, line: SpokenLine, speed: float) -> tuple[Path, int, float]:
        """Return the file of a line, its sample rate, and its duration."""
        key = [self._models.voice_model, line.text, line.language, line.speaker, speed]
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        for path in self._folder.glob(f"{name}-*.npy"):
            with suppress(ValueError, OSError):
                _, rate, count = path.stem.split("-")
                path.touch()
                if path.stat().st_size > 2 * int(count):  # else truncated by a power failure
                    return path, int(rate), int(count) / int(rate)
        temporary = self._folder / f".{name}.{threading.get_ident()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            reply = self._ask(
                _SAY_SECONDS,
                do="say",
                text=line.text,
                language=line.language,
                speaker=line.speaker,
                speed=speed,
                out=str(temporary),
            )
            rate, seconds = reply["rate"], reply["seconds"]
            path = self._folder / f"{name}-{rate}-{round(seconds * rate)}.npy"
            temporary.rename(path)
        except OSError as error:
            raise SpeechError("speech-not-written", path=self._folder) from error
        finally:
            with suppress(OSError):
                temporary.unlink()
        return path, rate, seconds

    def _forget_oldest(self) -> None:
        files = []
        for path in self._recordings():
            with suppress(OSError):  # another process or thread deleted it
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        excess = sum(size for _, size, _ in files) - KEPT_BYTES
        for _, size, path in sorted(files):
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= size

    def _recordings(self) -> list[Path]:
        return [*self._folder.glob("*.npy")]

    def _ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        with self._lock:
            return self._exchange(seconds, **request)

    def _exchange(self, seconds: float, **request: Any) -> dict[str, Any]:
        """Send one request and read the reply; the caller holds the lock."""
        process = self._running()
        requests, replies = process.pipes
        line = b""
        with process.ended_after(seconds) as late, suppress(OSError):
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
            line = replies.readline()
        if not line.endswith(b"\n"):
            self._end()
            if late.is_set():
                raise SpeechError("speech-slow", seconds=round(seconds))
            raise SpeechError("speech-crash")
        reply: dict[str, Any] = json.loads(line)
        if problem := reply.get("problem"):
            raise SpeechError(Problem.from_json(problem))
        return reply

    def _running(self) -> HelperProcess:
        if self._process is None or not self._process.usable:
            self._end()
            command, environment = module_command("bot.speech.worker"), helper_environment()
            try:
                self._process = HelperProcess(command, isolation="group", environment=environment)
            except OSError as error:
                raise SpeechError("speech-crash") from error
            models = json.dumps(asdict(self._models))
            with suppress(OSError):  # it died, as the missing reply will show
                self._process.pipes[0].write(models.encode() + b"\n")
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def open_speech(settings: Settings) -> SpeechProcess:
    """Create the speech service of the settings; models are loaded on first use."""
    models = SpeechModels(
        settings.voice_model,
        settings.hearing_model,
        settings.threads or cores(),
    )
    return SpeechProcess(models, settings.data_dir / "speech")

"""Audio recordings made by terminal commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from bot.audio import Recording, SpokenLine, audio_format
from bot.command import OpenSpeech
from bot.errors import SpeechError
from bot.locale.format import duration
from bot.locale.terminal import TerminalPhrases
from bot.settings import Settings
from bot.terminal.console import console_for, show


def record(
    settings: Settings,
    open_speech: OpenSpeech,
    lines: Sequence[SpokenLine],
    out: Path,
    *,
    title: str = "",
    speed: float = 1.0,
    final: Path | None = None,
) -> Recording:
    """Record lines into a file, with progress on standard error. The message names `final` if the
    file is to be moved there. Raises SpeechError."""
    speech = open_speech(settings)
    if speech is None:
        raise SpeechError("speech-not-here")
    phrases, err = TerminalPhrases.of(settings.language), console_for(sys.stderr)
    try:
        with err.status("") if err.is_terminal else nullcontext() as status:

            def progress(done: int, of: int) -> None:
                if status is not None:
                    status.update(phrases.recording_progress(done, of))

            form = audio_format(out)
            recording = speech.record(lines, out, form, title=title, speed=speed, progress=progress)
    finally:
        speech.close()
    length = duration(recording.seconds, settings.language)
    show(err, phrases.recorded(str(final or out), length))
    return recording

"""A script as it is read aloud, by one voice or two."""

from __future__ import annotations

from bot.audio import SpokenLine
from bot.digests.script import Script

_PAUSE, _BEFORE_QUOTE, _BETWEEN_CHAPTERS = 0.45, 0.15, 0.9


def spoken_script(script: Script) -> list[SpokenLine]:
    """Every line, also what is only for the ear; a chapter begins with its first."""
    spoken = []
    for lines in script.chapters:
        for number, line in enumerate(lines):
            pause = _PAUSE if line.citation is not None else _BEFORE_QUOTE
            if number == len(lines) - 1:
                pause = _BETWEEN_CHAPTERS
            chapter = (line.chapter or script.title) if number == 0 else ""
            spoken.append(SpokenLine(line.text, script.language, line.speaker, chapter, pause))
    return spoken

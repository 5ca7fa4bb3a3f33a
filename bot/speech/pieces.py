"""Splitting of lines for streaming: short pieces first, so that sound starts at once, and with a
voice faster than real time never stops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.audio import SpokenLine

FIRST_CHARACTERS = 24
LONGEST_CHARACTERS = 300
_GROWTH = 1.5  # from piece to piece: synthesis takes at most two thirds of the duration
_PAUSE = re.compile(r"[.,;:!?…][»”\"]?\s")


def cut_into_pieces(lines: Iterable[SpokenLine]) -> Iterator[SpokenLine]:
    """Cut after the last pause that fits, or else after a word; the voice pauses there."""
    most: float = FIRST_CHARACTERS
    for line in lines:
        rest = line.text.strip()
        while len(rest) > most:
            pauses = [match.end() for match in _PAUSE.finditer(rest[: int(most) + 1])]
            end = pauses[-1] if pauses else rest.rfind(" ", 0, int(most) + 1) + 1
            end = end or rest.find(" ") + 1 or len(rest)
            yield replace(line, text=rest[:end].strip(), pause=0.0)
            rest = rest[end:].strip()
            most = min(max(end * _GROWTH, FIRST_CHARACTERS), LONGEST_CHARACTERS)
        if rest:
            yield replace(line, text=rest)

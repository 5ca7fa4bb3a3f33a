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
        left = line.text.strip()
        while len(left) > most:
            pauses = [match.end() for match in _PAUSE.finditer(left[: int(most) + 1])]
            cut = pauses[-1] if pauses else left.rfind(" ", 0, int(most) + 1) + 1
            cut = cut or left.find(" ") + 1 or len(left)
            yield replace(line, text=left[:cut].strip(), pause=0.0)
            left = left[cut:].strip()
            most = min(max(cut * _GROWTH, FIRST_CHARACTERS), LONGEST_CHARACTERS)
        if left:
            yield replace(line, text=left)

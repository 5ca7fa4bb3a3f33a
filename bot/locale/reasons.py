"""What the `index` package says of a file or of the index, in the person's language.

It knows no language but English: its messages are made of parts, « what happened; what to do »,
and each part that is known here is said in French. A part that is not stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

_START, _END = r"(?:(?<=: )|(?<=; )|(?<=, )|(?<=\()|^)", r"(?=; |: |, | \(|\)|$)"
_INNER = re.compile(r"(?:line|record) \d+")


@lru_cache(maxsize=4096)
def reason(message: str, language: str) -> str:
    """The message in `language`, as far as its parts are known."""
    if language == "en":
        return message
    told = message
    for pattern, words in _patterns():
        told = pattern.sub(words, told)
    return told if told == message else told.replace("; ", "\u202f; ")


def reason_place(shown: str, language: str) -> str:
    """What a skipped file, or the line or record of one, is called in `language`."""
    file, comma, inner = shown.rpartition(", ")
    return f"{file}{comma}{reason(inner, language)}" if _INNER.fullmatch(inner) else shown


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]:
    from bot.locale.reasons_fr import REASONS_FR

    return tuple((re.compile(f"{_START}{pattern}{_END}"), words) for pattern, words in REASONS_FR)

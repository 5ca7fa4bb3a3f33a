"""How numbers, days and sizes are written in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def number(count: int, language: str) -> str:
    """« 12 345 », "12,345"."""
    return f"{count:,}" if language == "en" else f"{count:,}".replace(",", "\u202f")


FORMATS: Mapping[str, Callable[[Any, str], str]] = {
    "number": number,
}
"""What may follow a parameter's name in a text of a catalogue: `{limit:number}`."""

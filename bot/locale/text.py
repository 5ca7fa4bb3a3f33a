"""Neutralization of control characters in text from outside."""

from __future__ import annotations

# Direction overrides and isolates: left open, they would reverse the text after a quote.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
)
_HARMLESS: dict[int, int | None] = {**_CONTROLS, **_DIRECTIONS}


def harmless(text: str) -> str:
    """Make control characters visible, and remove those of text direction."""
    return text.translate(_HARMLESS)


def finalize(value: object) -> object:
    """Make every value of a template `harmless`; the `finalize` of Jinja's environments."""
    return value.translate(_HARMLESS) if isinstance(value, str) else value

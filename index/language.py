"""What language a text is in, and which of its words are compared."""

from __future__ import annotations


def detect(text: str, fallback: str = "fr") -> str:
    """The ISO 639-1 code of the language of `text`, `fallback` when in doubt."""
    raise NotImplementedError


def terms(text: str, language: str) -> list[str]:
    """The words of `text` by which it is found, in order."""
    raise NotImplementedError

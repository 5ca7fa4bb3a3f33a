"""What Word and OpenDocument texts have in common: styles' names, the language declared."""

from __future__ import annotations

import re

from index.text.language import detect

_HEADING = re.compile(r"(?:heading|titre|überschrift|título|titolo) ?[1-9]\b.*", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|titre|titel|título|titolo)", re.IGNORECASE)
_TELLING = 400  # characters; so many show their language


def is_heading_style(name: str) -> bool:
    return _HEADING.fullmatch(name) is not None


def is_title_style(name: str) -> bool:
    return _TITLE.fullmatch(name) is not None


def declared_language(declared: str, text: str) -> str | None:
    """The declared one, unless the words are plainly of another: templates declare their own."""
    match = re.match(r"([a-z]{2})(?:[-_]|$)", declared.lower())
    if match is None or (len(text) > _TELLING and detect(text, match[1]) != match[1]):
        return None
    return match[1]

"""Detect sentences about somebody who has only a first name of the question's in common."""

from __future__ import annotations

import re

from index.text.folding import fold_phrase
from index.text.language import detect
from index.text.names import span_names

_SPELLED = 4  # first letters by which a surname is known, however it ends: Schulz, Schultz
_WORD = re.compile(r"[^\W_]+")


def is_of_namesake(question: str, text: str) -> bool:
    """True if a sentence names another person with the first name of one in the question, and not
    that one's surname: « Philippe Villeneuve » for « Philippe Jost »."""
    words, others = {word[:_SPELLED] for word in _words(text)}, _full_names(text)
    return any(
        name[-1][:_SPELLED] not in words and other[0] == name[0] and other[-1] not in name
        for name in _full_names(question)
        for other in others
    )


def _full_names(text: str) -> list[list[str]]:
    """The names of several words in a text, each by its folded words."""
    names = (_words(text[span.start : span.end]) for span in span_names(text, detect(text)))
    return [name for name in names if len(name) > 1]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold_phrase(text))

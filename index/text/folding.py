"""Removal of accents, ligatures and case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic
_PLAIN = str.maketrans("’ʼ‘`´\u00a0\u202f\t\n‐‑", "'''''    --")


def fold(word: str) -> str:
    """Return the word without accents and ligatures (« œuvre » → « oeuvre »)."""
    if word.isascii():
        return word
    expanded = word.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    letters = unicodedata.normalize("NFD", expanded)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", letters))


def folded_words(text: str) -> list[str]:
    """Return the words of a text in lower case without accents."""
    return re.findall(r"\w+", fold(text.lower()))


def fold_phrase(text: str) -> str:
    """Return the text without case or accents, with plain apostrophes, hyphens and spaces.

    Its length is the same, so that positions are valid in both.
    """
    plain = text.translate(_PLAIN)
    return plain.lower() if plain.isascii() else "".join(map(_plain_letter, plain))


@lru_cache(1 << 12)  # letters
def _plain_letter(letter: str) -> str:
    return (
        letter.lower() if letter.isascii() else unicodedata.normalize("NFD", letter)[0].lower()[0]
    )

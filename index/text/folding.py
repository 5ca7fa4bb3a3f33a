"""Texts without what writers leave out: accents, ligatures, case.

`fold` is for single words that are compared, `fold_phrase` for texts in which a pattern looks for
something whose place is needed.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")  # Latin, Greek, Cyrillic; other scripts keep their signs
_PLAIN = str.maketrans("’ʼ‘`´\u00a0\u202f\t\n‐‑", "'''''    --")


def fold(word: str) -> str:
    """`word` without its accents, with its ligatures opened (« œuvre » → « oeuvre »)."""
    if word.isascii():
        return word
    opened = word.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    letters = unicodedata.normalize("NFD", opened)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", letters))


def folded_words(text: str) -> list[str]:
    """The words of a text, in lower case without accents."""
    return re.findall(r"\w+", fold(text.lower()))


def fold_phrase(text: str) -> str:
    """The text without case or accents, of the same length, so that what is found has its place.

    Apostrophes, hyphens and spaces are the plain ones.
    """
    return "".join(
        letter.lower() if letter.isascii() else unicodedata.normalize("NFD", letter)[0].lower()[0]
        for letter in text.translate(_PLAIN)
    )

"""A question as its turns of phrase are looked for: case, accents and slips of the hand aside."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans("’ʼ‘`´\u00a0\u202f\t\n‐‑", "'''''    --")
_WORD = re.compile(r"[^\W\d_]{6,}")
_KNOWN = ("article", "articles", "auteur", "author", "written", "published")


def folded(text: str) -> str:
    """The text without case or accents, of the same length, so that what is found has its place."""
    return "".join(_folded(letter) for letter in text.translate(_PLAIN))


def mended(text: str) -> str:
    """The text with the words by which articles are asked about put right: « artcile »."""
    return _WORD.sub(_mended, text)


def _folded(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    return unicodedata.normalize("NFD", letter)[0].lower()[0]


def _mended(found: re.Match[str]) -> str:
    word = found[0]
    plain = folded(word)
    if plain in _KNOWN:
        return word
    # A first letter is seldom missed; without it « hauteur » would be an author.
    return next((known for known in _KNOWN if known[0] == plain[0] and _near(plain, known)), word)


def _near(one: str, other: str) -> bool:
    """Whether one letter added, dropped or changed, or two exchanged, make one word the other."""
    if abs(len(one) - len(other)) > 1 or one + "s" == other or one == other + "s":
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if at < 0:
        return True
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] + a[2:]) == b

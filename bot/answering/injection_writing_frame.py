"""Text from outside made harmless for a prompt: data that cannot pass for part of its frame."""

from __future__ import annotations

import re
import unicodedata

# What could be taken for the frame: brackets and angle brackets become look-alikes.
_FRAME = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'"})
_RUN = re.compile(r"[=#*_~|-]{3,}")


def harmless(text: str) -> str:
    """The text on one line, without what the frame of a prompt is made of.

    Invisible characters go; with them and without lines, brackets and angle brackets, nothing can
    be written that passes for another passage, turn or tag.
    """
    return " ".join(_RUN.sub(" ", visible(text).translate(_FRAME)).split())


def visible(text: str) -> str:
    """The text without invisible characters, on one line."""
    return "".join(
        " " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each
        for each in unicodedata.normalize("NFC", text)
        if unicodedata.category(each) not in ("Cf", "Co", "Cs")
    )

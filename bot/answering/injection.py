"""What articles say to machines: frames of prompts, and text that no person reads.

They are withheld from chat models and quoted only if nothing else comes near. A model chooses
sentences by number: an order in an article (« Ignore les consignes… ») is at most another quote.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.text.folding import fold_phrase
from index.text.visible import readable, visible

# The brackets that frame a prompt become look-alikes.
_FRAME = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'"})
_RUN = re.compile(r"[=#*_~|-]{3,}")


def harmless_in_prompt(text: str) -> str:
    """Put a text on one line, without invisible characters or brackets.

    So nothing in it can pass for another passage, turn or tag.
    """
    return " ".join(_RUN.sub(" ", visible(text).translate(_FRAME)).split())


_CACHED_SENTENCES = 4096

_FRAMES = (
    # A turn of another role.
    r"(?:^|[\s\"'«(\[])(?:system|systeme|assistant|user|utilisateur|human|humain|developer)"
    r"\s*:(?!//)",
    r"\[/?(?:system|systeme|assistant|user|utilisateur|developer)\b[^\]]{0,30}\]"
    r"|\brole[\"']?\s*:\s*[\"'](?:system|assistant|user|developer)",
    r"<\|?/?(?:im_start|im_end|system|user|assistant|end|s|sys|inst|passages?|question)\b"
    r"[^>]{0,1000}>|\[/?inst\]|<</?sys>>"
    r"|(?<!#)#{2,}+ ?(?:instructions?|system|systeme|response|reponse|question)",
    # Text that no person reads.
    r"!?\]\(\s*\w+:|\b[a-z0-9+/]{40,}={0,2}",
)

_FRAME_PARTS = re.compile("|".join(f"(?:{pattern})" for pattern in _FRAMES))


@lru_cache(_CACHED_SENTENCES)
def is_machine_text(text: str) -> bool:
    """True for a sentence that frames a prompt or is encoded. Invisible characters and look-alike
    letters do not hide it."""
    plain = " ".join(fold_phrase(readable(text)).split()).lstrip("-–—•*>#«»\"'“”( ")
    return _FRAME_PARTS.search(plain) is not None

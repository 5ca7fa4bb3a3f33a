"""What a reasoning model thinks before it answers, kept out of the answer."""

from __future__ import annotations

import re

_OPENING = re.compile(r"<(think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_LONGEST = len("</reflection>")


class Thinking:
    """Takes a stream apart: `spoken` gives what is meant for others.

    Some servers keep the opening tag for themselves: at a closing one that nothing opened, all that
    was said before turns out to be thought, and `restarts` grows by one.
    """

    def __init__(self) -> None:
        self.restarts = 0
        self._pending = ""
        self._inside = False

    def spoken(self, piece: str, *, last: bool = False) -> str:
        """What of the stream so far may be read on; a tag under way is waited for."""
        self._pending += piece
        out = ""
        while True:
            if self._inside:
                closing = _CLOSING.search(self._pending)
                if closing is None:
                    self._pending = self._pending[-_LONGEST:]
                    return out
                self._pending, self._inside = self._pending[closing.end() :], False
                continue
            closing, opening = _CLOSING.search(self._pending), _OPENING.search(self._pending)
            if closing is not None and (opening is None or closing.start() < opening.start()):
                self.restarts += 1
                out, self._pending = "", self._pending[closing.end() :]
                continue
            if opening is not None:
                out += self._pending[: opening.start()]
                self._pending, self._inside = self._pending[opening.end() :], True
                continue
            keep = 0 if last else _tag_under_way(self._pending)
            out += self._pending[: len(self._pending) - keep]
            self._pending = self._pending[len(self._pending) - keep :]
            return out


def _tag_under_way(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST))
    return len(text) - at if at >= 0 and re.fullmatch(r"</?[a-z]*", text[at:], re.I) else 0

"""Which articles may be found where something is asked: all, or those that a chat is held to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.answer import HeldTo
from index.article import Selection

_CHOSEN: ContextVar[Selection | None] = ContextVar("chosen", default=None)


def chosen_articles() -> Selection | None:
    """Those that may be found here and now; None where all may."""
    return _CHOSEN.get()


def held_to_which() -> HeldTo:
    """Whose articles those are."""
    chosen = _CHOSEN.get()
    if chosen is None:
        return "all"
    return "script" if chosen.articles else "group"


def choose_articles(selection: Selection | None) -> None:
    """Hold all that this task asks from now on, and what it starts, to these articles."""
    _CHOSEN.set(selection)


@contextmanager
def held_to(selection: Selection | None) -> Iterator[None]:
    """As `choose_articles`, while the block lasts."""
    before = _CHOSEN.set(selection)
    try:
        yield
    finally:
        _CHOSEN.reset(before)

"""The articles that answers may come from: all, or those that a chat is limited to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.answer import HeldTo
from index.article import Selection

_CHOSEN: ContextVar[Selection | None] = ContextVar("chosen", default=None)


def chosen_articles() -> Selection | None:
    """The selection in force; None for all articles."""
    return _CHOSEN.get()


def held_to_which() -> HeldTo:
    """Whose articles the selection in force holds."""
    chosen = _CHOSEN.get()
    if chosen is None:
        return "all"
    return "script" if chosen.articles else "group"


def choose_articles(selection: Selection | None) -> None:
    """Limit this task, and what it starts, to these articles from now on."""
    _CHOSEN.set(selection)


@contextmanager
def held_to(selection: Selection | None) -> Iterator[None]:
    """As `choose_articles`, for the duration of the block."""
    before = _CHOSEN.set(selection)
    try:
        yield
    finally:
        _CHOSEN.reset(before)

"""The selection of articles that answers may come from, per task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.answer import HeldTo
from index.article import Selection

_selection: ContextVar[Selection | None] = ContextVar("selection", default=None)


def chosen_articles() -> Selection | None:
    """The selection in force; None for all articles."""
    return _selection.get()


def current_scope() -> HeldTo:
    """The scope of the selection in force."""
    selection = _selection.get()
    if selection is None:
        return "all"
    return "script" if selection.articles else "group"


def choose_articles(selection: Selection | None) -> None:
    """Limit this task, and those that it starts, to these articles."""
    _selection.set(selection)


@contextmanager
def held_to(selection: Selection | None) -> Iterator[None]:
    """Like `choose_articles`, within a block."""
    token = _selection.set(selection)
    try:
        yield
    finally:
        _selection.reset(token)

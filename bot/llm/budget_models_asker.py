"""Who is being answered, so that what their questions use can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asker: ContextVar[int | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(person_id: int) -> Iterator[None]:
    """Calls made in this block, in its tasks and threads too, count as this person's."""
    token = _asker.set(person_id)
    try:
        yield
    finally:
        _asker.reset(token)


def current_asker() -> int | None:
    """The person answered here; None in the terminal."""
    return _asker.get()

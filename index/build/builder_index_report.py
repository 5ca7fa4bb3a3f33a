"""What a build tells: while it is under way, and at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from index.formats.base import Skipped

Step = Literal["lock", "read", "cut", "embed", "write", "switch", "clean"]
"""What a build does, in this order; "cut" to "switch" only where something has changed."""


class Observer(Protocol):
    """Follows a build."""

    def step(self, name: Step) -> None:
        """Called as each step begins."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Called, of the step under way, in "read" with files (none where the articles do not come
        from files), in "cut" with articles, in "embed" with the texts that need it."""
        ...


class Unobserved:
    """An Observer that looks away."""

    def step(self, name: Step) -> None:
        pass

    def progress(self, done: int, total: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did.

    `generation` is the one in service at the end; `switched` is False when nothing had changed, and
    it is still the one before. `articles` are those answered from and `duplicates` those that say
    the same as one of them; `added` to `unchanged` compare the former with the generation before.
    `left_out` counts articles that the operator has removed. `embedded` counts texts, and `resumed`
    those whose vectors were taken from a build that did not end.
    """

    generation: str
    articles: int
    passages: int
    sentences: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    skipped: tuple[Skipped, ...]
    switched: bool
    duplicates: int = 0
    left_out: int = 0
    resumed: int = 0

"""Which files of the paths a person names are articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, as it is (`path`), is typed (`shown`) and is known by (`location`)."""

    path: Path
    shown: str
    location: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, and why in one line."""

    shown: str
    reason: str


def find_sources(paths: Sequence[Path]) -> tuple[list[Source], list[Skipped]]:
    """The files below these paths that a reader knows."""
    raise NotImplementedError

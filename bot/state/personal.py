"""Features' tables with rows about people: how they are exported, erased and expired.

A feature registers its tables when it imports them (`Feature.load_tables`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Delete, Update, delete

from bot.state.tables import Base


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with a `person_id`; its name is its key in a person's exported data.

    `expired` returns the statements that delete old rows, given the current time and the time
    before which rows are too old. `erasure` returns the statement that erases a person (default:
    delete their rows). `heading` is the one under which /confidentialite counts the rows. Large
    deletions of rows that `belong` to people are announced first. A table that `moves` has a
    `chat_id`, which changes when a group becomes a supergroup.
    """

    row: Any
    expired: Callable[[datetime, datetime], Iterable[Delete | Update]]
    erasure: Callable[[int], Delete | Update] | None = None
    heading: Literal["votes", "alerts"] | None = None
    belong: bool = False
    moves: bool = True

    def erase(self, person_id: int) -> Delete | Update:
        if self.erasure is not None:
            return self.erasure(person_id)
        return delete(self.row).where(self.row.person_id == person_id)


FEATURE_TABLES: list[PersonalTable] = []


def register_table(table: PersonalTable) -> None:
    """Register a feature's table for export, erasure and expiry."""
    assert issubclass(table.row, Base)
    FEATURE_TABLES.append(table)

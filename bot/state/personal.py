"""Tables of features with rows about people: how they are exported, erased and expired.

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

    `expired` gives what to remove, from the time now and the time before which data is too old.
    `erased` gives what removes a person (default: delete their rows). `counted` is the heading
    under which /confidentialite counts the rows. Rows that `belong` to somebody are announced
    before many of them go at once. `moves` tells that the table has a `chat_id`, which changes when
    a group becomes a supergroup.
    """

    row: Any
    expired: Callable[[datetime, datetime], Iterable[Delete | Update]]
    erased: Callable[[int], Delete | Update] | None = None
    counted: Literal["votes", "alerts"] | None = None
    belong: bool = False
    moves: bool = True

    def erase(self, person_id: int) -> Delete | Update:
        if self.erased is not None:
            return self.erased(person_id)
        return delete(self.row).where(self.row.person_id == person_id)


FEATURE_TABLES: list[PersonalTable] = []


def register_table(table: PersonalTable) -> None:
    """Have a feature's table exported, erased and expired with all others."""
    assert issubclass(table.row, Base)
    FEATURE_TABLES.append(table)

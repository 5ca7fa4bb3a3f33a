"""Chat models' usage: tokens and money by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.state.tables import SpendingRow


@dataclass(frozen=True, slots=True)
class Spending:
    """Calls, input and output tokens, and their cost in millionths of a currency unit."""

    calls: int = 0
    input: int = 0
    output: int = 0
    micros: int = 0

    @property
    def tokens(self) -> int:
        return self.input + self.output


def add_spending(session: Session, day: date, model: str, spent: Spending) -> None:
    row = session.get(SpendingRow, (day, model))
    if row is None:
        row = SpendingRow(day=day, model=model, calls=0, input=0, output=0, micros=0)
        session.add(row)
    row.calls += spent.calls
    row.input += spent.input
    row.output += spent.output
    row.micros += spent.micros


def on(session: Session, day: date) -> Spending:
    """The usage of all models on a day."""
    columns = (SpendingRow.calls, SpendingRow.input, SpendingRow.output, SpendingRow.micros)
    sums = select(*map(func.sum, columns)).where(SpendingRow.day == day)
    # Some databases return the sum of integers as a decimal.
    return Spending(*(int(total or 0) for total in session.execute(sums).one()))

"""What chat models use: tokens and money by day, and by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.state.tables import PersonRow, SpendingRow, UsageRow


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls, tokens read and written, and their cost in millionths of a currency unit."""

    calls: int = 0
    input: int = 0
    output: int = 0
    micros: int = 0

    @property
    def tokens(self) -> int:
        return self.input + self.output


def add_spending(
    session: Session, day: date, model: str, spent: Spent, person_id: int | None
) -> None:
    """Count calls; for a person too, if they are known here (they may have been erased)."""
    row = session.get(SpendingRow, (day, model))
    if row is None:
        row = SpendingRow(day=day, model=model, calls=0, input=0, output=0, micros=0)
        session.add(row)
    row.micros += spent.micros
    _count(row, spent)
    if person_id is not None and session.get(PersonRow, person_id) is not None:
        mine = session.get(UsageRow, (person_id, day, model))
        if mine is None:
            mine = UsageRow(person_id=person_id, day=day, model=model, calls=0, input=0, output=0)
            session.add(mine)
        _count(mine, spent)


def on(session: Session, day: date, model: str | None = None) -> Spent:
    """What one model, or all of them, used on a day."""
    chosen = select(
        func.sum(SpendingRow.calls),
        func.sum(SpendingRow.input),
        func.sum(SpendingRow.output),
        func.sum(SpendingRow.micros),
    ).where(SpendingRow.day == day)
    if model is not None:
        chosen = chosen.where(SpendingRow.model == model)
    totals = session.execute(chosen).one()
    # Some databases add integers up to a decimal number.
    return Spent(*(int(total or 0) for total in totals))


def forget_spending_before(session: Session, day: date) -> None:
    """Remove the counts of earlier days."""
    session.execute(delete(SpendingRow).where(SpendingRow.day < day))
    session.execute(delete(UsageRow).where(UsageRow.day < day))


def _count(row: SpendingRow | UsageRow, spent: Spent) -> None:
    row.calls += spent.calls
    row.input += spent.input
    row.output += spent.output

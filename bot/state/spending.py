"""Chat models' usage: tokens and money by day, and by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.state.tables import PersonRow, SpendingRow, UsageRow


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


def add_spending(
    session: Session, day: date, model: str, spent: Spending, person_id: int | None
) -> None:
    """Add usage to the day's, and to the person's unless they were erased."""
    row = session.get(SpendingRow, (day, model))
    if row is None:
        row = SpendingRow(day=day, model=model, calls=0, input=0, output=0, micros=0)
        session.add(row)
    row.micros += spent.micros
    rows: list[SpendingRow | UsageRow] = [row]
    if person_id is not None and session.get(PersonRow, person_id) is not None:
        usage = session.get(UsageRow, (person_id, day, model))
        if usage is None:
            usage = UsageRow(person_id=person_id, day=day, model=model, calls=0, input=0, output=0)
            session.add(usage)
        rows.append(usage)
    for usage_row in rows:
        usage_row.calls += spent.calls
        usage_row.input += spent.input
        usage_row.output += spent.output


def on(session: Session, day: date, model: str | None = None) -> Spending:
    """The usage of one model, or of all, on a day."""
    columns = (SpendingRow.calls, SpendingRow.input, SpendingRow.output, SpendingRow.micros)
    sums = select(*map(func.sum, columns)).where(SpendingRow.day == day)
    if model is not None:
        sums = sums.where(SpendingRow.model == model)
    # Some databases return the sum of integers as a decimal.
    return Spending(*(int(total or 0) for total in session.execute(sums).one()))


def forget_spending_before(session: Session, day: date) -> None:
    session.execute(delete(SpendingRow).where(SpendingRow.day < day))
    session.execute(delete(UsageRow).where(UsageRow.day < day))

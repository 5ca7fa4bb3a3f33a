"""Figures of chat models' trials."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.state.tables import ModelTrialRow


def find(session: Session, model: str, prompt: str) -> dict[str, int] | None:
    """The figures of a model's last trial with these prompts."""
    row = session.get(ModelTrialRow, model)
    return row.figures if row is not None and row.prompt == prompt else None


def keep(session: Session, model: str, prompt: str, figures: dict[str, int], now: datetime) -> None:
    session.merge(ModelTrialRow(model=model, prompt=prompt, figures=figures, created_at=now))

"""The pages keep their promise to forget, where no bot runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.state.database import State
from bot.state.tables import PersonRow, TurnRow
from bot.web.service import Visitor, WebService
from bot.web.upkeep import run_retention
from tests.bot.web.conftest import QUESTION

VISITOR = Visitor(2**60 + 7, "fr")


async def test_questions_and_visitors_are_forgotten_in_time(
    service: WebService, state: State
) -> None:
    await service.ask(QUESTION, VISITOR)
    await run_retention(service)
    with state.session() as session:
        assert len(session.scalars(select(TurnRow)).all()) == 1
    day, now = timedelta(days=1), service.now()
    for days in range(1, 93):
        moment = now + days * day
        await run_retention(replace(service, now=lambda moment=moment: moment))
    with state.session() as session:
        assert session.scalars(select(TurnRow)).all() == []
        assert session.scalars(select(PersonRow)).all() == []

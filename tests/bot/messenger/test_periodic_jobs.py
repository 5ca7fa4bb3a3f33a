"""The jobs that the bot runs at intervals."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy.orm import Session
from telegram import Bot

from bot.library.articles import Library
from bot.messenger import periodic_jobs
from bot.messenger.services import BotServices
from bot.settings import load_settings
from bot.state import people
from bot.state.clock import ClockVerdict, check_clock
from bot.state.database import State
from bot.state.processes import BotProcess
from bot.state.tables import PersonRow
from tests.e2e.telegram import StubChain

DAY = timedelta(days=1)


async def test_a_clock_set_between_its_check_and_the_erasure_erases_nothing(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, checked = datetime(2026, 6, 1, tzinfo=UTC), asyncio.Event()
    loop = asyncio.get_running_loop()

    def check_and_set(session: Session, at: datetime) -> ClockVerdict:
        nonlocal now
        verdict = check_clock(session, at)
        now += 400 * DAY
        loop.call_soon_threadsafe(checked.set)
        return verdict

    monkeypatch.setattr(periodic_jobs, "check_clock", check_and_set)
    with state.session() as session:
        people.note_person(session, 42, now - DAY)
        people.note_person(session, 43, now - 200 * DAY)
    services = BotServices(
        StubChain(), cast("Library", None), state, load_settings(), now=lambda: now
    )
    process = BotProcess(state, bot_id=1)
    job = periodic_jobs.retention_job(services)
    async with periodic_jobs.run_periodic_jobs([job], services, cast("Bot", None), process):
        await asyncio.wait_for(checked.wait(), 30)
        async with asyncio.timeout(30):
            # A thread erases what is waited for.
            while len(ids := people_of(state)) == 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    process.close()
    assert ids == [42]


def people_of(state: State) -> list[int]:
    with state.session() as session:
        return [person.id for person in session.query(PersonRow).order_by(PersonRow.id)]

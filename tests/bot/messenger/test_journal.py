"""The journal writes what Telegram has taken before all that can wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from bot.messenger.journal import Journal
from bot.state.database import open_state


async def test_a_record_does_not_wait_for_updates_that_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        done, disk = state.do, threading.Event()

        def do(job: Callable[..., Any], *, quick: bool = False, relaxed: bool = False) -> Any:
            assert quick or disk.wait(60)
            return done(job, quick=quick, relaxed=relaxed)

        monkeypatch.setattr(state, "do", do)
        with closing(Journal(state, bot_id=1)) as journal:
            arriving = asyncio.create_task(journal.record_arrivals([Update(7)]))
            await asyncio.sleep(0)
            try:
                await asyncio.wait_for(journal.record(1, (5,), whole=True), 60)
                assert not arriving.done()
            finally:
                disk.set()
            assert await arriving == [frozenset()]

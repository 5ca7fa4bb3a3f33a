"""Written answers kept for a while."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import StateError
from bot.llm.cache import CacheKey, ReplyCache
from bot.state.database import State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WANTED = CacheKey("Qui a inventé le braille ?", "g1", "openai:m", "p1", ("passage",))


async def test_what_is_kept_is_found_until_it_is_old(state: State) -> None:
    now = NOW
    cache = ReplyCache(lambda: state, days=7, now=lambda: now)
    assert await cache.find(WANTED) is None
    await cache.keep(WANTED, "Louis Braille [1].")
    assert await cache.find(WANTED) == "Louis Braille [1]."
    now += timedelta(days=7, seconds=1)
    assert await cache.find(WANTED) is None


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({"question": "QUI A INVENTÉ  LE BRAILLE"}, True),
        ({"question": "Qui a inventé le braille…"}, True),
        ({"question": "Qui a inventé le Web ?"}, False),
        ({"generation": "g2"}, False),
        ({"model": "openai:n"}, False),
        ({"prompt": "p2"}, False),
        ({"passages": ("another",)}, False),
    ],
)
async def test_what_is_the_same_answer(
    state: State, change: dict[str, Any], is_found: bool
) -> None:
    cache = ReplyCache(lambda: state, days=7)
    await cache.keep(WANTED, "Louis Braille [1].")
    assert (await cache.find(replace(WANTED, **change)) is not None) is is_found


async def test_the_oldest_go_when_there_are_too_many(state: State) -> None:
    now = NOW
    cache = ReplyCache(lambda: state, days=7, max_replies=2, now=lambda: now)
    every = [replace(WANTED, generation=f"g{n}") for n in range(3)]
    for key in every:
        await cache.keep(key, "Oui.")
        now += timedelta(seconds=1)
    assert [await cache.find(key) for key in every] == [None, "Oui.", "Oui."]


async def test_a_broken_database_keeps_and_hurts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> State:
        raise StateError("database-closed", subject="state.sqlite")

    cache = ReplyCache(broken, days=7)
    caplog.set_level(logging.WARNING)
    await cache.keep(WANTED, "Oui.")
    assert await cache.find(WANTED) is None
    assert caplog.text.count("database-closed") == 2

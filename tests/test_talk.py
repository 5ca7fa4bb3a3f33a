"""Conversations that people wrote without having seen the bot: floors for its replies."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from bench.talk import hold, read_talks
from bot.assembly import open_chain
from bot.settings import Settings
from tests.docs import ROOT

FLOORS = {
    "about": 0.94,
    "act": 0.76,
    "alone": 0.83,
    "distress": 0.94,
    "ordinary": 0.87,
    "smalltalk": 0.87,
}
"""Shares of right replies to the half that is tuned on; the other half judges (docs/figures.md).
Every third conversation is held; the benchmark holds all."""


async def test_conversations_get_right_replies(sample_index: Path) -> None:
    files = sorted((ROOT / "bench" / "talk").glob("*.jsonl"))
    talks = [talk for path in files for talk in read_talks(path, "tune")][::3]
    assert len(talks) > 100
    settings = Settings(_env_file=None, data_dir=sample_index, chat_model="")
    with open_chain(settings) as chain:
        replies = [await asyncio.to_thread(hold, chain, talk) for talk in talks]
    right: Counter[str] = Counter()
    for talk, reply in zip(talks, replies, strict=True):
        right[talk.group] += not talk.faults(reply)
    totals = Counter(talk.group for talk in talks)
    shares = {group: right[group] / totals[group] for group in totals}
    assert {group: share for group, share in shares.items() if share < FLOORS[group]} == {}

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Period
from index.findings import Findings
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.fakes import FakeEmbedder, undisturbed
from tests.index.samples import full, index, three

QUESTION = "Quand le pont fut-il construit ?"


@pytest.fixture
def live(tmp_path: Path) -> LiveIndex:
    index([*three(), full()], tmp_path)
    return LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load())


@pytest.fixture
def chain(live: LiveIndex) -> RetrievalQA:
    return RetrievalQA(live, ExtractiveAnswerer(Thresholds.at(0.0)))


async def test_every_way_of_calling_gives_the_same_answer(chain: RetrievalQA) -> None:
    whole = await chain.ainvoke(QUESTION)
    # Where a loop runs and nothing is awaited, as in a notebook, the synchronous form holds it up.
    assert chain.invoke(QUESTION).text == whole.text


class Endless:
    """An `Answerer` that never ends."""

    joins_parts = True

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.closed = threading.Event()

    async def ainvoke(self, findings: Findings) -> Answer:
        self.begun.set()
        try:
            await asyncio.Event().wait()
            raise AssertionError
        finally:
            self.closed.set()


async def test_who_is_cancelled_ends_the_work(live: LiveIndex) -> None:
    answerer = Endless()
    asking = asyncio.create_task(RetrievalQA(live, answerer).ainvoke(QUESTION))
    assert await asyncio.to_thread(answerer.begun.wait, 30)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert answerer.closed.is_set()


async def test_other_work_stands_still_while_a_thread_searches_and_reads(live: LiveIndex) -> None:
    told: list[str] = []

    class Watched:
        def search(self, question: str, limit: int, within: Period | None = None) -> Findings:
            assert threading.current_thread() is not threading.main_thread()
            told.append("searched")
            return live.search(question, limit, within)

        def read(self, findings: Findings) -> Findings:
            told.append("read")
            return findings

    answerer = ExtractiveAnswerer(Thresholds.at(0.0))
    chain = RetrievalQA(Watched(), answerer, reader=Watched(), quiet_time=undisturbed(told))
    assert (await chain.ainvoke(QUESTION)).is_sure
    assert told == ["still", "searched", "read", "on"]

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Period
from index.findings import Findings
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.bot.answers import answered, article, citation
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
    assert [part.text async for part in chain.astream(QUESTION)] == [whole.text]
    # Where a loop runs and nothing is awaited, as in a notebook, the synchronous forms hold it up.
    assert chain.invoke(QUESTION).text == whole.text
    assert [part.text for part in chain.stream(QUESTION)] == [whole.text]


class Growing:
    """An `Answerer` that adds a sentence each time, and waits before the last for `go_on`."""

    joins_parts = True

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.closed = threading.Event()

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        one, two = citation("Une carte suffit.", article()), citation("Une carte", article(), 2)
        self.begun.set()
        try:
            yield answered(one, question=findings.question)
            await asyncio.to_thread(self.go_on.wait, 10)
            yield answered(one, two, question=findings.question)
        finally:
            self.go_on.set()
            self.closed.set()


def test_an_answer_is_shown_before_it_is_whole_without_await(live: LiveIndex) -> None:
    growing = Growing()
    with closing(RetrievalQA(live, growing).stream(QUESTION)) as answers:
        assert len(next(answers).statements) == 1
        growing.go_on.set()
        assert [len(each.statements) for each in answers] == [2]


def test_who_leaves_early_ends_the_work(live: LiveIndex) -> None:
    growing = Growing()
    with closing(RetrievalQA(live, growing).stream(QUESTION)) as answers:
        next(answers)
    assert growing.closed.wait(30)


async def test_who_is_cancelled_ends_the_work(live: LiveIndex) -> None:
    growing = Growing()
    asking = asyncio.create_task(RetrievalQA(live, growing).ainvoke(QUESTION))
    assert await asyncio.to_thread(growing.begun.wait, 30)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert growing.closed.is_set()


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

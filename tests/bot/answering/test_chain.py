from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import Extractive
from bot.answering.retriever import ArticleRetriever
from index.article import Period
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.fakes import FakeEmbedder
from tests.index.samples import full, index, three

QUESTION = "Quand le pont fut-il construit ?"


@pytest.fixture
def live(tmp_path: Path) -> LiveIndex:
    index([*three(), full()], tmp_path)
    return LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load())


@pytest.fixture
def chain(live: LiveIndex) -> RetrievalQA:
    return RetrievalQA(live, Extractive(0.0))


def test_invoke_answers_with_a_verbatim_citation(chain: RetrievalQA) -> None:
    answer = chain.invoke(f"  {QUESTION} ")
    assert answer.question == QUESTION
    assert "1901" in answer.text
    citation = answer.citations[0]
    assert citation.article.text[citation.start : citation.end] == citation.quote
    assert answer.elapsed_ms > 0


async def test_the_asynchronous_forms_give_the_same_answer(chain: RetrievalQA) -> None:
    whole = chain.invoke(QUESTION)
    assert (await chain.ainvoke(QUESTION)).text == whole.text
    assert [part.text async for part in chain.astream(QUESTION)] == [whole.text]


async def test_searching_never_runs_on_the_event_loop(live: LiveIndex) -> None:
    threads: list[threading.Thread] = []

    class Watched:
        def search(self, question: str, limit: int, within: Period | None = None) -> object:
            threads.append(threading.current_thread())
            return live.search(question, limit, within)

    await RetrievalQA(Watched(), Extractive(0.0)).ainvoke(QUESTION)  # type: ignore[arg-type]
    assert threads != [threading.main_thread()]
    assert len(threads) == 1


def test_it_composes_like_any_runnable(chain: RetrievalQA) -> None:
    def count(answer: Answer) -> int:
        return len(answer.citations)

    assert (chain | count).invoke(QUESTION) >= 1
    assert len(chain.batch([QUESTION, "Et le moulin ?"])) == 2


def test_the_retriever_gives_documents_for_other_chains(live: LiveIndex) -> None:
    documents = ArticleRetriever(searcher=live.searcher(), k=2).invoke("Où est-il né, à Lyon ?")
    assert len(documents) == 2
    document = next(each for each in documents if each.metadata["title"] == full().title)
    assert document.metadata["published"] == "2024-02-29"
    assert document.metadata["url"] == full().url
    span = slice(document.metadata["start"], document.metadata["end"])
    assert full().text[span] == document.page_content

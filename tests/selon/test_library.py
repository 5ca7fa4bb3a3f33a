"""The library over a small corpus, and the examples of docs/library.md."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig

import selon
from bot.errors import SettingsError
from bot.settings import Settings
from index.errors import NoIndex
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from selon.retriever import ArticleRetriever
from tests.fakes import FakeEmbedder
from tests.index.samples import full, index, three

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.DOTALL)
QUESTION = "Qui a conçu une lentille pour les phares ?"
QUOTE = "Augustin Fresnel conçoit en 1822 une lentille à échelons pour les phares."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and their index."""
    home = tmp_path_factory.mktemp("library")
    (home / "articles").mkdir()
    (home / "articles" / "phares.txt").write_text(f"Les phares\n\n{QUOTE}\n", encoding="utf-8")
    (home / "articles" / "tigre.txt").write_text(
        "Le tigre\n\nLe tigre pèse jusqu’à trois cents kilos et chasse la nuit.\n", encoding="utf-8"
    )
    with selon.open(home / ".selon") as articles:
        report = articles.index(home / "articles")
    assert (report.articles, report.skipped) == (2, ())
    return home


async def test_a_question_is_answered_with_its_citation(home: Path) -> None:
    async with selon.open(home / ".selon") as articles:
        answer = articles.ask(QUESTION)
        assert answer.outcome == "sure"
        assert answer.citations[0].quote == QUOTE
        assert (await articles.aask(QUESTION)).citations == answer.citations
        assert (await articles.as_runnable().ainvoke(QUESTION)).citations == answer.citations
        hits = articles.search("tigre", 1)
        assert [hit.article.title for hit in hits] == ["Le tigre"]
        assert await articles.asearch("tigre", 1) == hits


class Listener(BaseCallbackHandler):
    """What LangChain tells of the runs of a chain."""

    def __init__(self) -> None:
        self.outputs: list[Any] = []

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.outputs.append(outputs)


async def test_callbacks_hear_of_the_whole_answer_however_it_is_asked_for(home: Path) -> None:
    listener = Listener()
    config: RunnableConfig = {"callbacks": [listener]}
    async with selon.open(home / ".selon") as articles:
        chain = await asyncio.to_thread(articles.as_runnable)
        chain.invoke(QUESTION, config)
        await chain.ainvoke(QUESTION, config)
        list(chain.stream(QUESTION, config))
        _ = [chunk async for chunk in chain.astream(QUESTION, config)]
        assert [output.citations[0].quote for output in listener.outputs] == [QUOTE] * 4
        batch = await chain.abatch([QUESTION, QUESTION])
        assert [answer.citations[0].quote for answer in batch] == [QUOTE] * 2


async def test_what_was_indexed_since_is_found(home: Path, tmp_path: Path) -> None:
    with selon.open(tmp_path) as articles:
        with pytest.raises(NoIndex):
            articles.ask(QUESTION)
        await articles.aindex(home / "articles" / "tigre.txt")
        assert not articles.ask(QUESTION).is_sure
        articles.index(home / "articles")
        assert articles.ask(QUESTION).is_sure


async def test_history_is_what_a_question_refers_to(home: Path) -> None:
    question = "En quelle année ?"
    async with selon.open(home / ".selon") as articles:
        assert articles.ask(question).outcome == "no"
        before = articles.ask(QUESTION)
        for history in ([QUESTION], [before], ["Combien pèse le tigre ?", QUESTION]):
            for answer in (articles.ask(question, history), await articles.aask(question, history)):
                assert answer.citations[0].quote == QUOTE


def test_every_answer_has_a_text(home: Path) -> None:
    with selon.open(home / ".selon") as articles:
        texts = {
            "Bonjour !": "Bonjour",
            "Quel est le prix du pain à Oslo ?": "Je ne sais pas",
            "Je veux mourir, je vais me tuer ce soir": "3114",
            QUESTION: f"{QUOTE} [1]",
        }
        for question, text in texts.items():
            assert text in articles.ask(question).text


def test_what_is_no_question_is_an_error(home: Path) -> None:
    with selon.open(home / ".selon") as articles:
        runnable, retriever = articles.as_runnable(), articles.as_retriever()
        for ask in (articles.ask, articles.search, runnable.invoke, retriever.invoke):
            for question in ("", " \n", None, 7, [QUESTION]):
                with pytest.raises(ValueError, match=r"pas de question\.$|^Une question est un"):
                    ask(question)  # type: ignore[operator]
        with pytest.raises(ValueError, match="pas de question"):
            articles.ask(QUESTION, history=["Qui ?", ""])


def test_an_error_reads_as_a_sentence(tmp_path: Path) -> None:
    for language, sentence in (("fr", "rien n’est encore indexé"), ("en", "nothing is indexed")):
        with selon.open(tmp_path, language=language) as articles:
            with pytest.raises(NoIndex) as caught:
                articles.ask(QUESTION)
            assert sentence in str(caught.value)
            assert caught.value.code == "no-index"


def test_a_setting_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="redaer") as caught:
        selon.open(tmp_path, redaer="none")
    assert caught.value.code == "settings-unknown"
    with pytest.raises(SettingsError, match=r"^SELON_THREADS=-1.+\.$"):
        selon.open(tmp_path, threads=-1)
    with selon.open(tmp_path, reader="none") as articles:
        assert articles.settings == Settings(data_dir=tmp_path, reader="none")


async def test_the_retriever_gives_documents(tmp_path: Path) -> None:
    index([*three(), full()], tmp_path)
    live = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load())
    retriever = ArticleRetriever(index=live, k=2)
    documents = retriever.invoke("Où est-il né, à Lyon ?")
    assert await retriever.ainvoke("Où est-il né, à Lyon ?") == documents
    assert len(documents) == 2
    document = next(
        document for document in documents if document.metadata["title"] == full().title
    )
    assert document.metadata["published"] == "2024-02-29"
    assert document.metadata["url"] == full().url
    span = slice(document.metadata["start"], document.metadata["end"])
    assert full().text[span] == document.page_content


@pytest.mark.parametrize(("example", "printed"), EXAMPLES)
def test_the_examples_of_the_page_run(
    example: str,
    printed: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(home)
    exec(compile(example, "docs/library.md", "exec"), {"__name__": "__main__"})  # noqa: S102
    said = capsys.readouterr().out
    assert said == printed if printed else said

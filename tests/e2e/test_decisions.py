"""Two buttons of one question: the first press decides, and what is said is what was done."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.library.documents import SENT_FOLDER, Documents
from bot.library.paths import fetched_dir
from bot.settings import load_settings
from bot.state.database import open_state, state_url
from bot.state.documents import decide as decide_document
from bot.state.documents import documents_of_person
from index.build.builder import BuildReport, build
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder, build_here

ADMIN, EDITOR, READER = 41, 42, 43
ADD, KEEP, DROP = 0, 1, 2
QUESTION = "Qui a inventé la lentille à échelons de Cordouan ?"
SENTENCE = "Augustin Fresnel a inventé la lentille à échelons de Cordouan."
TEXT = f"La lentille de Cordouan\n\n{SENTENCE} Elle porte loin dans la nuit de l’estuaire."


class HeldBuilder:
    """Builds once it is let."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()

    def __call__(self, *paths: Any, **more: Any) -> BuildReport:
        self.begun.set()
        assert self.let.wait(30)
        return build_here(FakeEmbedder())(*paths, **more)


@pytest.fixture
def builder() -> HeldBuilder:
    return HeldBuilder()


Start = Callable[[BotServer], AbstractAsyncContextManager[None]]


@pytest.fixture
def start(tmp_path: Path, builder: HeldBuilder, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A bot that answers until the block ends."""
    monkeypatch.setenv("SELON_ADMINS", f"{ADMIN}")
    monkeypatch.setenv("SELON_EDITORS", f"{EDITOR}")
    corpus, data_dir = tmp_path / "corpus", tmp_path / "data"
    corpus.mkdir()
    (corpus / "canal.txt").write_text("Le canal relie la ville à la mer depuis 1820.", "utf-8")
    build([corpus], data_dir, FakeEmbedder())
    index = LiveIndex(data_dir, FakeEmbedder(), ConfidenceModel.load())
    chain = FollowUpChain(RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.05))), index.search)
    settings = load_settings(min_confidence=0.05, sure_confidence=0.05)
    documents = Documents(settings, FakeEmbedder(), builder)
    return lambda server: running(server, chain, Library(index), documents=documents)


@pytest_asyncio.fixture
async def server(start: Start, builder: HeldBuilder) -> AsyncIterator[BotServer]:
    try:
        async with BotServer() as server, start(server):
            yield server
            builder.let.set()
    finally:
        builder.let.set()


async def offered(server: BotServer) -> Message:
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode())
    return await server.next_message(60)


@pytest.mark.parametrize("first", [ADD, KEEP])
async def test_a_document_that_is_being_added_is_not_said_to_be_erased(
    server: BotServer, builder: HeldBuilder, first: int
) -> None:
    offer = await offered(server)
    server.presses(offer, first)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    again = [server.presses(offer, each) for each in (DROP, ADD, KEEP)]
    said = [await server.acknowledged(each) for each in again]
    assert said == ["Ce document est déjà en cours d’ajout."] * 3
    builder.let.set()
    told = (await server.next_edit(60)).text
    assert ("est dans le corpus" if first == ADD else "ne sert qu’ici") in told
    done = await server.acknowledged(server.presses(offer, DROP))
    assert done == (
        "Ce document est déjà dans le corpus."
        if first == ADD
        else "Ce document sert déjà à cette conversation."
    )
    await server.silence()
    (shown,) = [each for each in server.messages if each.message_id == offer.message_id]
    assert shown.text == told
    server.user_says(READER if first == ADD else EDITOR, QUESTION)
    assert SENTENCE in (await server.next_message()).text


async def test_forgetting_while_a_document_is_kept_leaves_nothing_of_it(
    server: BotServer, builder: HeldBuilder, tmp_path: Path
) -> None:
    offer = await offered(server)
    server.presses(offer, KEEP)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    server.user_says(EDITOR, "/oublier")
    server.presses(await server.next_message(), 0)
    assert (await server.next_edit()).text.startswith("C’est fait")
    builder.let.set()
    assert "n’est plus là" in (await server.next_edit()).text
    assert list((tmp_path / "data").rglob("fresnel*")) == []
    with closing(open_state(state_url(None, tmp_path / "data"))) as state:
        assert state.do(partial(documents_of_person, person_id=EDITOR)) == []


@pytest.mark.parametrize("moved", [False, True])
async def test_what_a_crash_left_half_filed_is_filed_by_the_next_start(
    start: Start, builder: HeldBuilder, tmp_path: Path, moved: bool
) -> None:
    builder.let.set()
    data_dir = tmp_path / "data"
    async with BotServer() as server:
        async with start(server):
            await offered(server)
        with closing(open_state(state_url(None, data_dir))) as state:
            decide = partial(
                decide_document, document_id=1, person_id=EDITOR, scope="corpus", update_id=None
            )
            assert state.do(decide) is not None
        if moved:
            sent = fetched_dir(load_settings()) / SENT_FOLDER
            sent.mkdir(parents=True)
            (data_dir / "inbox" / "1" / "fresnel.txt").rename(sent / "fresnel-1.txt")
        async with start(server):
            assert "est dans le corpus" in (await server.next_message()).text
            server.user_says(READER, QUESTION)
            assert SENTENCE in (await server.next_message()).text
    assert list((data_dir / "inbox").iterdir()) == []


@pytest.mark.parametrize(
    ("presses", "told"), [((0, 1), "C’est fait"), ((1, 0), "Rien n’a été effacé")]
)
async def test_of_forgetting_and_not_forgetting_the_first_counts(
    server: BotServer, presses: tuple[int, int], told: str
) -> None:
    server.user_says(READER, QUESTION)
    await server.next_message()
    server.user_says(READER, "/oublier")
    question = await server.next_message()
    for each in presses:
        server.presses(question, each)
        await server.acknowledged(server.presses(question, each))
    server.user_says(READER, "/sources")
    await server.next_message()
    (shown,) = [each for each in server.messages if each.message_id == question.message_id]
    assert shown.text.startswith(told)
    server.user_says(READER, "/mesdonnees")
    file = (await server.next_message()).file
    assert file is not None
    assert (QUESTION.encode() in file.data) is (presses == (1, 0))

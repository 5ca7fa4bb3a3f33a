"""Documents sent to the bot, over HTTP, a real index and real files."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from docx import Document

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.library.build_process import BuildProcess, IndexBuilder
from bot.library.documents import Documents
from bot.settings import load_settings
from index.apart import ProcessBounds
from index.build.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder, build_here

EDITOR, READER = 42, 43
QUESTION = "Qui a inventé la lentille à échelons de Cordouan ?"
SENTENCE = "Augustin Fresnel a inventé la lentille à échelons de Cordouan."
TEXT = f"La lentille de Cordouan\n\n{SENTENCE} Elle porte loin dans la nuit de l’estuaire."


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELON_EDITORS", f"{EDITOR}")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "canal.txt").write_text("Le canal relie la ville à la mer depuis 1820.", "utf-8")
    build([corpus], tmp_path / "data", FakeEmbedder())
    return tmp_path / "data"


@asynccontextmanager
async def serving(
    data_dir: Path, local: Path | None = None, builder: IndexBuilder | None = None
) -> AsyncIterator[BotServer]:
    index = LiveIndex(data_dir, FakeEmbedder(), ConfidenceModel.load())
    chain = FollowUpChain(RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.05))), index.search)
    settings = load_settings(min_confidence=0.05, sure_confidence=0.05)
    documents = Documents(settings, FakeEmbedder(), builder or build_here(FakeEmbedder()))
    more = {"telegram_local": local is not None}
    async with (
        BotServer(local=local) as server,
        running(server, chain, Library(index), documents=documents, **more),
    ):
        yield server


@pytest_asyncio.fixture
async def server(data_dir: Path) -> AsyncIterator[BotServer]:
    async with serving(data_dir) as server:
        yield server


@pytest_asyncio.fixture
async def building_apart(data_dir: Path) -> AsyncIterator[BotServer]:
    """A server whose bot builds in a process of its own, as it does in service."""
    async with serving(data_dir, builder=BuildProcess(FakeEmbedder)) as server:
        yield server


async def _offered(server: BotServer) -> Message:
    offer = await server.next_message(60)
    assert [button.text for button in offer.buttons] == [
        "Ajouter au corpus",
        "Seulement pour cette conversation",
        "Ne rien en faire",
    ], offer.text
    return offer


async def test_a_document_for_all_answers_everybody(
    building_apart: BotServer, data_dir: Path
) -> None:
    server = building_apart
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode())
    offer = await _offered(server)
    assert "La lentille de Cordouan" in offer.text
    server.presses(offer, 0)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    told = await server.next_edit(60)
    assert (told.message_id, told.buttons) == (offer.message_id, ())
    assert "est dans le corpus" in told.text
    await server.silence()
    assert not (data_dir / "inbox" / "1").exists()
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{SENTENCE}")


async def test_a_document_for_one_conversation_answers_there_alone(
    server: BotServer, data_dir: Path
) -> None:
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode())
    server.presses(await _offered(server), 1)
    await server.next_edit()
    assert "ne sert qu’ici" in (await server.next_edit(60)).text
    server.user_says(EDITOR, QUESTION)
    answer = await server.next_message()
    assert answer.text.startswith(f"«\u00a0{SENTENCE}")
    server.presses(answer, 0)
    assert SENTENCE in (await server.next_message()).styled("bold")[-1]
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith("Je ne sais pas")
    server.user_says(EDITOR, "Depuis quand le canal relie-t-il la ville à la mer ?")
    assert "1820" in (await server.next_message()).text
    server.user_says(EDITOR, "/nouveau")
    await server.next_message()
    assert not (data_dir / "conversations" / f"{EDITOR}_0").exists()
    server.user_says(EDITOR, QUESTION)
    assert (await server.next_message()).text.startswith("Je ne sais pas")


async def test_a_document_with_a_question_on_it_is_kept_here_and_answers_it(
    server: BotServer, data_dir: Path
) -> None:
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode(), caption=QUESTION)
    shown = await server.next_message()
    assert shown.text == "Je le range, un instant…"
    answer = await server.next_message(60)
    assert answer.text.startswith(f"«\u00a0{SENTENCE}")
    told = await server.next_edit()
    assert told.message_id == shown.message_id
    assert told.text == (
        "«\u00a0fresnel.txt\u00a0» ne sert qu’ici\u202f; il sera effacé avec cette conversation "
        "(/nouveau, ou quand elle s’éteint)."
    )
    assert (data_dir / "conversations" / f"{EDITOR}_0").exists()
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith("Je ne sais pas")


async def test_forgetting_a_person_erases_their_documents(
    server: BotServer, data_dir: Path
) -> None:
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode())
    server.presses(await _offered(server), 1)
    while "ne sert qu’ici" not in (await server.next_edit(60)).text:
        pass
    server.user_sends_file(EDITOR, "autre.txt", TEXT.encode())
    await _offered(server)
    server.user_says(EDITOR, "/oublier")
    server.presses(await server.next_message(), 0)
    while not (await server.next_edit()).text.startswith("C’est fait"):
        pass
    left = [
        path for name in ("conversations", "inbox") for path in (data_dir / name).rglob("*.txt")
    ]
    assert left == []


def _docx() -> bytes:
    document, out = Document(), BytesIO()
    document.add_heading("La lentille de Cordouan", 0)
    document.add_paragraph(f"{SENTENCE} Elle porte loin dans la nuit de l’estuaire.")
    document.save(out)
    return out.getvalue()


async def test_the_content_tells_the_format_not_the_name(server: BotServer, data_dir: Path) -> None:
    page = f"<html><body><article><h1>La lentille</h1><p>{SENTENCE * 3}</p>".encode()
    sent = {
        "article.docx": _docx(),
        "faux-nom.txt": _docx(),
        "page.html": page,
        "../../../etc/passwd": TEXT.encode(),
        "…/ \u202etxt.éé": TEXT.encode(),
        "": TEXT.encode(),
    }
    for name, data in sent.items():
        server.user_sends_file(EDITOR, name, data)
        await _offered(server)
    inbox = (data_dir / "inbox").resolve()
    files = [path.resolve() for path in inbox.rglob("*.*")]
    assert len(files) == len(sent)
    assert all(path.is_relative_to(inbox) for path in files)


async def test_what_cannot_be_read_is_told_and_leaves_nothing(
    server: BotServer, data_dir: Path
) -> None:
    for name, data, why in (
        ("image.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image"),
        ("vide.txt", b" ", "Je ne peux pas lire"),
        ("hasard.pdf", bytes(range(256)) * 10, "Je ne peux pas lire"),
        ("casse.pdf", b"%PDF-1.7\nrien", "Je ne peux pas lire"),
        ("bombe.zip", _bomb(), "Je ne peux pas lire ce document."),
    ):
        server.user_sends_file(EDITOR, name, data)
        assert why in (await server.next_message(60)).text
    server.user_says(EDITOR, "http://127.0.0.1:9/secret")
    assert "Je ne peux pas lire ce document." in (await server.next_message(60)).text
    assert not (data_dir / "inbox").exists() or list((data_dir / "inbox").iterdir()) == []


@cache
def _bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bombe.txt", b"0" * (300 * 2**20))
    return out.getvalue()


async def test_a_server_of_one_s_own_gives_larger_files_which_are_read_as_carefully(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "server").mkdir()
    async with serving(data_dir, tmp_path / "server") as server:
        server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode() + b"\n" * (21 * 2**20))
        offer = await _offered(server)
        server.presses(offer, 0)
        await server.next_edit()
        assert "est dans le corpus" in (await server.next_edit(60)).text
        server.user_says(READER, QUESTION)
        assert (await server.next_message()).text.startswith(f"«\u00a0{SENTENCE}")
        server.user_sends_file(EDITOR, "bombe.zip", _bomb())
        assert "Je ne peux pas lire ce document." in (await server.next_message()).text
        server.user_sends_file(EDITOR, "énorme.pdf", b"%PDF-", size=2_001 * 2**20)
        assert "2\u202f000\u00a0Mo au plus" in (await server.next_message()).text


async def test_a_document_that_takes_too_much_is_refused_and_the_others_stay(
    building_apart: BotServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = building_apart
    server.user_sends_file(EDITOR, "fresnel.txt", TEXT.encode())
    server.presses(await _offered(server), 1)
    await server.next_edit()
    assert "ne sert qu’ici" in (await server.next_edit(60)).text
    monkeypatch.setattr("bot.library.documents.CONVERSATION_BOUNDS", ProcessBounds(memory=2**20))
    server.user_sends_file(EDITOR, "phare.txt", b"Le phare brille.\n\n" * 2000)
    server.presses(await _offered(server), 1)
    await server.next_edit()
    told = (await server.next_edit(60)).text
    assert "n’a pas pu être ajouté" in told
    assert "l’indexation demande trop de mémoire" in told
    files = [each.name for each in (data_dir / "conversations" / f"{EDITOR}_0").rglob("*.txt")]
    assert [name.split("-")[0] for name in files] == ["fresnel"]
    server.user_says(EDITOR, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{SENTENCE}")


async def test_readers_cannot_add_documents(server: BotServer, data_dir: Path) -> None:
    server.user_sends_file(READER, "fresnel.txt", TEXT.encode())
    assert "Seules les personnes" in (await server.next_message()).text
    assert not (data_dir / "inbox").exists()
    server.user_says(READER, "https://exemple.fr/article")
    assert (await server.next_message()).text.startswith("Je ne sais pas")

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

from bot.library.build_process import BuildProcess, IndexBuilder
from index.tasks import ProcessBounds
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.real_index import DOCUMENT, INVENTION, INVENTOR, running_over
from tests.e2e.telegram import spaced
from tests.fakes import FakeEmbedder

EDITOR, READER = 42, 43
ANSWER = f"«\u00a0{INVENTOR}"
UNREADABLE = "Je ne peux pas lire ce document."


@pytest.fixture(autouse=True)
def _editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_EDITORS", f"{EDITOR}")


@asynccontextmanager
async def serving(
    data_dir: Path, local: Path | None = None, builder: IndexBuilder | None = None
) -> AsyncIterator[BotServer]:
    own = {"telegram_local": local is not None}
    async with (
        BotServer(local=local) as server,
        running_over(server, data_dir, builder=builder, **own),
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
    offer = await server.next_message()
    expected = ["Ajouter au corpus", "Seulement pour cette conversation", "Ne rien en faire"]
    assert offer.labels == expected, offer.text
    return offer


async def _filed(
    server: BotServer, button: int, told: str, name: str = "fresnel.txt", data: bytes = b""
) -> Message:
    """Somebody sends a document and decides; what they are told in the end."""
    server.user_sends_file(EDITOR, name, data or DOCUMENT.encode())
    server.presses(await _offered(server), button)
    return await server.edit_with(told)


async def test_a_document_for_all_answers_all(building_apart: BotServer, data_dir: Path) -> None:
    server = building_apart
    server.user_sends_file(EDITOR, "fresnel.txt", DOCUMENT.encode())
    offer = await _offered(server)
    assert "La lentille de Cordouan" in offer.text
    server.presses(offer, 0)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    told = await server.next_edit()
    assert (told.message_id, told.buttons) == (offer.message_id, ())
    assert "est dans le corpus" in told.text
    await server.silence()
    assert not (data_dir / "inbox" / "1").exists()
    assert (await server.reply_to(READER, INVENTION)).text.startswith(ANSWER)


async def test_a_document_under_embargo_answers_nobody(server: BotServer) -> None:
    data = f"---\ntitle: La lentille\ndate: 2099-01-01\n---\n\n{INVENTOR}\n".encode()
    told = await _filed(server, 0, "sous embargo", "fresnel.md", data)
    assert told.text.startswith("«\u00a0fresnel.md\u00a0» est sous embargo jusqu’au 2099-01-01")
    for person in (EDITOR, READER):
        assert (await server.reply_to(person, INVENTION)).text.startswith("Je ne sais pas")
    failed = await _filed(server, 1, "sous embargo", "fresnel.md", data)
    assert "n’a pas pu être ajouté" in failed.text
    assert (await server.reply_to(EDITOR, INVENTION)).text.startswith("Je ne sais pas")


async def test_a_document_for_one_chat_answers_there(server: BotServer, data_dir: Path) -> None:
    await _filed(server, 1, "ne sert qu’ici")
    answer = await server.reply_to(EDITOR, INVENTION)
    assert answer.text.startswith(ANSWER)
    assert INVENTOR in (await server.reply_to_press(answer, 0)).styled("bold")[-1]
    assert (await server.reply_to(READER, INVENTION)).text.startswith("Je ne sais pas")
    canal = await server.reply_to(EDITOR, "Depuis quand le canal relie-t-il la ville à la mer ?")
    assert "1820" in canal.text
    await server.reply_to(EDITOR, "/nouveau")
    assert not (data_dir / "conversations" / f"{EDITOR}_0").exists()
    assert (await server.reply_to(EDITOR, INVENTION)).text.startswith("Je ne sais pas")


async def test_a_document_with_a_question_on_it_is_kept_here_and_answers_it(
    server: BotServer, data_dir: Path
) -> None:
    server.user_sends_file(EDITOR, "fresnel.txt", DOCUMENT.encode(), caption=INVENTION)
    shown = await server.next_message()
    assert shown.text == "Je le range, un instant…"
    answer = await server.next_message()
    assert answer.text.startswith(ANSWER)
    told = await server.next_edit()
    assert told.message_id == shown.message_id
    assert spaced(told.text) == (
        "« fresnel.txt » ne sert qu’ici ; il sera effacé avec cette conversation (/nouveau, ou "
        "quand elle s’éteint)."
    )
    assert (data_dir / "conversations" / f"{EDITOR}_0").exists()
    assert (await server.reply_to(READER, INVENTION)).text.startswith("Je ne sais pas")
    # What the file of a question does not say is not looked up elsewhere.
    canal = "Depuis quand le canal relie-t-il la ville à la mer ?"
    assert "1820" in (await server.reply_to(READER, canal)).text
    server.user_sends_file(EDITOR, "fresnel.txt", DOCUMENT.encode(), caption=canal)
    await server.next_message()
    answer = await server.next_message()
    assert answer.text.startswith("Je ne sais pas")
    assert "1820" not in answer.text


async def test_who_is_forgotten_leaves_no_documents(server: BotServer, data_dir: Path) -> None:
    await _filed(server, 1, "ne sert qu’ici")
    server.user_sends_file(EDITOR, "autre.txt", DOCUMENT.encode())
    await _offered(server)
    server.presses(await server.reply_to(EDITOR, "/oublier"), 0)
    await server.edit_with("C’est fait")
    for folder in ("conversations", "inbox"):
        assert list((data_dir / folder).rglob("*.txt")) == []


def _docx() -> bytes:
    document, out = Document(), BytesIO()
    document.add_heading("La lentille de Cordouan", 0)
    document.add_paragraph(f"{INVENTOR} Elle porte loin dans la nuit de l’estuaire.")
    document.save(out)
    return out.getvalue()


async def test_the_content_tells_the_format_not_the_name(server: BotServer, data_dir: Path) -> None:
    page = f"<html><body><article><h1>La lentille</h1><p>{INVENTOR * 3}</p>".encode()
    sent = {
        "article.docx": _docx(),
        "faux-nom.txt": _docx(),
        "page.html": page,
        "../../../etc/passwd": DOCUMENT.encode(),
        "…/ \u202etxt.éé": DOCUMENT.encode(),
        "": DOCUMENT.encode(),
    }
    for name, data in sent.items():
        server.user_sends_file(EDITOR, name, data)
        await _offered(server)
    inbox = (data_dir / "inbox").resolve()
    files = [path.resolve() for path in inbox.rglob("*.*")]
    assert len(files) == len(sent)
    assert all(path.is_relative_to(inbox) for path in files)


async def test_the_unreadable_is_told_and_leaves_nothing(server: BotServer, data_dir: Path) -> None:
    for name, data, why in (
        ("image.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image"),
        ("vide.txt", b" ", "Je ne peux pas lire"),
        ("hasard.pdf", bytes(range(256)) * 10, "Je ne peux pas lire"),
        ("casse.pdf", b"%PDF-1.7\nrien", "Je ne peux pas lire"),
        ("bombe.zip", _bomb(), UNREADABLE),
    ):
        server.user_sends_file(EDITOR, name, data)
        assert why in (await server.next_message()).text
    assert UNREADABLE in (await server.reply_to(EDITOR, "http://127.0.0.1:9/secret")).text
    assert not (data_dir / "inbox").exists() or list((data_dir / "inbox").iterdir()) == []


@cache
def _bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bombe.txt", b"0" * (300 * 2**20))
    return out.getvalue()


async def test_a_server_of_one_s_own_gives_larger_files_which_are_read_as_carefully(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "server").mkdir()
    async with serving(data_dir, tmp_path / "server") as server:
        large = DOCUMENT.encode() + b"\n" * (21 * 2**20)
        await _filed(server, 0, "est dans le corpus", data=large)
        assert (await server.reply_to(READER, INVENTION)).text.startswith(ANSWER)
        server.user_sends_file(EDITOR, "bombe.zip", _bomb())
        assert UNREADABLE in (await server.next_message()).text
        server.user_sends_file(EDITOR, "énorme.pdf", b"%PDF-", size=2_001 * 2**20)
        assert "2\u202f000\u00a0Mo au plus" in (await server.next_message()).text


async def test_a_document_that_takes_too_much_is_refused_and_the_others_stay(
    building_apart: BotServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = building_apart
    await _filed(server, 1, "ne sert qu’ici")
    monkeypatch.setattr("bot.library.documents.CONVERSATION_BOUNDS", ProcessBounds(memory=2**20))
    data = b"Le phare brille.\n\n" * 2000
    told = await _filed(server, 1, "n’a pas pu être ajouté", "phare.txt", data)
    assert "l’indexation demande trop de mémoire" in told.text
    files = [path.name for path in (data_dir / "conversations" / f"{EDITOR}_0").rglob("*.txt")]
    assert [name.split("-")[0] for name in files] == ["fresnel"]
    assert (await server.reply_to(EDITOR, INVENTION)).text.startswith(ANSWER)


async def test_readers_cannot_add_documents(server: BotServer, data_dir: Path) -> None:
    server.user_sends_file(READER, "fresnel.txt", DOCUMENT.encode())
    assert "Seules les personnes" in (await server.next_message()).text
    assert not (data_dir / "inbox").exists()
    link = await server.reply_to(READER, "https://exemple.fr/article")
    assert link.text.startswith("Je ne sais pas")

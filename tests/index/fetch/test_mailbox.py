"""Sources in a mail folder, over an IMAP server."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from index.errors import FetchError
from index.fetch import mailbox
from index.fetch.fetcher import Fetcher
from index.fetch.gatherer import GatheredAddress
from index.fetch.source import SourceContext, SourceSettings
from index.formats.conversion import read_source
from index.formats.sources import find_sources
from tests.web.mailbox import LOGIN, Mailbox


@pytest.fixture
def server() -> Iterator[Mailbox]:
    with Mailbox() as running:
        running.messages = {number: message(number) for number in range(1, 31)}
        yield running
    assert running.unexpected == []


def message(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Agence <a@exemple.fr>", f"Dépêche {number}"
    mail["Date"] = "Mon, 01 Jun 2026 08:00:00 +0200"
    mail.set_content(f"Le port numéro {number} rouvre lundi après des travaux, dit la mairie.\n")
    note = f"L’annexe {number} du chantier emploie dix personnes depuis mai.\n".encode()
    mail.add_attachment(note, maintype="text", subtype="plain", filename="annexe.txt")
    return mail.as_bytes()


def read(server: Mailbox, folder: Path, secret: str = LOGIN[1], address: str = "") -> list[str]:
    source = SourceSettings("depeches", "mail", address or server.address, user=LOGIN[0])
    with Fetcher("9.9") as fetcher:
        events = mailbox.follow(source, SourceContext(folder, fetcher, secret))
        return [event.state for event in events if isinstance(event, GatheredAddress)]


def test_messages_and_their_attachments_are_articles(server: Mailbox, tmp_path: Path) -> None:
    assert read(server, tmp_path) == ["added"] * 30
    assert read(server, tmp_path) == []
    server.messages[31] = message(31)
    del server.messages[1]
    assert sorted(read(server, tmp_path)) == ["added", "removed"]
    files, _ = find_sources([tmp_path])
    assert len(files) == 30
    titles = [article.title for article in read_source(files[0])]  # type: ignore[union-attr]
    assert len(titles) == 2


def test_large_messages_are_fetched_one_by_one_in_any_form(
    server: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_BATCH_BYTES", 1000)
    monkeypatch.setattr(mailbox, "MESSAGE_BYTES", 5000)
    server.number_is_last = True
    server.messages[31] = message(31) + b"x" * 5000
    assert read(server, tmp_path) == ["added"] * 30
    assert read(server, tmp_path) == []


def test_a_renumbered_folder_is_read_again_without_doubles(server: Mailbox, tmp_path: Path) -> None:
    read(server, tmp_path)
    server.validity += 1
    assert sorted(read(server, tmp_path)) == ["added"] * 30 + ["removed"] * 30
    assert len(list(tmp_path.glob("[!.]*"))) == 30


@pytest.mark.parametrize("fetched", [0, 7, 20, 29])
def test_a_cut_connection_loses_nothing(server: Mailbox, tmp_path: Path, fetched: int) -> None:
    server.cut_after = fetched
    with pytest.raises(FetchError, match="address-unreachable"):
        read(server, tmp_path)
    assert set(read(server, tmp_path)) == {"added"}
    assert len(list(tmp_path.glob("[!.]*"))) == 30


def test_refusals_are_told(server: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="source-denied") as denied:
        read(server, tmp_path, "autre")
    assert "autre" not in str(denied.value)
    with pytest.raises(FetchError, match="source-no-folder"):
        read(server, tmp_path, address=server.address.replace("D%C3%A9p", "Rep"))
    with pytest.raises(FetchError, match="address-unreachable"):
        read(server, tmp_path, address="imap://127.0.0.1:1/INBOX")

"""Quotes kept by a button on Telegram, sent as a document, and told of when articles change."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import docx
import pytest

from bot.clippings import telegram as clippings
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.conftest import own_data_dir, quick_start, server
from tests.e2e.telegram import QUESTION, Shelf, StubChain, running

__all__ = ["own_data_dir", "quick_start", "server"]
READER, OTHER = 42, 43


@pytest.fixture(autouse=True)
def frequent_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clippings, "POLL_INTERVAL", timedelta(seconds=0.05))


async def test_quotes_are_kept_sent_and_told_of(server: BotServer) -> None:
    shelf: Any = Shelf(FRESNEL)
    chain = StubChain(**{QUESTION: answered(QUESTION, cite(1, BIRTH))})
    address = "https://selon.exemple.fr"
    async with running(server, chain, shelf, web_address=address, web_access="open"):
        answer = await server.reply_to(READER, QUESTION)
        query = server.presses(answer, "Garder")
        assert (await server.acknowledged(query)).startswith("1 citation gardée")
        assert "aucune citation" in (await server.reply_to(OTHER, "/gardees")).text
        sent = await server.reply_to(READER, "/gardees")
        assert sent.text.startswith(
            f"Vos citations sont visibles à cette adresse\u00a0: {address}/"
        )
        assert sent.file is not None
        document = docx.Document(io.BytesIO(sent.file.data))
        assert BIRTH in document.paragraphs[1].text
        shelf.articles[FRESNEL.id] = replace(FRESNEL, text="Tout est autre.")
        shelf.current = "20260401T120000.000000Z"
        told = await server.next_message()
        assert (told.chat_id, told.text) == (
            READER,
            "L’article de 1 citation gardée a changé ou a été retiré.",
        )
        await server.silence()

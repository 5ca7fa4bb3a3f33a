"""A passage opens at its quote on the pages, where `selon serve` has an address."""

from __future__ import annotations

import pytest

from bot.web.answer_view import quotes_path
from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import QUESTION, StubChain, running

READER, GROUP, ADDRESS, LABEL = 42, -100, "https://selon.exemple.fr", "Lire dans l’article"
CITATION = cite(1, BIRTH)


@pytest.mark.parametrize("access", ["open", "token", "local"])
async def test_a_passage_opens_on_the_pages(server: BotServer, access: str) -> None:
    chain = StubChain(**{QUESTION: answered(QUESTION, CITATION)})
    async with running(server, chain, web_address=f"{ADDRESS}/", web_access=access):
        answer = await server.reply_to(READER, QUESTION)
        passage = await server.reply_to_press(answer, "Passage")
        group = await server.reply_to(GROUP, f"/demander {QUESTION}", kind="supergroup")
        in_group = await server.reply_to_press(group, "Passage", person=READER)
    if access == "local":
        assert LABEL not in (*passage.labels, *in_group.labels)
        return
    button, link = passage.buttons[-1], in_group.buttons[-1]
    assert (button.text, link.text) == (LABEL, LABEL)
    assert (button.web_app if access == "open" else button.url) == ADDRESS + quotes_path([CITATION])
    assert link.url == ADDRESS + quotes_path([CITATION])  # Telegram opens no web app in a group

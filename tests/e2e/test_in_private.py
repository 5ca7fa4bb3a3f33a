"""What is of one person is shown in private alone, over every command and every button."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from telegram.ext import CallbackQueryHandler

from bot.library.documents import Documents
from bot.messenger.inbound.scheduler import UpdatePace
from bot.settings import load_settings
from bot.state.database import open_state, state_url
from index.models.base import Embedder
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import all_commands, register_all, running

ADMIN, GROUP = 1, -100
SECRET = "Où est le trésor de ma grand-mère ?"
IN_PRIVATE = "C’est entre vous et moi\u00a0: écrivez-moi en privé."

_PUBLIC = """
aide help article corpus demander ask langue language nouveau new start stop recents recent
recherche search resume summary sources arene arena classement standings alertes alerts suivre
follow autoriser allow interdire forbid daily quotidien podcast chronologie timeline fiche dossier
point overview citations quotes liste list compare positions actu latest
"""
PUBLIC = set(_PUBLIC.split())
"""The commands that show nothing of one person. A new one is private until it is named here."""

_PUBLIC_BUTTONS = """
a:0123456789ab z:0123456789ab o:0123456789ab w:0123456789ab:0 s:1 d:1 p:x m:1 n:1 v:1:1 r:1:wrong
l:fr q:start q:stop ask:0 f:1:stop hear:stop hear:2025-08-28:2025-08-29 say:1 b:1:a b:1:u
doc:1 doc:1:md all:1 keep:1
"""
_PRIVATE_BUTTONS = """
x:1 forget:yes forget:no quiet:yes silence voice:never s!:1 d+:1
rm:0123456789ab rm!:0123456789ab rm~:d1 rm- a:refresh a:statistics a:unanswered a:reindex a:stop
"""
PUBLIC_BUTTONS, PRIVATE_BUTTONS = _PUBLIC_BUTTONS.split(), _PRIVATE_BUTTONS.split()


@pytest_asyncio.fixture
async def shown(server: BotServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Message]:
    """A refusal in a group, below which an administrator presses; they have an alert of theirs."""
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setattr(UpdatePace, "wait", lambda *_: 0.0)
    documents = Documents(load_settings(), cast("Embedder", None))
    async with running(server, documents=documents):
        refusal = await server.reply_to(ADMIN, SECRET)
        server.presses(refusal, "M’avertir quand un article y répond")
        await server.next_message()
        assert SECRET in (await server.reply_to(ADMIN, "/alertes")).text
        yield await server.reply_to(GROUP, "/demander Rien ?", kind="supergroup", person=ADMIN)


def _shown_in_groups(server: BotServer) -> str:
    return " ".join(message.text for message in server.messages if message.chat_id < 0)


@pytest.mark.usefixtures("shown")
async def test_no_private_command_answers_in_a_group(server: BotServer) -> None:
    names = [name for command in all_commands() for name in command.names if name not in PUBLIC]
    tried = (*names, "oublier, vite", "oublier@selon_test_bot, vite", "OUBLIER")
    for number, text in enumerate(tried):  # in groups of their own: one gets twenty a minute
        said = await server.reply_to(GROUP - number, f"/{text}", kind="supergroup", person=ADMIN)
        assert said.text == IN_PRIVATE, text
        assert [button.url for button in said.buttons] == ["https://t.me/selon_test_bot"], text
    assert SECRET not in _shown_in_groups(server)


@pytest.mark.usefixtures("shown")
async def test_as_an_administrator_the_bot_tells_it_to_that_person_alone(server: BotServer) -> None:
    for administrator in (False, True):
        if administrator:
            server.bot_is_administrator(GROUP)
        said = await server.reply_to(GROUP, "/mesdonnees", kind="supergroup", person=ADMIN)
        assert said.text == IN_PRIVATE
        assert said.only_for == (ADMIN if administrator else None)


@pytest.mark.usefixtures("shown")
async def test_every_public_command_answers_in_a_group(server: BotServer) -> None:
    names = (*(n for command in all_commands() for n in command.names if n in PUBLIC), "start")
    for number, name in enumerate(names):
        said = await server.reply_to(GROUP - number, f"/{name}", kind="supergroup", person=ADMIN)
        assert said.text != IN_PRIVATE, name
    assert SECRET not in _shown_in_groups(server)


async def test_no_private_button_answers_in_a_group(server: BotServer, shown: Message) -> None:
    before = len(server.messages)
    for data in PRIVATE_BUTTONS:
        pressed = server.presses(shown, 0, data=data, person=ADMIN)
        assert await server.acknowledged(pressed) == IN_PRIVATE, data
    await server.silence()
    assert len(server.messages) == before
    # Nothing was cancelled or erased.
    assert SECRET in (await server.reply_to(ADMIN, "/alertes")).text


async def test_every_public_button_answers_in_a_group(server: BotServer, shown: Message) -> None:
    for data in PUBLIC_BUTTONS:
        pressed = server.presses(shown, 0, data=data, person=ADMIN)
        assert await server.acknowledged(pressed) != IN_PRIVATE, data
    assert SECRET not in _shown_in_groups(server)


def test_every_button_is_tried(tmp_path: Path) -> None:
    """A feature with a new button has to say which it is."""
    with closing(open_state(state_url(None, tmp_path))) as state:
        registered = register_all(state)[0]
    patterns = [
        cast("re.Pattern[str]", handler.pattern)
        for handler in registered
        if isinstance(handler, CallbackQueryHandler) and handler.pattern is not None
    ]
    for pattern in patterns:
        tried = [data for data in (*PUBLIC_BUTTONS, *PRIVATE_BUTTONS) if pattern.match(data)]
        assert tried, f"no button of {pattern.pattern} is tried in a group"

"""What the bot says of itself, and what each person can do with it, over HTTP."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.messenger.handlers.registration import CORE_MENUS, LAST
from bot.messenger.running import application
from tests.botapi.server import BotServer
from tests.e2e.telegram import feature_commands, running

ADMIN, EDITOR, READER = 1, 2, 42
NOT_OFFERED = {"voix", "arene", "classement"}  # nothing speaks, no arena is held
SHOWN = replace(
    CORE_MENUS,
    everybody=(
        *CORE_MENUS.everybody,
        *(command for command in feature_commands() if command.fr not in NOT_OFFERED),
        *LAST,
    ),
)


async def _helped(server: BotServer, person: int, language: str = "fr") -> set[str]:
    help_text = (await server.reply_to(person, "/aide", language)).text
    return set(re.findall(r"^/(\w+) – ", help_text, re.MULTILINE))


async def test_help_shows_the_commands_that_this_person_has(server: BotServer) -> None:
    everybody = {command.fr for command in (*SHOWN.everybody, *SHOWN.hidden)}
    async with running(server, admins=(ADMIN,), editors=(EDITOR,)):
        assert await _helped(server, READER) == everybody
        assert await _helped(server, EDITOR) == everybody | {"statistiques", "sansreponse"}
        assert await _helped(server, ADMIN) == {
            command.fr for command in SHOWN.commands if command not in CORE_MENUS.groups
        }
        english = {command.en for command in (*SHOWN.everybody, *SHOWN.hidden)}
        assert await _helped(server, READER, "en") == english


@pytest.mark.usefixtures("introduced")
async def test_a_bot_that_cannot_describe_itself_answers(server: BotServer) -> None:
    server.fail_next("getMyShortDescription")
    async with running(server):
        await server.reply_to(READER, "Bonjour")


@pytest.mark.usefixtures("introduced")
async def test_a_name_that_telegram_takes_hours_later_holds_nobody_up(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "INTRODUCTION_SECONDS", 2.0)
    server.fail_next("setMyName", retry_after=3600)
    async with running(server, bot_name="Autre"):
        await server.reply_to(READER, "Bonjour")
    assert server.faults_left == 0

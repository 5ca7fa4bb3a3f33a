"""Who is answered, where, and how fast, over HTTP and across restarts."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.locale.messenger import AccessPhrases
from bot.state import meters
from bot.timezone import use_timezone
from tests.bot.test_timezone import AHEAD, BEHIND, own_zone
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import ANSWER, QUESTION, StubChain, running, spaced

__all__ = ["own_zone"]

ADMIN, EDITOR, READER, STRANGER, OTHER, GROUP, CHANNEL = 1, 2, 42, 9, 10, -100, -200
BOT = "selon_test_bot"

Running = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture(autouse=True)
def _people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))
    monkeypatch.setenv("SELON_ALLOWED_USERS", str(READER))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer(privacy=False) as server:
        yield server


@pytest.fixture
def bot(server: BotServer, chain: StubChain) -> Running:
    return partial(running, server, chain)


CITED = spaced(ANSWER)


async def asked(server: BotServer, person: int, text: str = QUESTION) -> str:
    return spaced((await server.reply_to(person, text)).text)


async def invited(server: BotServer, command: str = "/inviter") -> str:
    """The command that an invitation's link sends when it is followed."""
    told = await asked(server, ADMIN, command)
    link = re.search(rf"https://t\.me/{BOT}\?start=([\w-]{{32}})\n", told)
    assert link is not None
    return f"/start {link[1]}"


# Who


@pytest.mark.parametrize("access", ["open", "list", "invitation"])
async def test_a_stranger_is_answered_where_access_is_open_and_told_why_not_elsewhere(
    server: BotServer, bot: Running, chain: StubChain, access: str
) -> None:
    said = {
        "open": CITED,
        "list": f"Bonjour ! Je ne réponds qu’aux personnes autorisées. Pour l’être, donnez votre "
        f"numéro Telegram, {STRANGER}, à la personne qui s’occupe de moi.",
        "invitation": "Bonjour ! Je ne réponds que sur invitation. Pour en recevoir une, "
        "adressez-vous à la personne qui s’occupe de moi (votre numéro Telegram est "
        f"{STRANGER}).",
    }
    async with bot(access=access):
        assert (await asked(server, STRANGER)).startswith(said[access])
    assert bool(chain.questions) is (access == "open")


async def test_a_stranger_gets_one_line_an_hour(server: BotServer, bot: Running) -> None:
    async with bot(access="list"):
        await asked(server, STRANGER)
        server.user_says(STRANGER, "Et pourquoi ?")
        server.user_sends(STRANGER, {"contact": {"phone_number": "1", "first_name": "A"}})
        server.user_says(STRANGER, "/aide")
        await server.silence()
        told = await server.reply_to(OTHER, QUESTION, "en")  # each is told, in their language
        assert told.text.startswith("Hello! I answer only people who are")
    async with bot(access="list"):
        server.user_says(STRANGER, QUESTION)
        await server.silence()
    hour = timedelta(hours=1)
    with open_session() as session:
        meters.notice(session, f"stranger:{STRANGER}", datetime.now(UTC) - hour, -hour)
    async with bot(access="list"):
        assert "9, à la personne" in await asked(server, STRANGER)


# Invitations


async def test_an_invitation_lets_one_in_for_good(server: BotServer, bot: Running) -> None:
    guests = {
        STRANGER: ("/inviter", "Bienvenue ! Posez"),
        STRANGER + 10: ("/invite editor", "Bienvenue ! Vous"),
    }
    async with bot(access="invitation"):
        for guest, (command, welcome) in guests.items():
            start = await invited(server, command)
            assert (await asked(server, guest, start)).startswith(welcome)
            assert (await asked(server, guest)).startswith(CITED)
            again = await asked(server, guest + 100, start)
            assert again.startswith("Cette invitation a déjà servi")
    async with bot(access="invitation"):
        for guest in guests:
            assert (await asked(server, guest)).startswith(CITED)
        assert (await asked(server, OTHER)).startswith("Bonjour ! Je ne réponds que sur invitation")


# Said in the chat


async def test_an_administrator_picks_people_from_a_list(server: BotServer, bot: Running) -> None:
    async with bot(access="list"):
        choice = await server.reply_to(ADMIN, "/autoriser")
        pickers = ["Autoriser quelqu’un…", "Nommer un éditeur…"]
        assert [picker.text for picker in choice.pickers or ()] == pickers
        server.user_picks(choice, 1, STRANGER, "Anne")
        done = await server.next_message()
        assert spaced(done.text) == f"C’est noté : Anne ({STRANGER}) est éditeur."
        assert done.pickers == ()
        assert (await asked(server, STRANGER)).startswith(CITED)
        server.user_picks(replace(choice, chat_id=READER), 0, OTHER, "Ami")  # no administrator
        assert "administrateur" in (await server.next_message()).text
        assert "Je ne réponds qu’aux personnes" in await asked(server, OTHER)
        server.user_picks(await server.reply_to(ADMIN, "/interdire"), 0, STRANGER, "Anne")
        assert "est exclu" in (await server.next_message()).text
        assert "Je ne réponds qu’aux personnes" in await asked(server, STRANGER)
        said = await asked(server, ADMIN, f"/allow {OTHER} editor")
        assert said.endswith("est éditeur.")
        assert f"({OTHER})" in await asked(server, ADMIN, "/autoriser")
        server.user_picks(choice, 0, EDITOR, "Élise")
        assert "viennent de la configuration" in (await server.next_message()).text


@pytest.mark.parametrize("access", ["open", "list", "invitation"])
async def test_no_link_lets_in_who_is_barred(server: BotServer, bot: Running, access: str) -> None:
    async with bot(access=access):
        start = await invited(server)
        await asked(server, ADMIN, f"/interdire {STRANGER}")
        said = await asked(server, STRANGER, start)
        assert "Bienvenue" not in said
        assert "invitation a déjà servi" not in said
        server.user_says(STRANGER, QUESTION)
        await server.silence()
        if access != "open":  # where all may ask, nobody needs the link
            assert (await asked(server, OTHER, start)).startswith("Bienvenue")
        await asked(server, ADMIN, f"/autoriser {STRANGER}")
        assert (await asked(server, STRANGER)).startswith(CITED)


# Rights


@pytest.mark.parametrize("shut_out", ["listed no more", "barred", "barred, never wrote"])
async def test_who_is_shut_out_still_sees_and_erases_what_is_kept(
    server: BotServer, bot: Running, shut_out: str
) -> None:
    barred = "barred" in shut_out
    refusal = "Je ne peux plus" if barred else "Je ne réponds"
    async with bot():
        if "never" not in shut_out:
            await asked(server, STRANGER)
        if barred:
            await asked(server, ADMIN, f"/interdire {STRANGER}")
    async with bot(access="open" if barred else "list"):
        assert refusal not in await asked(server, STRANGER, "/confidentialite")
        file = (await server.reply_to(STRANGER, "/mesdonnees")).file
        assert file is not None
        assert json.loads(file.data).get("barred", False) is barred
        server.presses(await server.reply_to(STRANGER, "/oublier"), 0)
        told = spaced((await server.next_edit()).text)
        assert told.startswith("C’est fait : je ne garde plus rien de vous")
        assert ("exclu" in told) is barred
        # Nothing is kept of them now, and they are a stranger like any other.
        assert refusal in await asked(server, STRANGER, "/sources")


# Groups


async def test_a_group_is_answered_once_it_is_allowed(server: BotServer, bot: Running) -> None:
    def say(text: str = f"@{BOT} {QUESTION}", person: int = STRANGER) -> None:
        server.user_says(GROUP, text, kind="supergroup", person=person)

    async def reply_to(*said: Any) -> str:
        say(*said)
        return (await server.next_message()).text

    async with bot(access="list"):
        assert str(GROUP) in await reply_to()
        say()  # within the hour
        say("/autoriser")  # by anybody
        await server.silence()
        assert "je réponds dans ce groupe" in await reply_to("/autoriser", ADMIN)
        assert (await reply_to()).startswith(ANSWER)
        assert "je ne réponds plus" in await reply_to("/forbid", ADMIN)
    async with bot(access="list"):
        say()
        await server.silence()
        assert "-100" in await asked(server, ADMIN, "/autoriser -100")
        assert (await reply_to()).startswith(ANSWER)


@pytest.mark.parametrize("chat", [GROUP, CHANNEL])
async def test_a_group_or_channel_that_the_settings_do_not_name_is_told_and_left(
    server: BotServer, bot: Running, monkeypatch: pytest.MonkeyPatch, chat: int
) -> None:
    monkeypatch.setenv("SELON_ALLOWED_GROUPS", "-999, -300")
    async with bot():
        server.knows(READER)
        server.bot_is_added(chat, READER, "supergroup" if chat == GROUP else "channel")
        told = await server.next_message()
        assert told.chat_id == (GROUP if chat == GROUP else READER)
        assert ("numéro -100" if chat == GROUP else "je l’ai quittée") in told.text
        await server.called("leaveChat")
        named = await server.reply_to(-300, f"@{BOT} {QUESTION}", "fr", "supergroup", person=READER)
        assert named.text.startswith(ANSWER)
        other = await server.reply_to(-400, "/aide", kind="supergroup", person=READER)
        assert "numéro -400" in other.text
        server.fail_next("sendMessage", 400, description="Bad Request: not enough rights to send")
        server.bot_is_added(-500, READER)  # where it cannot say so
        await server.called("leaveChat", 2)


@pytest.mark.parametrize("zone", [AHEAD, BEHIND])
async def test_an_invitation_ends_on_a_day_of_the_bot_s_zone(
    server: BotServer, bot: Running, zone: str
) -> None:
    use_timezone(zone)
    async with bot():
        told = (await server.reply_to(ADMIN, "/inviter")).text
    link, day = told.split("\n")[1], (datetime.now(ZoneInfo(zone)) + timedelta(days=3)).date()
    assert told == AccessPhrases.of("fr").invitation_for(
        link, AccessPhrases.of("fr").guests["reader"], day
    )


# How much


async def test_over_the_limit_somebody_is_told_once_when_to_come_back(
    server: BotServer, bot: Running, chain: StubChain
) -> None:
    limited = partial(bot, question_burst=3, question_seconds=600)
    async with limited():
        for _ in range(3):
            assert (await asked(server, READER)).startswith(CITED)
        assert await asked(server, READER) == (
            "Vous m’écrivez plus vite que je ne peux répondre à chacun. Revenez dans 10 minutes : "
            "d’ici là, je ne réponds pas."
        )
        server.user_says(READER, QUESTION)
        await server.silence()
        assert (await asked(server, STRANGER)).startswith(CITED)
    async with limited():  # told, and not again
        server.user_says(READER, QUESTION)
        await server.silence()
    assert len(chain.questions) == 4


# In turn


async def test_a_stranger_s_buttons_and_inline_questions_are_not_answered(
    server: BotServer, bot: Running, chain: StubChain
) -> None:
    async with bot(access="list"):
        message = await server.reply_to(READER, QUESTION)
        query = server.presses(message, 0, person=STRANGER)
        await server.next_message()  # their one line
        assert await server.acknowledged(query) == ""
        server.user_asks_inline(STRANGER, QUESTION)
        await server.called("answerInlineQuery")
        (answer,) = server.inline_answers.values()
        assert answer.results == ()
    assert chain.questions == [QUESTION]

"""Who is answered, where, and how fast, over HTTP and across restarts."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.state import meters
from bot.state.database import open_state, state_url
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

ADMIN, EDITOR, READER, STRANGER, OTHER, GROUP = 1, 2, 42, 9, 10, -100
BOT = "selon_test_bot"
QUESTION = "Quand Fresnel est-il né ?"

Running = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture(autouse=True)
def _people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))
    monkeypatch.setenv("SELON_ALLOWED_USERS", str(READER))


@pytest.fixture(params=["open", "list", "invitation"])
def access(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen: str = request.param
    monkeypatch.setenv("SELON_ACCESS", chosen)
    return chosen


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer(privacy=False) as server:
        yield server


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    return chain


@pytest.fixture
def bot(server: BotServer, chain: StubChain) -> Running:
    return lambda: running(server, chain, Shelf(FRESNEL))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return state_url(None, tmp_path / "data")


def spaced(text: str) -> str:
    """With plain spaces, so that tests can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def asked(server: BotServer, person: int, text: str = QUESTION) -> str:
    server.user_says(person, text)
    return spaced((await server.next_message()).text)


async def invited(server: BotServer, command: str = "/inviter") -> str:
    """The command that an invitation's link sends when it is followed."""
    link = re.search(
        rf"https://t\.me/{BOT}\?start=([\w-]{{32}})\n", await asked(server, ADMIN, command)
    )
    assert link is not None
    return f"/start {link[1]}"


# Who


async def test_a_stranger_is_answered_where_access_is_open_and_told_why_not_elsewhere(
    server: BotServer, bot: Running, chain: StubChain, access: str
) -> None:
    said = {
        "open": f"« {BIRTH}",
        "list": f"Bonjour ! Je ne réponds qu’aux personnes autorisées. Pour l’être, donnez votre "
        f"numéro Telegram, {STRANGER}, à la personne qui s’occupe de moi.",
        "invitation": "Bonjour ! Je ne réponds que sur invitation. Pour en recevoir une, "
        "adressez-vous à la personne qui s’occupe de moi (votre numéro Telegram est "
        f"{STRANGER}).",
    }
    async with bot():
        assert (await asked(server, STRANGER)).startswith(said[access])
    assert bool(chain.questions) is (access == "open")


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_a_stranger_gets_one_line_an_hour_also_across_a_restart(
    server: BotServer, bot: Running, url: str, access: str
) -> None:
    async with bot():
        await asked(server, STRANGER)
        server.user_says(STRANGER, "Et pourquoi ?")
        server.user_sends(STRANGER, {"contact": {"phone_number": "1", "first_name": "A"}})
        server.user_says(STRANGER, "/aide")
        await server.silence()
        assert "10, à la personne" in await asked(server, OTHER)  # each is told
    async with bot():
        server.user_says(STRANGER, QUESTION)
        await server.silence()
    state = open_state(url)
    hour = timedelta(hours=1)
    long_ago = datetime.now(UTC) - hour
    state.do(partial(meters.notice, key=f"stranger:{STRANGER}", now=long_ago, every=-hour))
    state.close()
    async with bot():
        assert "9, à la personne" in await asked(server, STRANGER)


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_a_stranger_has_the_line_in_their_language(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        server.user_says(STRANGER, QUESTION, "en")
        assert (await server.next_message()).text.startswith("Hello! I answer only people who are")


# Invitations


@pytest.mark.parametrize("access", ["invitation"], indirect=True)
@pytest.mark.parametrize(
    ("command", "welcome"),
    [("/inviter", "Bienvenue ! Posez"), ("/invite editor", "Bienvenue ! Vous")],
)
async def test_an_invitation_lets_one_in_for_good(
    server: BotServer, bot: Running, access: str, command: str, welcome: str
) -> None:
    async with bot():
        start = await invited(server, command)
        assert (await asked(server, STRANGER, start)).startswith(welcome)
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
        assert (await asked(server, OTHER, start)).startswith("Cette invitation a déjà servi")
    async with bot():
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
        assert (await asked(server, OTHER)).startswith("Bonjour ! Je ne réponds que sur invitation")


# Said in the chat


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_an_administrator_lets_somebody_in_and_out_again(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        said = await asked(server, ADMIN, f"/autoriser {STRANGER}")
        assert said == f"C’est noté : {STRANGER} est lecteur."
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
        said = await asked(server, ADMIN, f"/allow {STRANGER} editor")
        assert said == f"C’est noté : Lecteur ({STRANGER}) est éditeur."
        assert f"Éditeurs : Lecteur ({STRANGER})." in await asked(server, ADMIN, "/autoriser")
        assert "est exclu" in await asked(server, ADMIN, f"/interdire {STRANGER}")
        assert "Je ne réponds qu’aux personnes" in await asked(server, STRANGER)


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_an_administrator_picks_people_from_telegram_s_list(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        server.user_says(ADMIN, "/autoriser")
        choice = await server.next_message()
        assert [each.text for each in choice.pickers or ()] == [
            "Autoriser quelqu’un…",
            "Nommer un éditeur…",
        ]
        server.user_picks(choice, 1, STRANGER, "Anne")
        done = await server.next_message()
        assert spaced(done.text) == f"C’est noté : Anne ({STRANGER}) est éditeur."
        assert done.pickers == ()
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
        server.user_picks(replace(choice, chat_id=READER), 0, OTHER, "Ami")  # no administrator
        assert "administrateur" in (await server.next_message()).text
        assert "Je ne réponds qu’aux personnes" in await asked(server, OTHER)
        server.user_says(ADMIN, "/interdire")
        server.user_picks(await server.next_message(), 0, STRANGER, "Anne")
        assert "est exclu" in (await server.next_message()).text
        server.user_picks(choice, 0, EDITOR, "Élise")
        assert "viennent de la configuration" in (await server.next_message()).text


async def test_who_is_barred_is_not_let_back_in_by_a_link(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
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
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")


# Rights


async def test_who_is_no_longer_let_in_still_sees_and_erases_what_is_kept(
    server: BotServer, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bot():
        await asked(server, STRANGER)
    monkeypatch.setenv("SELON_ACCESS", "list")
    async with bot():
        for command in ("/confidentialite", "/mesdonnees", "/oublier"):
            assert "Je ne réponds" not in await asked(server, STRANGER, command)
        server.user_says(STRANGER, "/forget")
        server.presses(await server.next_message(), 0)
        assert "je ne garde plus rien" in (await server.next_edit()).text
        # Nothing is kept of them now, and they are a stranger like any other.
        assert "Je ne réponds" in await asked(server, STRANGER, "/oublier")


@pytest.mark.parametrize("wrote", [True, False], ids=["wrote", "never wrote"])
async def test_who_is_barred_still_sees_and_erases_what_is_kept(
    server: BotServer, bot: Running, wrote: bool
) -> None:
    async with bot():
        if wrote:
            await asked(server, STRANGER)
        await asked(server, ADMIN, f"/interdire {STRANGER}")
        assert "Je ne peux plus" not in await asked(server, STRANGER, "/confidentialite")
        server.user_says(STRANGER, "/mesdonnees")
        file = (await server.next_message()).file
        assert file is not None
        assert json.loads(file.data)["barred"] is True
        server.user_says(STRANGER, "/oublier")
        server.presses(await server.next_message(), 0)
        told = spaced((await server.next_edit()).text)
        assert told.startswith("C’est fait : je ne garde plus rien de vous")
        assert "exclu" in told
        assert "Je ne peux plus" in await asked(server, STRANGER)


# Groups


async def said_in(server: BotServer, text: str, person: int = STRANGER) -> None:
    server.user_says(GROUP, text, kind="supergroup", person=person)


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_a_group_is_answered_once_an_administrator_allows_it(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        await said_in(server, f"@{BOT} {QUESTION}")
        assert str(GROUP) in (await server.next_message()).text
        await said_in(server, f"@{BOT} {QUESTION}")  # within the hour
        await said_in(server, "/autoriser")  # by anybody
        await server.silence()
        await said_in(server, "/autoriser", ADMIN)
        assert "je réponds dans ce groupe" in (await server.next_message()).text
        await said_in(server, f"@{BOT} {QUESTION}")
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        await said_in(server, "/forbid", ADMIN)
        assert "je ne réponds plus" in (await server.next_message()).text
    async with bot():
        await said_in(server, f"@{BOT} {QUESTION}")
        await server.silence()
        assert "-100" in await asked(server, ADMIN, "/autoriser -100")
        await said_in(server, f"@{BOT} {QUESTION}")
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")


# How much


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SELON_QUESTION_BURST": "3",
        "SELON_QUESTION_SECONDS": "600",
        "SELON_GROUP_BURST": "5",
        "SELON_GROUP_SECONDS": "600",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_small")
async def test_over_the_limit_somebody_is_told_once_when_to_come_back(
    server: BotServer, bot: Running, chain: StubChain
) -> None:
    async with bot():
        for _ in range(3):
            assert (await asked(server, READER)).startswith(f"« {BIRTH}")
        assert await asked(server, READER) == (
            "Vous m’écrivez plus vite que je ne peux répondre à chacun. Revenez dans 10 minutes : "
            "d’ici là, je ne réponds pas."
        )
        server.user_says(READER, QUESTION)
        await server.silence()
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
    async with bot():  # told, and not again
        server.user_says(READER, QUESTION)
        await server.silence()
    assert len(chain.questions) == 4


# In turn


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_a_stranger_s_buttons_and_inline_questions_are_not_answered(
    server: BotServer, bot: Running, chain: StubChain, access: str
) -> None:
    async with bot():
        server.user_says(READER, QUESTION)
        message = await server.next_message()
        query = server.presses(message, 0, person=STRANGER)
        await server.next_message()  # their one line
        assert await server.acknowledged(query) == ""
        server.user_asks_inline(STRANGER, QUESTION)
        await server.called("answerInlineQuery")
        (answer,) = server.inline_answers.values()
        assert answer.results == ()
    assert chain.questions == [QUESTION]

"""Who is answered, where, and how fast, over HTTP and across restarts."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answer import Answer
from bot.state import invitations, meters
from bot.state.database import open_state, state_url
from bot.state.roles import Role
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, slowly

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


async def test_those_whom_the_settings_name_are_answered_everywhere(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        for person in (ADMIN, EDITOR, READER):
            assert (await asked(server, person)).startswith(f"« {BIRTH}")


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


@pytest.mark.parametrize("access", ["invitation"], indirect=True)
async def test_of_two_who_race_for_one_link_one_is_let_in(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        start = await invited(server)
        for person in range(20, 28):
            server.user_says(person, start)
        said = [spaced((await server.next_message()).text) for _ in range(8)]
        assert sum(each.startswith("Bienvenue") for each in said) == 1
        assert sum(each.startswith("Cette invitation a déjà servi") for each in said) == 7


@pytest.mark.parametrize("access", ["invitation"], indirect=True)
async def test_an_invitation_has_its_day(
    server: BotServer, bot: Running, url: str, access: str
) -> None:
    state = open_state(url)
    lifetime = timedelta(days=3)
    before = datetime.now(UTC) - lifetime
    role: Role = "reader"
    token = state.do(
        partial(invitations.invite, by=ADMIN, role=role, now=before, lifetime=lifetime)
    )
    state.close()
    async with bot():
        assert "n’est plus valable" in await asked(server, STRANGER, f"/start {token}")


async def test_an_invitation_makes_an_editor_of_a_reader(server: BotServer, bot: Running) -> None:
    async with bot():
        start = await invited(server, "/inviter éditeur")
        assert "m’envoyer des documents" in await asked(server, READER, start)
        assert "aucune question" not in (await asked(server, READER, "/sansreponse"))


async def test_invitations_are_for_administrators_in_private(
    server: BotServer, bot: Running
) -> None:
    async with bot():
        assert "Seuls les administrateurs" in await asked(server, EDITOR, "/inviter")
        server.user_says(GROUP, "/inviter", kind="supergroup", person=ADMIN)
        assert "écrivez-moi en privé" in (await server.next_message()).text


# Said in the chat


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_an_administrator_lets_somebody_in_and_out_again(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        said = await asked(server, ADMIN, f"/autoriser {STRANGER}")
        assert said == f"C’est noté : {STRANGER} est lecteur."
        assert (await asked(server, STRANGER)).startswith(f"« {BIRTH}")
        assert "est éditeur" in await asked(server, ADMIN, f"/allow {STRANGER} editor")
        assert "est exclu" in await asked(server, ADMIN, f"/interdire {STRANGER}")
        assert "Je ne réponds qu’aux personnes" in await asked(server, STRANGER)


async def test_who_is_barred_is_told_so_once_even_where_all_may_ask(
    server: BotServer, bot: Running
) -> None:
    async with bot():
        await asked(server, ADMIN, f"/interdire {STRANGER}")
        assert (await asked(server, STRANGER)).startswith("Je ne peux plus vous répondre.")
        server.user_says(STRANGER, QUESTION)
        server.user_says(GROUP, f"@{BOT} {QUESTION}", kind="supergroup", person=STRANGER)
        await server.silence()


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


@pytest.mark.parametrize("number", [ADMIN, EDITOR, READER])
async def test_what_the_settings_give_is_taken_away_there(
    server: BotServer, bot: Running, number: int
) -> None:
    async with bot():
        said = await asked(server, ADMIN, f"/interdire {number}")
        assert "SELON_ADMINS, SELON_EDITORS ou SELON_ALLOWED_USERS" in said
        assert (await asked(server, READER)).startswith(f"« {BIRTH}")


async def test_what_was_decided_can_be_looked_up(server: BotServer, bot: Running) -> None:
    async with bot():
        for text in ("/autoriser 20", "/autoriser 31 éditeur", "/autoriser 7", "/interdire 8"):
            await asked(server, ADMIN, text)
        said = (await asked(server, ADMIN, "/autoriser")).splitlines()
        assert said[1:] == ["Éditeurs : 31.", "Lecteurs : 7, 20.", "Exclus : 8."]


@pytest.mark.parametrize("text", ["/autoriser", "/autoriser Jean", "/autoriser 12a", "/interdire"])
async def test_without_a_number_it_says_how(server: BotServer, bot: Running, text: str) -> None:
    async with bot():
        assert "donnez un numéro Telegram" in await asked(server, ADMIN, text)


# Rights


@pytest.mark.parametrize("command", ["/confidentialite", "/mesdonnees", "/oublier", "/forget"])
async def test_who_is_no_longer_let_in_still_sees_and_erases_what_is_kept(
    server: BotServer, bot: Running, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    async with bot():
        await asked(server, STRANGER)
    monkeypatch.setenv("SELON_ACCESS", "list")
    async with bot():
        server.user_says(STRANGER, command)
        message = await server.next_message()
        assert "Je ne réponds" not in message.text
        if command in {"/oublier", "/forget"}:
            server.presses(message, 0)
            assert "je ne garde plus rien" in (await server.next_edit()).text
            # Nothing is kept of them now, and they are a stranger like any other.
            assert "Je ne réponds" in await asked(server, STRANGER, command)


@pytest.mark.parametrize("command", ["/confidentialite", "/mesdonnees", "/oublier"])
@pytest.mark.parametrize("wrote", [True, False], ids=["wrote", "never wrote"])
async def test_who_is_barred_still_sees_and_erases_what_is_kept(
    server: BotServer, bot: Running, command: str, wrote: bool
) -> None:
    async with bot():
        if wrote:
            await asked(server, STRANGER)
        await asked(server, ADMIN, f"/interdire {STRANGER}")
        server.user_says(STRANGER, command)
        message = await server.next_message()
        assert "Je ne peux plus" not in message.text
        if command == "/mesdonnees":
            assert message.file is not None
            assert json.loads(message.file.data)["barred"] is True
        if command == "/oublier":
            server.presses(message, 0)
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
        assert "dans le groupe -100" in await asked(server, ADMIN, "/autoriser -100")
        await said_in(server, f"@{BOT} {QUESTION}")
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")


@pytest.mark.parametrize("access", ["list"], indirect=True)
async def test_a_group_that_is_not_allowed_is_left_unless_an_administrator_brings_the_bot(
    server: BotServer, bot: Running, access: str
) -> None:
    async with bot():
        server.bot_is_added(-200, STRANGER)
        assert "-200" in (await server.next_message()).text
        await server.called("leaveChat")
        server.bot_is_added(GROUP, ADMIN)
        assert "/autoriser" in (await server.next_message()).text
        assert sum(method == "leaveChat" for method, _ in server.calls) == 1


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


@pytest.mark.usefixtures("_small")
async def test_a_button_over_the_limit_says_so_where_it_was_pressed(
    server: BotServer, bot: Running
) -> None:
    async with bot():
        server.user_says(READER, QUESTION)
        message = await server.next_message()
        for _ in range(2):
            await asked(server, READER)
        query = server.presses(message, 0)
        assert "Revenez dans" in await server.acknowledged(query)


@pytest.mark.usefixtures("_small")
async def test_a_group_has_a_limit_of_its_own(server: BotServer, bot: Running) -> None:
    async with bot():
        for person in (20, 20, 21, 21, 22):
            await said_in(server, f"@{BOT} {QUESTION}", person)
            assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        await said_in(server, f"@{BOT} {QUESTION}", 23)
        assert (await server.next_message()).text.startswith("Ce groupe m’écrit plus vite")
        assert (await asked(server, 23)).startswith(f"« {BIRTH}")


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("person", [ADMIN, EDITOR])
async def test_who_works_with_the_bot_is_not_counted(
    server: BotServer, bot: Running, person: int
) -> None:
    async with bot():
        for _ in range(6):
            assert (await asked(server, person)).startswith(f"« {BIRTH}")


@pytest.mark.usefixtures("_small")
async def test_inline_questions_have_a_limit_too(server: BotServer, bot: Running) -> None:
    async with bot():
        for number in range(4):
            query = server.user_asks_inline(READER, f"{QUESTION}{' ' * number}")
            await server.called("answerInlineQuery", number + 1)
        assert "Revenez dans" in str(server.inline_answers[query].button)


# In turn


async def test_many_questions_by_one_do_not_slow_another(
    server: BotServer, chain: StubChain, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_QUESTION_BURST", "0")
    slow: Answer = answered("?", cite(1, BIRTH))
    chain.answers["Flot ?"] = slowly(slow, 0.02)
    async with bot():
        for _ in range(24):
            server.user_says(READER, "Flot ?")
        await server.next_message()
        server.user_says(STRANGER, QUESTION)
        before = 0
        while (await server.next_message()).chat_id != STRANGER:
            before += 1
        assert before <= 5
        rest = [await server.next_message() for _ in range(23 - before - 1)]
        assert {each.chat_id for each in rest} == {READER}

"""What the bot says of itself, and what each person can do with it, over HTTP."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.messenger.handlers.registration import CORE_MENUS, LAST
from tests.bot.messenger.samples import FRESNEL
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, feature_commands, running

ADMIN, EDITOR, READER, GROUP = 1, 2, 42, -100
NOT_OFFERED = {"voix", "arene", "classement"}  # nothing speaks, no arena is held
SHOWN = replace(
    CORE_MENUS,
    everybody=(
        *CORE_MENUS.everybody,
        *(each for each in feature_commands() if each.fr not in NOT_OFFERED),
        *LAST,
    ),
)


async def _helped(server: BotServer, person: int, chat: int = 0, language: str = "fr") -> set[str]:
    """The commands that somebody is shown."""
    kind = "supergroup" if chat else "private"
    server.user_says(chat or person, "/aide", language, kind, person=person)  # type: ignore[arg-type]
    said = (await server.next_message()).text
    return set(re.findall(r"^/(\w+) – ", said, re.MULTILINE))


async def test_help_shows_the_commands_that_this_person_has(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))
    everybody = {each.fr for each in (*SHOWN.everybody, *SHOWN.hidden)}
    async with running(server, StubChain(), Shelf(FRESNEL)):
        assert await _helped(server, READER) == everybody
        assert await _helped(server, EDITOR) == everybody | {"statistiques", "sansreponse"}
        assert await _helped(server, ADMIN) == {
            each.fr for each in SHOWN.commands if each not in CORE_MENUS.groups
        }
        english = {each.en for each in (*SHOWN.everybody, *SHOWN.hidden)}
        assert await _helped(server, READER, language="en") == english


async def test_help_in_a_group_shows_what_answers_there(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    public = {each.fr for each in (*SHOWN.groups, *SHOWN.everybody) if each.public}
    async with running(server, StubChain(), Shelf(FRESNEL)):
        assert await _helped(server, READER, chat=GROUP) == public
        assert await _helped(server, ADMIN, chat=GROUP) == public | {"autoriser", "interdire"}


async def test_only_who_may_send_documents_is_told_of_them(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))
    async with running(server, StubChain(), Shelf(FRESNEL)):
        for person, told in ((READER, False), (EDITOR, True)):
            server.user_says(person, "/aide")
            assert ("Envoyez-moi aussi un document" in (await server.next_message()).text) is told


async def test_the_bot_describes_itself_in_both_languages_and_keeps_its_name(
    server: BotServer,
) -> None:
    async with running(server, StubChain(), Shelf(FRESNEL)):
        pass
    assert server.profile("short_description") == (
        "Je réponds avec les mots mêmes des articles, source à l’appui. Ce qu’ils ne disent "
        "pas, je vous le dis aussi."
    )
    assert server.profile("short_description", "en") == (
        "I answer with the articles’ own words, sources beside them. What they do not say, I tell "
        "you too."
    )
    assert server.profile("description").startswith("Posez-moi une question, en français")
    assert server.profile("description", "en").startswith("Ask me a question, in French or")
    assert server.profile("name") == ""


async def test_what_stands_already_is_not_set_again(server: BotServer) -> None:
    for _ in range(2):
        async with running(server, StubChain(), Shelf(FRESNEL), bot_name="Le Phare"):
            pass
    assert server.profile("name") == "Le Phare"
    sets = [method for method, _ in server.calls if re.match("setMy(Name|Desc|Short)", method)]
    assert sorted(sets) == [
        "setMyDescription",
        "setMyDescription",
        "setMyName",
        "setMyShortDescription",
        "setMyShortDescription",
    ]


async def test_what_the_owner_says_of_the_bot_stays(server: BotServer) -> None:
    server.owner_describes("description", "Le robot du journal.")
    async with running(server, StubChain(), Shelf(FRESNEL)):
        pass
    assert server.profile("description") == "Le robot du journal."
    assert server.profile("description", "en") == ""
    assert server.profile("short_description")


async def test_a_bot_that_cannot_describe_itself_answers(server: BotServer) -> None:
    server.fail_next("getMyShortDescription")
    async with running(server, StubChain(), Shelf(FRESNEL)):
        server.user_says(READER, "Bonjour")
        await server.next_message()

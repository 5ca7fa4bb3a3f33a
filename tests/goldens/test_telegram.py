"""What the bot asks of Telegram in whole conversations, over the sample corpus, as golden texts."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.botapi import BotServer
from tests.goldens.conftest import EXPECTED, Golden, updating
from tests.goldens.files import OTHER, locked_pdf
from tests.goldens.selon import Selon, transcript
from tests.goldens.telegram import Conversation, bot, expected_of

ADMIN, EDITOR, READER, STRANGER, GROUP = 1, 2, 42, 9, -100
OPEN = {"SELON_ADMINS": f"{ADMIN}", "SELON_EDITORS": f"{EDITOR}"}


async def starting(talk: Conversation) -> None:
    await talk.does("the bot starts", lambda: None)


async def reading(talk: Conversation) -> None:
    for text in ("/start", "/aide", "Bonjour", "Merci", "/nimporte", "Qui es-tu ?"):
        await talk.says(READER, text)


async def asking(talk: Conversation) -> None:
    person = 43
    await talk.says(person, "Quand Notre-Dame a-t-elle rouvert ?")
    for label in ("Plus", "Passage", "›", "👍", "👎", "C’est faux"):
        await talk.presses(person, label)
    for text in ("Et qui en est l’architecte ?", "/sources", "/nouveau", "/sources"):
        await talk.says(person, text)
    await talk.says(person, "Qui a écrit l’article sur le Minitel ?")
    await talk.says(person, "Combien d’articles as-tu ?")
    await talk.says(person, "Quels articles ont été publiés en 2026 ?")


async def refusing(talk: Conversation) -> None:
    person = 44
    await talk.says(person, "Quelle est la capitale de l’Australie ?")
    await talk.presses(person, "M’avertir")
    await talk.says(person, "/alertes")
    await talk.presses(person, "Annuler 1")
    await talk.says(person, "/alertes")
    await talk.says(person, "Qui a écrit cet article ?")
    await talk.says(person, "Que disait-on de Notre-Dame en 2015 ?")


async def browsing(talk: Conversation) -> None:
    person = 45
    await talk.says(person, "/recherche")
    await talk.says(person, "/recherche télescope")
    await talk.says(person, "/recherche zzzz")
    await talk.says(person, "/recents")
    for label in ("›", "‹", "3"):
        await talk.presses(person, label)
    await talk.says(person, "/article minitel")
    for label in ("Lire", "›", "Résumé"):
        await talk.presses(person, label)
    await talk.says(person, "/article zzzz")
    await talk.says(person, "/article")
    await talk.says(person, "/resume tgv.md")
    await talk.says(person, "/resume le")


async def personal(talk: Conversation) -> None:
    person = 46
    await talk.says(person, "Quand le Minitel a-t-il été arrêté ?")
    for text in ("/confidentialite", "/mesdonnees", "/langue", "/langue en", "/privacy"):
        await talk.says(person, text)
    await talk.presses(person, "English")
    await talk.says(person, "/privacy")
    await talk.says(person, "/langue")
    await talk.presses(person, "Comme Telegram")
    await talk.presses(person, "As Telegram does")
    await talk.says(person, "/oublier")
    await talk.presses(person, "Tout effacer")
    await talk.says(person, "/mesdonnees")


async def english(talk: Conversation) -> None:
    person, en = 47, "en"
    for text in (
        "/start",
        "/help",
        "Hello",
        "Where did the Great Fire of London begin?",
        "/sources",
        "How long did it burn?",
        "What is the capital of Australia?",
    ):
        await talk.says(person, text, en)
    await talk.presses(person, "Tell me", en)
    for text in (
        "/alerts",
        "/search telescope",
        "/recent",
        "/article penicillin.md",
        "/summary penicillin.md",
        "/privacy",
        "/language",
        "/new",
        "/nothing",
        "/ask Who wrote the first program?",
        "Quand Notre-Dame a-t-elle rouvert ?",
    ):
        await talk.says(person, text, en)
    await talk.presses(person, "Passage", en)
    await talk.presses(person, "👎", en)
    await talk.says(person, "/forget", en)
    await talk.presses(person, "Erase nothing", en)


async def odd(talk: Conversation) -> None:
    person = 48
    for text in (
        "🙂🚀",
        "<b>Lascaux</b> & <script>",
        "'; DROP TABLE articles; --",
        "متى أعيد افتتاح كاتدرائية نوتردام؟",
        "Qui a découvert la grotte de Lascaux et " + "pourquoi " * 400 + "?",
    ):
        await talk.says(person, text)
    photo = {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]}
    voice = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 2}}
    place = {"location": {"latitude": 1.0, "longitude": 2.0}}
    for name, content in (("photo", photo), ("voice", voice), ("location", place)):
        await talk.does(
            f"{person} (fr) sends a {name}",
            lambda content=content: talk.server.user_sends(person, content),  # type: ignore[misc]
        )
    await talk.does(
        f"{person} (fr) sends a file",
        lambda: talk.server.user_sends_file(person, "gare.txt", OTHER.encode()),
    )
    number = 0

    def say() -> None:
        nonlocal number
        number = talk.server.user_says(person, "Quand le Minitel a-t-il été arrêté ?")

    await talk.does(f"{person} (fr) says: Quand le Minitel a-t-il été arrêté ?", say)
    changed = "Quand Notre-Dame a-t-elle rouvert ?"
    await talk.does(
        f"{person} (fr) edits it: {changed}",
        lambda: talk.server.user_edits(person, number, changed),
    )


async def in_groups(talk: Conversation) -> None:
    person, kind = 49, "supergroup"
    await talk.does(
        f"{person} adds the bot to a group", lambda: talk.server.bot_is_added(GROUP, person)
    )
    asked = "Quand Notre-Dame a-t-elle rouvert ?"
    await talk.says(GROUP, asked, kind=kind, person=person)
    await talk.says(GROUP, f"@selon_test_bot {asked}", kind=kind, person=person)
    answer = talk.last(GROUP)
    await talk.says(GROUP, "Et pourquoi avait-elle fermé ?", kind=kind, person=person)
    await talk.does(
        f"{person} in supergroup (fr) replies: Qui en est l’architecte ?",
        lambda: talk.server.user_says(
            GROUP, "Qui en est l’architecte ?", kind=kind, person=person, reply_to=answer
        ),
    )
    await talk.presses(GROUP, "Passage", person=person)
    await talk.says(GROUP, "/demander Qui est Mustafa Suleyman ?", kind=kind, person=person)
    await talk.says(GROUP, "/ask What is the capital of Australia?", "en", kind=kind, person=50)
    await talk.says(GROUP, "/aide@selon_test_bot", kind=kind, person=person)
    await talk.says(GROUP, "/recents", kind=kind, person=person)
    await talk.says(GROUP, "/mesdonnees", kind=kind, person=person)
    await talk.says(GROUP, "/admin", kind=kind, person=ADMIN)


async def inline(talk: Conversation) -> None:
    for query, language in (
        ("Quand Notre-Dame a-t-elle rouvert ?", "fr"),
        ("Where did the Great Fire of London begin?", "en"),
        ("Quelle est la capitale de l’Australie ?", "fr"),
        ("minitel", "fr"),
        ("", "fr"),
    ):
        await talk.does(
            f"51 ({language}) asks inline: {query}",
            lambda query=query, language=language: talk.server.user_asks_inline(  # type: ignore[misc]
                51, query, language
            ),
        )


async def administering(talk: Conversation) -> None:
    for text in (
        "/start",
        "/aide",
        "/admin",
        "/statistiques",
        "/sansreponse",
        "/inviter",
        "/autoriser",
        "/autoriser 77",
        "/interdire 77",
        "/interdire abc",
        "/annonce",
        "/annonce La rédaction ferme <b>demain</b>.",
    ):
        await talk.says(ADMIN, text)
    await talk.presses(ADMIN, "Ne pas envoyer")
    for text in ("/admin", "/statistics", "/unanswered", "/invite", "/allow", "/announce"):
        await talk.says(ADMIN, text, "en")
    await talk.says(READER, "/admin")
    await talk.says(READER, "/inviter")


async def documents(talk: Conversation) -> None:
    talk.silence = 6.0  # an index is built in a process of its own
    sent = (
        ("gare.txt", f"La gare de Lézan\n\n{OTHER}".encode()),
        ("vide.txt", b""),
        ("secret.pdf", locked_pdf()),
        ("image.png", b"\x89PNG\r\n\x1a\n"),
        ("Budget 2025, encrypted, twice.txt", b""),
    )
    for name, data in sent:
        await talk.does(
            f"{EDITOR} (fr) sends {name}",
            lambda name=name, data=data: talk.server.user_sends_file(  # type: ignore[misc]
                EDITOR, name, data
            ),
        )
    await talk.does(
        f"{EDITOR} (en) sends vide.txt",
        lambda: talk.server.user_sends_file(EDITOR, "vide.txt", b"", language_code="en"),
    )
    await talk.presses(EDITOR, "Seulement")
    await talk.does("it is kept", lambda: None)
    await talk.says(EDITOR, "Quand la gare de Lézan rouvrira-t-elle ?")
    await talk.says(READER, "Quand la gare de Lézan rouvrira-t-elle ?")
    await talk.says(EDITOR, "http://127.0.0.1:9/rien")
    await talk.says(EDITOR, "/nouveau")
    await talk.does(
        f"{EDITOR} (fr) sends gare.txt",
        lambda: talk.server.user_sends_file(EDITOR, "gare.txt", f"La gare\n\n{OTHER}".encode()),
    )
    await talk.presses(EDITOR, "Ajouter")
    await talk.says(READER, "Quand la gare de Lézan rouvrira-t-elle ?")
    await talk.says(ADMIN, "/reindexer")


TALKS: dict[str, Callable[[Conversation], Awaitable[None]]] = {
    "starting": starting,
    "reading": reading,
    "asking": asking,
    "refusing": refusing,
    "browsing": browsing,
    "personal": personal,
    "english": english,
    "odd": odd,
    "groups": in_groups,
    "inline": inline,
    "administering": administering,
    "documents": documents,
}


@pytest.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        yield server


@pytest.fixture
def home(selon: Selon, bare: Selon) -> Selon:
    """A folder with the corpus and its index that may be changed."""
    shutil.copytree(selon.home / ".selon", bare.home / ".selon")
    shutil.copytree(selon.home / "corpus", bare.home / "corpus")
    return bare


async def test_conversations(
    home: Selon, server: BotServer, golden: Golden, request: pytest.FixtureRequest
) -> None:
    """One bot, one person after the other."""
    write = updating(request.config)
    talks: dict[str, str] = {}
    async with bot(home, server, **OPEN):
        for name, has in TALKS.items():
            expected = expected_of(EXPECTED / f"telegram.{name}.txt", write)
            talk = Conversation(server, home, expected)
            if name != "starting":
                talk._seen = len(server.calls)
            await has(talk)
            talks[name] = talk.told()
    for name, told in talks.items():
        golden(f"telegram.{name}.txt", told)


@pytest.mark.parametrize("access", ["list", "invitation"])
async def test_who_may_ask(
    home: Selon,
    server: BotServer,
    golden: Golden,
    request: pytest.FixtureRequest,
    access: str,
) -> None:
    name = f"telegram.access-{access}.txt"
    settings = {**OPEN, "SELON_ACCESS": access, "SELON_ALLOWED_USERS": f"{READER}"}
    async with bot(home, server, **settings):
        talk = Conversation(server, home, expected_of(EXPECTED / name, updating(request.config)))
        talk._seen = len(server.calls)
        asked = "Quand Notre-Dame a-t-elle rouvert ?"
        await talk.says(STRANGER, asked)
        await talk.says(10, asked, "en")
        await talk.says(READER, asked)
        await talk.says(GROUP, f"@selon_test_bot {asked}", kind="supergroup", person=STRANGER)
        await talk.says(ADMIN, "/inviter")
        links = [link for _, link in talk.last(ADMIN).links]
        text = talk.last(ADMIN).text + " ".join(links)
        token = text.partition("start=")[2].split()[0] if "start=" in text else "rien"
        await talk.says(STRANGER, f"/start {token}")
        await talk.says(STRANGER, asked)
        await talk.says(11, f"/start {token}")
        await talk.says(ADMIN, f"/autoriser {STRANGER}")
        await talk.says(ADMIN, f"/interdire {STRANGER}")
        await talk.says(STRANGER, asked)
        await talk.says(ADMIN, "/autoriser 10")
        await talk.says(10, asked, "en")
    golden(name, talk.told())


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_check_of_a_bot(
    selon: Selon, home: Selon, server: BotServer, golden: Golden, language: str
) -> None:
    token = {"SELON_TELEGRAM_TOKEN": server.token, "SELON_TELEGRAM_API_URL": server.url}
    wrong = {**token, "SELON_TELEGRAM_TOKEN": "123456:AAnot-the-right-token"}
    hook = {**token, "SELON_WEBHOOK_URL": "http://exemple.fr/a"}
    runs = []
    tries = (
        (("bot", "--check"), token),
        (("bot", "--check"), wrong),
        (("bot",), wrong),
        (("bot", "--check"), hook),
        (("bot", "--check"), {**token, "SELON_WEBHOOK_URL": "https://exemple.fr:8443/a"}),
        (("bot", "--check"), {**token, **OPEN, "SELON_ACCESS": "list"}),
        (("bot", "--check"), {**token, "SELON_ACCESS": "invitation"}),
    )
    for args, settings in tries if language == "fr" else tries[1:3]:
        spoken = home.under(SELON_LANGUAGE=language)
        runs.append(await asyncio.to_thread(lambda: spoken.run(*args, **settings)))  # noqa: B023
    server.rights(groups=False, privacy=False, inline=False)
    runs.append(await asyncio.to_thread(lambda: spoken.run("bot", "--check", **token)))
    golden(f"telegram.check.{language}.txt", transcript(runs))

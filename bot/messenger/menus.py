"""The commands of the bot: French names, English aliases, and the menus that show them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import CommandHandler, filters

_LANGUAGES = (None, "fr", "en")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One command under its French and its English name; both work everywhere.

    `groups` tells whether the menu of groups shows it too.
    """

    fr: str
    en: str
    about_fr: str
    about_en: str
    groups: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.fr, self.en)))


ASK = MenuCommand("demander", "ask", "Poser une question", "Ask a question", groups=True)
SEARCH = MenuCommand(
    "recherche", "search", "Chercher des articles", "Search the articles", groups=True
)
RECENT = MenuCommand("recents", "recent", "Les articles les plus récents", "The newest articles")
ARTICLE = MenuCommand("article", "article", "Un article, par son numéro", "An article, by its id")
SUMMARY = MenuCommand("resume", "summary", "Un article en quelques phrases", "An article in short")
SOURCES = MenuCommand("sources", "sources", "Les sources de la réponse", "The answer’s sources")
NEW = MenuCommand("nouveau", "new", "Changer de sujet", "Start afresh", groups=True)
ALERTS = MenuCommand("alertes", "alerts", "Vos alertes", "Your alerts")
LANGUAGE = MenuCommand("langue", "language", "Changer de langue", "Change the language")
PRIVACY = MenuCommand(
    "confidentialite", "privacy", "Ce que je garde de vous", "What I keep about you"
)
MY_DATA = MenuCommand("mesdonnees", "mydata", "Recevoir vos données", "Get your data")
FORGET = MenuCommand("oublier", "forget", "Tout effacer de vous", "Erase all about you")
STOP = MenuCommand("stop", "stop", "Arrêter la réponse", "Stop the answer", groups=True)
_HELP = MenuCommand("aide", "help", "Comment poser une question", "How to ask", groups=True)

INVITE = MenuCommand("inviter", "invite", "Inviter quelqu’un", "Invite somebody")
ALLOW = MenuCommand("autoriser", "allow", "Autoriser ici, ou quelqu’un", "Allow here, or somebody")
FORBID = MenuCommand(
    "interdire", "forbid", "Interdire ici, ou à quelqu’un", "Forbid here, or somebody"
)
STATUS = MenuCommand("admin", "admin", "État du bot", "How the bot does")
REINDEX = MenuCommand("reindexer", "reindex", "Refaire l’index", "Build the index again")
STATISTICS = MenuCommand(
    "statistiques", "statistics", "Les chiffres en image", "The figures, drawn"
)
UNANSWERED = MenuCommand(
    "sansreponse", "unanswered", "Les questions sans réponse", "The unanswered questions"
)
ANNOUNCE = MenuCommand("annonce", "announce", "Prévenir tout le monde", "Tell everybody something")
ANNOUNCEMENTS = MenuCommand(
    "annonces", "announcements", "Recevoir ou non les annonces", "Get announcements or not"
)

COMMANDS = (
    SEARCH,
    RECENT,
    ARTICLE,
    SUMMARY,
    SOURCES,
    NEW,
    ALERTS,
    LANGUAGE,
    PRIVACY,
    MY_DATA,
    FORGET,
    STOP,
    _HELP,
)
"""Those of the private menu, in its order."""

ADMINISTRATION = (STATUS, STATISTICS, UNANSWERED, REINDEX, ANNOUNCE, INVITE, ALLOW, FORBID)
"""Those that follow them in the menu of administrators."""


def handler(command: MenuCommand, callback: Any) -> CommandHandler[Any, Any]:
    """A handler for new messages that begin with one of the command's names."""
    return CommandHandler(command.names, callback, filters.UpdateType.MESSAGE)


def argument(update: Update) -> str:
    """The words behind a command."""
    message = update.effective_message
    words = (message.text or "").split(maxsplit=1) if message else []
    return words[1].strip() if len(words) > 1 else ""


async def announce(bot: Bot, administrators: Iterable[int] = ()) -> None:
    """Set the menus; a bot without a menu still answers, so that a failure is only logged."""
    private, groups = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()
    in_groups = (ASK, *(each for each in COMMANDS if each.groups))
    try:
        for scope, chosen in ((None, COMMANDS), (private, COMMANDS), (groups, in_groups)):
            await _set(bot, scope, chosen)
    except TelegramError as error:
        logger.warning("The menu of commands could not be set: %s", error)
    for person in administrators:
        await announce_to(bot, person)


async def announce_to(bot: Bot, administrator: int) -> None:
    """Set the menu of one administrator, in their private chat alone."""
    try:
        await _set(bot, BotCommandScopeChat(administrator), (*COMMANDS, *ADMINISTRATION))
    except TelegramError as error:  # they have not written to the bot yet
        logger.info("The menu of the administrator %d is not set: %s", administrator, error)


async def withdraw_from(bot: Bot, person: int) -> None:
    """Somebody who is no administrator any more has the menu of everybody."""
    try:
        for language in _LANGUAGES:
            await bot.delete_my_commands(BotCommandScopeChat(person), language_code=language)
    except TelegramError as error:
        logger.info("The menu of %d stays as it is: %s", person, error)


async def _set(bot: Bot, scope: BotCommandScope | None, chosen: Sequence[MenuCommand]) -> None:
    """In each language; French where Telegram knows of no other."""
    for language in _LANGUAGES:
        english = language == "en"
        commands = [
            BotCommand(each.en, each.about_en) if english else BotCommand(each.fr, each.about_fr)
            for each in chosen
        ]
        await bot.set_my_commands(commands, scope=scope, language_code=language)

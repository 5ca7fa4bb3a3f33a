"""The commands of the bot: French names, English aliases, and the menus that show them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import CommandHandler, filters

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
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


ASK = Command("demander", "ask", "Poser une question", "Ask a question", groups=True)
SEARCH = Command("recherche", "search", "Chercher des articles", "Search the articles", groups=True)
RECENT = Command("recents", "recent", "Les articles les plus récents", "The newest articles")
ARTICLE = Command("article", "article", "Un article, par son numéro", "An article, by its id")
SUMMARY = Command("resume", "summary", "Un article en quelques phrases", "An article in short")
SOURCES = Command("sources", "sources", "Les sources de la réponse", "The answer’s sources")
NEW = Command("nouveau", "new", "Changer de sujet", "Start afresh", groups=True)
ALERTS = Command("alertes", "alerts", "Vos alertes", "Your alerts")
LANGUAGE = Command("langue", "language", "Changer de langue", "Change the language")
PRIVACY = Command("confidentialite", "privacy", "Ce que je garde de vous", "What I keep about you")
MY_DATA = Command("mesdonnees", "mydata", "Recevoir vos données", "Get your data")
FORGET = Command("oublier", "forget", "Tout effacer de vous", "Erase all about you")
STOP = Command("stop", "stop", "Arrêter la réponse", "Stop the answer", groups=True)
HELP = Command("aide", "help", "Comment poser une question", "How to ask", groups=True)

INVITE = Command("inviter", "invite", "Inviter quelqu’un", "Invite somebody")
ALLOW = Command("autoriser", "allow", "Autoriser ici, ou quelqu’un", "Allow here, or somebody")
FORBID = Command("interdire", "forbid", "Interdire ici, ou à quelqu’un", "Forbid here, or somebody")

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
    HELP,
)
"""Those of the private menu, in its order."""


def handler(command: Command, callback: Any) -> CommandHandler[Any, Any]:
    """A handler for new messages that begin with one of the command's names."""
    return CommandHandler(command.names, callback, filters.UpdateType.MESSAGE)


def argument(update: Update) -> str:
    """The words behind a command."""
    message = update.effective_message
    words = (message.text or "").split(maxsplit=1) if message else []
    return words[1].strip() if len(words) > 1 else ""


async def announce(bot: Bot) -> None:
    """Set the menus; a bot without a menu still answers, so that a failure is only logged."""
    try:
        for scope, language, commands in _menus():
            await bot.set_my_commands(commands, scope=scope, language_code=language)
    except TelegramError as error:
        logger.warning("The menu of commands could not be set: %s", error)


def _menus() -> Iterator[tuple[BotCommandScope | None, str | None, Sequence[BotCommand]]]:
    """By scope and language; French where Telegram knows of no other."""
    private, groups = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()
    in_groups = (ASK, *(each for each in COMMANDS if each.groups))
    for scope, chosen in ((None, COMMANDS), (private, COMMANDS), (groups, in_groups)):
        french = [BotCommand(each.fr, each.about_fr) for each in chosen]
        yield scope, None, french
        yield scope, "fr", french
        yield scope, "en", [BotCommand(each.en, each.about_en) for each in chosen]

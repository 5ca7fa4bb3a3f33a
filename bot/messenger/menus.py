"""Commands: the French and the English name, and the line in the menus.

Each command is defined beside its handler; `handlers/registration.py` lists those of the core.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.state.roles import Role

_LANGUAGES = (None, "fr", "en")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One command under its French and its English name.

    It works in private chats only, unless it is `public`, which shows nothing personal. `groups`
    adds it to the menu of groups; `editors` opens an administrators' command to editors.
    """

    fr: str
    en: str
    about_fr: str
    about_en: str
    public: bool = False
    groups: bool = False
    editors: bool = False

    def line(self, language: str) -> str:
        """« /recents – Les articles les plus récents »."""
        english = language == "en"
        name, about = (self.en, self.about_en) if english else (self.fr, self.about_fr)
        return f"/{name} – {about}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.fr, self.en)))


@dataclass(frozen=True, slots=True)
class Menus:
    """All commands in menu order. The menu of groups is `groups` and those of `everybody` that are
    marked; administrators have theirs after everybody's; `hidden` ones are in no menu."""

    everybody: Sequence[MenuCommand]
    groups: Sequence[MenuCommand]
    administrators: Sequence[MenuCommand]
    hidden: Sequence[MenuCommand]

    @property
    def commands(self) -> tuple[MenuCommand, ...]:
        return (*self.everybody, *self.groups, *self.administrators, *self.hidden)

    def of(self, role: Role | None, *, private: bool) -> list[MenuCommand]:
        """Return the commands available to a role: all in private, public ones in a group."""
        theirs = (
            each
            for each in self.administrators
            if role == "administrator" or (role == "editor" and each.editors)
        )
        if private:
            return [*self.everybody, *self.hidden, *theirs]
        return [*self.groups, *(each for each in (*self.everybody, *theirs) if each.public)]

    async def announce(self, bot: Bot, administrators: Iterable[int] = ()) -> None:
        """Set the menus; only log a failure, as a bot without menus still answers."""
        in_groups = (*self.groups, *(each for each in self.everybody if each.groups))
        try:
            await _set(bot, None, self.everybody)
            await _set(bot, BotCommandScopeAllPrivateChats(), self.everybody)
            await _set(bot, BotCommandScopeAllGroupChats(), in_groups)
        except TelegramError as error:
            logger.warning("The menu of commands could not be set: %s", error)
        for person in administrators:
            await self.announce_to(bot, person)

    async def announce_to(self, bot: Bot, administrator: int) -> None:
        """Set the menu of one administrator in their private chat."""
        chosen = (*self.everybody, *self.administrators)
        try:
            await _set(bot, BotCommandScopeChat(administrator), chosen)
        except TelegramError as error:  # they have not written to the bot yet
            logger.info("The menu of an administrator is not set: %s", error)


async def withdraw_from(bot: Bot, person: int) -> None:
    """Give a former administrator the menu of everybody."""
    try:
        for language in _LANGUAGES:
            await bot.delete_my_commands(BotCommandScopeChat(person), language_code=language)
    except TelegramError as error:
        logger.info("The menu of somebody stays as it is: %s", error)


async def _set(bot: Bot, scope: BotCommandScope | None, chosen: Sequence[MenuCommand]) -> None:
    """Set commands in each language, French by default."""
    for language in _LANGUAGES:
        english = language == "en"
        commands = [
            BotCommand(each.en, each.about_en) if english else BotCommand(each.fr, each.about_fr)
            for each in chosen
        ]
        await bot.set_my_commands(commands, scope=scope, language_code=language)

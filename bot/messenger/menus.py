"""Commands: the French and the English name, and the line in the menus.

Each command is defined beside its handler; `handlers/registration.py` lists those of the core.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.locale.catalogue import Language
from bot.state.roles import Role

_LANGUAGES = (None, *get_args(Language))

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One command under its French and its English name.

    It works in private chats only, unless it is `public` and shows nothing personal. `groups` adds
    it to the menu of groups; `editors` opens an administrators' command to editors.
    """

    fr: str
    en: str
    about_fr: str
    about_en: str
    public: bool = False
    groups: bool = False
    editors: bool = False

    def localize(self, language: str | None) -> tuple[str, str]:
        """The name and its description."""
        return (self.en, self.about_en) if language == "en" else (self.fr, self.about_fr)

    def line(self, language: str) -> str:
        """« /recents – Les articles les plus récents »."""
        return "/{} – {}".format(*self.localize(language))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.fr, self.en)))


@dataclass(frozen=True, slots=True)
class Menus:
    """All commands in menu order. Groups see `groups`, and those of `everybody` that are marked so;
    administrators see theirs after everybody's; `hidden` ones are in no menu."""

    everybody: Sequence[MenuCommand]
    groups: Sequence[MenuCommand]
    administrators: Sequence[MenuCommand]
    hidden: Sequence[MenuCommand]

    @property
    def commands(self) -> tuple[MenuCommand, ...]:
        return (*self.everybody, *self.groups, *self.administrators, *self.hidden)

    def of(self, role: Role | None, *, private: bool) -> list[MenuCommand]:
        """Return the commands available to a role: all in private, public ones in a group."""
        staff_commands = [
            command
            for command in self.administrators
            if role == "administrator" or (role == "editor" and command.editors)
        ]
        if private:
            return [*self.everybody, *self.hidden, *staff_commands]
        return [
            *self.groups,
            *(command for command in (*self.everybody, *staff_commands) if command.public),
        ]

    async def announce(self, bot: Bot, administrators: Iterable[int] = ()) -> None:
        """Set the menus; only log a failure, as a bot without menus still answers."""
        in_groups = (*self.groups, *(command for command in self.everybody if command.groups))
        try:
            await _set_menu(bot, None, self.everybody)
            await _set_menu(bot, BotCommandScopeAllPrivateChats(), self.everybody)
            await _set_menu(bot, BotCommandScopeAllGroupChats(), in_groups)
        except TelegramError as error:
            logger.warning("The menu of commands could not be set: %s", error)
        for person in administrators:
            await self.announce_to(bot, person)

    async def announce_to(self, bot: Bot, administrator: int) -> None:
        """Set the menu of one administrator in their private chat."""
        menu = (*self.everybody, *self.administrators)
        try:
            await _set_menu(bot, BotCommandScopeChat(administrator), menu)
        except TelegramError as error:  # they have not written to the bot yet
            logger.info("The menu of an administrator is not set: %s", error)


async def reset_menu(bot: Bot, person: int) -> None:
    """Give a former administrator the menu of everybody."""
    try:
        for language in _LANGUAGES:
            await bot.delete_my_commands(BotCommandScopeChat(person), language_code=language)
    except TelegramError as error:
        logger.info("The menu of a former administrator was not reset: %s", error)


async def _set_menu(bot: Bot, scope: BotCommandScope | None, menu: Sequence[MenuCommand]) -> None:
    """Set commands in each language, French by default."""
    for language in _LANGUAGES:
        commands = [BotCommand(*command.localize(language)) for command in menu]
        await bot.set_my_commands(commands, scope=scope, language_code=language)

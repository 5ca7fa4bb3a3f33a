"""/inviter, /autoriser and /interdire: administrators decide in the chat who may ask."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from telegram import (
    Bot,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import TelegramError
from telegram.ext import filters

from bot.errors import UsageError
from bot.locale.administration import RightPhrases
from bot.locale.errors import error_sentence
from bot.locale.messenger import AccessPhrases
from bot.messenger.events import ChatEvent, Handlers, on_command, on_message
from bot.messenger.handlers.gate import require_administrator, start_token
from bot.messenger.menus import MenuCommand
from bot.operations.logs import PublicText
from bot.state import chats, invitations
from bot.state.rights import change_right, list_readers
from bot.state.roles import STANDINGS, Role, Standing

logger = logging.getLogger(__name__)

INVITE = MenuCommand("inviter", "invite", "Inviter quelqu’un", "Invite somebody")
ALLOW = MenuCommand(
    "autoriser", "allow", "Autoriser ici, ou quelqu’un", "Allow here, or somebody", public=True
)
FORBID = MenuCommand(
    "interdire", "forbid", "Interdire ici, ou à quelqu’un", "Forbid here, or somebody", public=True
)

RIGHTS = MenuCommand("droits", "rights", "Les collections fermées", "Closed collections")
_REVOKE = {"retirer", "revoke"}

EDITOR_WORDS = {"éditeur", "editeur", "éditrice", "editrice", "editor"}
INVITATION_DAYS = 3
NAMES_LIMIT = 30  # names that Telegram is asked for per list
# Request numbers of the buttons that pick a person. Old buttons may still be in use.
_PICKER_STANDINGS: Mapping[int, Standing] = {1: "reader", 2: "editor", 3: "barred"}
_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)
_INVITED = filters.UpdateType.MESSAGE & filters.Regex(r"^/start(@\w+)?\s+[\w-]{32}\s*$")


class AccessHandlers(Handlers):
    """Administrators' commands, and invitation links."""

    @on_message(_INVITED)
    async def accept(self, event: ChatEvent) -> None:
        """Accept an invitation from somebody who may ask already; it may give a higher role."""
        token, asker = start_token(event.update), event.asker
        if token is None or not asker.private:
            return
        phrases, person = asker.texts(AccessPhrases), asker.person_id
        if await self._roles.accept(token, person, self._now()) is None:
            await event.say(phrases.invitation_gone)
        else:
            await event.say(phrases.accepted[self._roles.of(person) or "reader"])

    @on_command(INVITE, require_administrator)
    async def invite(self, event: ChatEvent) -> None:
        role: Role = "editor" if event.argument.lower() in EDITOR_WORDS else "reader"
        lifetime, now = timedelta(days=INVITATION_DAYS), self._now()
        token = await self._run(invitations.invite, event.asker.person_id, role, now, lifetime)
        link = f"https://t.me/{event.bot.username}?start={token}"
        until = (now + lifetime).astimezone().date()
        phrases = event.asker.texts(AccessPhrases)
        await event.say(phrases.invitation_for(link, phrases.guests[role], until))

    @on_command(ALLOW, require_administrator)
    async def allow(self, event: ChatEvent) -> None:
        await self._decide(event, allow=True)

    @on_command(FORBID, require_administrator)
    async def forbid(self, event: ChatEvent) -> None:
        await self._decide(event, allow=False)

    async def _decide(self, event: ChatEvent, *, allow: bool) -> None:
        """Decide about the group of the message, or about the number typed in private."""
        asker = event.asker
        phrases, words = asker.texts(AccessPhrases), event.argument.lower().split()
        if not asker.private:
            await self._decide_group(event, asker.place.chat_id, allow)
            await event.say(phrases.group_allowed if allow else phrases.group_forbidden)
            return
        if not words or not _NUMBER.fullmatch(words[0]):
            lines = await self._standing_lines(event.bot, phrases)
            choices: tuple[Standing, ...] = ("reader", "editor") if allow else ("barred",)
            await event.say("\n".join((phrases.allow_usage, *lines)), _picker(phrases, choices))
            return
        number = int(words[0])
        name = await _describe_chat(event.bot, number)
        if number < 0:
            await self._decide_group(event, number, allow)
            await event.say((phrases.answers_group if allow else phrases.silent_in_group)(name))
            return
        standing: Standing = "editor" if EDITOR_WORDS & set(words[1:]) else "reader"
        await self._give(event, number, name, standing if allow else "barred")

    @on_command(RIGHTS, require_administrator)
    async def rights(self, event: ChatEvent) -> None:
        """Show who reads the closed collections, or give or take away a right."""
        phrases, words = event.asker.texts(RightPhrases), event.argument.split()
        state, settings = self._services.state, self._services.settings
        is_given = not (words and words[0].lower() in _REVOKE)
        names = words if is_given else words[1:]
        if len(names) != 2:
            lines = phrases.lines(await asyncio.to_thread(list_readers, state, settings))
            await event.say("\n".join((*lines, "", phrases.usage)))
            return
        change = partial(change_right, by=event.asker.actor, is_given=is_given)
        try:
            is_changed = await asyncio.to_thread(change, state, settings, *names)
        except UsageError as error:
            await event.say(error_sentence(error, event.asker.phrases.code))
            return
        await event.say(phrases.changed(*names, is_given=is_given, was_so=not is_changed))

    @on_message(filters.UpdateType.MESSAGE & filters.StatusUpdate.USERS_SHARED)
    async def pick(self, event: ChatEvent) -> None:
        """Give a role to the person that an administrator picked."""
        shared_users = event.message.users_shared
        asker = await require_administrator(self._services, event.update, event.bot)
        standing = _PICKER_STANDINGS.get(shared_users.request_id) if shared_users else None
        if asker is None or not asker.private or shared_users is None or standing is None:
            return
        for user in shared_users.users:
            name, number = " ".join(filter(None, (user.first_name, user.last_name))), user.user_id
            label = f"{name} ({number})" if name else await _describe_chat(event.bot, number)
            await self._give(event, number, label, standing)

    async def _give(self, event: ChatEvent, number: int, name: str, standing: Standing) -> None:
        """Give a role to somebody, unless the settings do."""
        phrases = event.asker.texts(AccessPhrases)
        text = phrases.set_by_settings(name)
        if self._roles.role_in_settings(number) is None:
            await self._roles.give(number, standing, self._now(), event.asker.actor)
            text = phrases.person_has_role(name, phrases.roles[standing])
        await event.say(text, ReplyKeyboardRemove())

    async def _standing_lines(self, bot: Bot, phrases: AccessPhrases) -> list[str]:
        """Administrators' decisions, one line per standing."""
        standings = sorted(self._roles.standings().items())
        names = {person: await _describe_chat(bot, person) for person, _ in standings[:NAMES_LIMIT]}
        people = {
            standing: [
                names.get(person, str(person))
                for person, decision in standings
                if decision == standing
            ]
            for standing in STANDINGS
        }
        return [
            phrases.people_with_role(phrases.holders[standing], labels)
            for standing, labels in people.items()
            if labels
        ]

    async def _decide_group(self, event: ChatEvent, chat_id: int, allow: bool) -> None:
        await self._run(chats.allow, chat_id, allow, self._now(), event.asker.actor)
        logger.info("A group is %s", PublicText("allowed" if allow else "forbidden"))


def _picker(phrases: AccessPhrases, standings: Sequence[Standing]) -> ReplyKeyboardMarkup:
    """Buttons that open Telegram's list of people, one for each role to give."""
    rows = []
    for number, standing in _PICKER_STANDINGS.items():
        if standing in standings:
            users = KeyboardButtonRequestUsers(number, user_is_bot=False, request_name=True)
            rows.append([KeyboardButton(phrases.picks[standing], request_users=users)])
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


async def _describe_chat(bot: Bot, number: int) -> str:
    """« Anne Le Gall (123456) », as Telegram knows a person or group; else the number alone."""
    try:
        chat = await bot.get_chat(number)
    except TelegramError as error:
        logger.debug("Telegram gave no name: %s", error)
        return str(number)
    return f"{chat.effective_name} ({number})" if chat.effective_name else str(number)

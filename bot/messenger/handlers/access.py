"""/inviter, /autoriser and /interdire: administrators decide in the chat who may ask."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from telegram import (
    Bot,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import TelegramError
from telegram.ext import filters

from bot.locale.messenger import AccessPhrases
from bot.messenger.events import ChatEvent, Handlers, on_command, on_message
from bot.messenger.feature import Chore
from bot.messenger.handlers.gate import require_administrator, start_token
from bot.messenger.menus import MenuCommand
from bot.operations.logs import PublicText
from bot.state import chats, invitations
from bot.state.roles import STANDINGS, Role, Standing

logger = logging.getLogger(__name__)

INVITE = MenuCommand("inviter", "invite", "Inviter quelqu’un", "Invite somebody")
ALLOW = MenuCommand(
    "autoriser", "allow", "Autoriser ici, ou quelqu’un", "Allow here, or somebody", public=True
)
FORBID = MenuCommand(
    "interdire", "forbid", "Interdire ici, ou à quelqu’un", "Forbid here, or somebody", public=True
)

# Arguments that make somebody an editor.
EDITOR = {"éditeur", "editeur", "éditrice", "editrice", "editor"}
MOST_NAMES = 30  # asked of Telegram for a list
# The numbers of the buttons that pick a person; some may still stand in people's chats.
_PICKED: Mapping[int, Standing] = {1: "reader", 2: "editor", 3: "barred"}
_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)
_INVITED = filters.UpdateType.MESSAGE & filters.Regex(r"^/start(@\w+)?\s+[\w-]{32}\s*$")


class AccessHandlers(Handlers):
    """Commands of administrators, and links that invite."""

    @on_message(_INVITED)
    async def accept(self, event: ChatEvent) -> None:
        """Accept an invitation from somebody who may ask already; it may give a higher role."""
        token, asker = start_token(event.update), event.asker
        if token is None or not asker.private:
            return
        now, person = self._services.now(), asker.person_id
        if await self._services.roles.accept(token, person, now) is None:
            await event.say(asker.texts(AccessPhrases).invitation_gone)
            return
        role = self._services.roles.of(person) or "reader"
        await event.say(asker.texts(AccessPhrases).accepted[role])

    @on_command(INVITE, require_administrator)
    async def invite(self, event: ChatEvent) -> None:
        role: Role = "editor" if event.argument.lower() in EDITOR else "reader"
        lifetime = timedelta(days=self._services.settings.invitation_days)
        token = await self._services.run(
            invitations.invite,
            by=event.asker.person_id,
            role=role,
            now=self._services.now(),
            lifetime=lifetime,
        )
        link = f"https://t.me/{event.bot.username}?start={token}"
        until = (self._services.now() + lifetime).date()
        await event.say(event.asker.texts(AccessPhrases).invitation(link, role, until))

    @on_command(ALLOW, require_administrator)
    async def allow(self, event: ChatEvent) -> None:
        await self._decide(event, allowed=True)

    @on_command(FORBID, require_administrator)
    async def forbid(self, event: ChatEvent) -> None:
        await self._decide(event, allowed=False)

    async def _decide(self, event: ChatEvent, *, allowed: bool) -> None:
        """Decide about the group of the message, or about the number typed in private."""
        asker = event.asker
        phrases, words = asker.texts(AccessPhrases), event.argument.lower().split()
        if not asker.private:
            await self._decide_group(asker.place.chat_id, allowed)
            await event.say(phrases.group_allowed if allowed else phrases.group_forbidden)
            return
        if not words or not _NUMBER.fullmatch(words[0]):
            lines = await self._standing_lines(event.bot, phrases)
            picking: tuple[Standing, ...] = ("reader", "editor") if allowed else ("barred",)
            await event.say("\n".join((phrases.allow_usage, *lines)), _picker(phrases, picking))
            return
        number = int(words[0])
        name = await _named(event.bot, number)
        if number < 0:
            await self._decide_group(number, allowed)
            await event.say(phrases.group_is(name, allowed))
            return
        standing: Standing = "barred"
        if allowed:
            standing = "editor" if EDITOR & set(words[1:]) else "reader"
        await self._give(event, number, name, standing)

    @on_message(filters.UpdateType.MESSAGE & filters.StatusUpdate.USERS_SHARED)
    async def pick(self, event: ChatEvent) -> None:
        """Give a role to the person that an administrator picked."""
        shared = event.message.users_shared
        asker = await require_administrator(self._services, event.update, event.bot)
        if asker is None or not asker.private or shared is None:
            return
        for each in shared.users if shared.request_id in _PICKED else ():
            name = " ".join(filter(None, (each.first_name, each.last_name)))
            label = f"{name} ({each.user_id})" if name else await _named(event.bot, each.user_id)
            await self._give(event, each.user_id, label, _PICKED[shared.request_id])

    async def _give(self, event: ChatEvent, number: int, name: str, standing: Standing) -> None:
        """Give a role to somebody, unless the settings do."""
        phrases = event.asker.texts(AccessPhrases)
        text = phrases.set_by_settings(name)
        if self._services.roles.role_in_settings(number) is None:
            await self._services.roles.give(number, standing, self._services.now())
            text = phrases.person_is(name, standing)
        await event.say(text, ReplyKeyboardRemove())

    async def _standing_lines(self, bot: Bot, phrases: AccessPhrases) -> list[str]:
        """The decisions made in the chat, one line per standing."""
        standings, lines = self._services.roles.standings(), []
        shown_ids = sorted(standings)[:MOST_NAMES]
        names = dict(zip(shown_ids, [await _named(bot, each) for each in shown_ids], strict=True))
        for standing in STANDINGS:
            people = sorted(person for person, had in standings.items() if had == standing)
            if people:
                lines.append(
                    phrases.given(standing, [names.get(each, str(each)) for each in people])
                )
        return lines

    async def _decide_group(self, chat_id: int, allowed: bool) -> None:
        await self._services.run(
            chats.allow, chat_id=chat_id, allowed=allowed, now=self._services.now()
        )
        logger.info("A group is %s", PublicText("allowed" if allowed else "forbidden"))

    @property
    def chores(self) -> Sequence[Chore]:
        """Delete expired invitations and idle meters."""
        return (Chore("access", timedelta(hours=1), self._tidy, erases=True),)

    async def _tidy(self, bot: Bot) -> None:
        await self._services.run(invitations.forget_expired, now=self._services.now())
        await self._services.limits.tidy()


def _picker(phrases: AccessPhrases, standings: Sequence[Standing]) -> ReplyKeyboardMarkup:
    """Buttons that open Telegram's list of people, one for each role to give."""
    numbers = {standing: number for number, standing in _PICKED.items()}
    rows = [
        [
            KeyboardButton(
                phrases.picks[each],
                request_users=KeyboardButtonRequestUsers(
                    numbers[each], user_is_bot=False, request_name=True
                ),
            )
        ]
        for each in standings
    ]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


async def _named(bot: Bot, number: int) -> str:
    """« Anne Le Gall (123456) », as Telegram knows a person or group; else the number alone."""
    try:
        chat = await bot.get_chat(number)
    except TelegramError as error:
        logger.debug("Telegram does not tell a name: %s", error)
        return str(number)
    return f"{chat.effective_name} ({number})" if chat.effective_name else str(number)

"""/inviter, /autoriser and /interdire: who may ask, said in the chat by administrators."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from telegram import Bot, Update
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.locale.messenger import AccessPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import Chore
from bot.messenger.handlers.gate import require_administrator, start_token
from bot.messenger.menus import MenuCommand, command_argument, command_handler
from bot.messenger.outbound.reply import say
from bot.messenger.services import BotServices, met
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

EDITOR = {"éditeur", "editeur", "éditrice", "editrice", "editor"}
"""What the argument for more than a reader may be called."""

_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)


class AccessHandlers:
    """What administrators say; from others it is refused."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    def register(self, application: TelegramApplication) -> None:
        brought = filters.UpdateType.MESSAGE & filters.Regex(r"^/start(@\w+)?\s+[\w-]{32}\s*$")
        application.add_handlers(
            [
                MessageHandler(brought, self.accept),
                command_handler(INVITE, self.invite),
                command_handler(ALLOW, self.allow),
                command_handler(FORBID, self.forbid),
            ]
        )

    async def accept(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """An invitation brought by somebody who may ask already: they may be let do more."""
        token, asker = start_token(update), await met(self._services, update)
        if token is None or asker is None or not asker.private:
            return
        now, person = self._services.now(), asker.place.person_id
        if await self._services.roles.accept(token, person, now) is None:
            await say(context.bot, asker, _phrases(asker).invitation_gone)
            return
        role = self._services.roles.of(person) or "reader"
        await say(context.bot, asker, _phrases(asker).accepted[role])

    async def invite(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await require_administrator(self._services, update, context.bot)
        if asker is None:
            return
        role: Role = "editor" if command_argument(update).lower() in EDITOR else "reader"
        lifetime = timedelta(days=self._services.settings.invitation_days)
        invite = partial(
            invitations.invite,
            by=asker.place.person_id,
            role=role,
            now=self._services.now(),
            lifetime=lifetime,
        )
        token = await self._services.state.run(invite)
        link = f"https://t.me/{context.bot.username}?start={token}"
        until = (self._services.now() + lifetime).date()
        await say(context.bot, asker, _phrases(asker).invitation(link, role, until))

    async def allow(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self._decide(update, context.bot, allowed=True)

    async def forbid(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self._decide(update, context.bot, allowed=False)

    async def _decide(self, update: Update, bot: Bot, *, allowed: bool) -> None:
        """About the group that it is said in, or whom a number names in private."""
        asker = await require_administrator(self._services, update, bot)
        if asker is None:
            return
        phrases, words = _phrases(asker), command_argument(update).lower().split()
        if not asker.private:
            await self._group(asker.place.chat_id, allowed)
            await say(bot, asker, phrases.group_allowed if allowed else phrases.group_forbidden)
            return
        if not words or not _NUMBER.fullmatch(words[0]):
            await say(bot, asker, "\n".join((phrases.allow_usage, *self._given(phrases))))
            return
        number = int(words[0])
        if number < 0:
            await self._group(number, allowed)
            await say(bot, asker, phrases.group_is(number, allowed))
            return
        standing: Standing = "barred"
        if allowed:
            standing = "editor" if EDITOR & set(words[1:]) else "reader"
        await say(bot, asker, await self._person(phrases, number, standing))

    def _given(self, phrases: AccessPhrases) -> Iterator[str]:
        """What was decided in the chat, a line a standing; the settings can be read elsewhere."""
        given = self._services.roles.given()
        for standing in STANDINGS:
            people = sorted(person for person, had in given.items() if had == standing)
            if people:
                yield phrases.given(standing, people)

    async def _group(self, chat_id: int, allowed: bool) -> None:
        decide = partial(chats.allow, chat_id=chat_id, allowed=allowed, now=self._services.now())
        await self._services.state.run(decide)
        logger.info("A group is %s", PublicText("allowed" if allowed else "forbidden"))

    async def _person(self, phrases: AccessPhrases, number: int, standing: Standing) -> str:
        """What to say of a person's standing, changed where the settings leave it open."""
        if self._services.roles.set_by_settings(number) is not None:
            return phrases.set_by_settings(number)
        await self._services.roles.give(number, standing, self._services.now())
        return phrases.person_is(number, standing)

    @property
    def chore(self) -> Chore:
        """Invitations that nobody followed go, and what is left to ask of those who asked nothing
        for a day."""
        return Chore("access", timedelta(hours=1), self._tidy, erases=True)

    async def _tidy(self, bot: Bot) -> None:
        forget = partial(invitations.forget_expired, now=self._services.now())
        await self._services.state.run(forget)
        await self._services.limits.tidy()


def _phrases(asker: Asker) -> AccessPhrases:
    return AccessPhrases.of(asker.phrases.code)

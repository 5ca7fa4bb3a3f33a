"""/admin: the status of the bot, and buttons for administrators."""

from __future__ import annotations

import asyncio

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.library.status import day_lines
from bot.locale.administration import AdministrationPhrases
from bot.locale.errors import error_text
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.handlers.reindex import REINDEX_BUTTON
from bot.messenger.handlers.statistics import STATISTICS_BUTTON, UNANSWERED_BUTTON
from bot.messenger.menus import MenuCommand, Menus
from bot.messenger.outbound.reply import replace_message
from bot.messenger.services import BotServices
from bot.state import invitations
from index.errors import IndexingError

STATUS = MenuCommand("admin", "admin", "État du bot", "How the bot does")

REFRESH = "a:refresh"


class StatusHandlers(Handlers):
    """The current status, with buttons."""

    def __init__(self, services: BotServices, menus: Menus) -> None:
        super().__init__(services)
        self._menus = menus

    @on_command(STATUS, require_administrator)
    async def show(self, event: ChatEvent) -> None:
        # Before somebody has written to the bot, Telegram takes no menu for them.
        await self._menus.announce_to(event.bot, event.asker.person_id)
        phrases = event.asker.texts(AdministrationPhrases)
        await event.say(await self._text(phrases), self._keyboard(phrases))

    @on_button(REFRESH, require_administrator)
    async def refresh(self, press: ButtonPress) -> None:
        phrases, message_id = press.asker.texts(AdministrationPhrases), press.message_id
        if message_id is not None:
            text, keyboard = await self._text(phrases), self._keyboard(phrases)
            await replace_message(press.bot, press.asker, message_id, text, keyboard)

    def _keyboard(self, phrases: AdministrationPhrases) -> InlineKeyboardMarkup:
        choices = {
            REFRESH: phrases.refresh,
            STATISTICS_BUTTON: phrases.statistics,
            UNANSWERED_BUTTON: phrases.unanswered,
        }
        if self._services.documents is not None:
            choices[REINDEX_BUTTON] = phrases.reindex
        buttons = [InlineKeyboardButton(text, callback_data=data) for data, text in choices.items()]
        return InlineKeyboardMarkup([buttons[:2], buttons[2:]])

    async def _text(self, phrases: AdministrationPhrases) -> str:
        now, settings = self._now(), self._services.settings

        def read(session: Session) -> list[str]:
            waiting_items: list[str] = []
            for feature in self._services.features:
                waiting_items += feature.waiting_items(session, phrases.code)
            waiting_items.append(phrases.invitations(invitations.waiting_invitations(session, now)))
            uptime = now - self._services.started_at
            lines = day_lines(session, settings, now, phrases, uptime)
            return [*lines, phrases.waiting_now(", ".join(waiting_items))]

        return "\n".join((*await self._index_lines(phrases), *await self._run(read)))

    async def _index_lines(self, phrases: AdministrationPhrases) -> list[str]:
        """What the index holds, or why it cannot be read."""
        try:
            holdings = await asyncio.to_thread(self._services.library.holdings)
        except IndexingError as error:
            return [phrases.index_fault(error_text(error, phrases.code))]
        built_at = holdings.built_at.astimezone()
        return [
            phrases.index_holds(holdings.articles, holdings.passages),
            phrases.index_built(built_at, f"{built_at:%H:%M}", holdings.generation),
        ]

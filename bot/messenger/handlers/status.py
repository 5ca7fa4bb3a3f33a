"""/admin: how the bot does, and the way to what administrators can do."""

from __future__ import annotations

import asyncio

from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup

from bot.locale.administration import AdministrationPhrases
from bot.locale.errors import error_text
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.handlers.reindex import REINDEX_BUTTON
from bot.messenger.handlers.statistics import STATISTICS_BUTTON, UNANSWERED_BUTTON
from bot.messenger.menus import MenuCommand, Menus
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.reply import replace_message
from bot.messenger.services import BotServices
from bot.model_choice import parse_choices
from bot.operations.statistics import BotStatus, Holdings, Today, midnight, used_memory
from bot.state import invitations, spending, statistics
from bot.state.statistics import QuestionRecord
from index.errors import IndexingError

STATUS = MenuCommand("admin", "admin", "État du bot", "How the bot does")

REFRESH = "a:refresh"


class StatusHandlers(Handlers):
    """The status as it is at the moment, with buttons."""

    def __init__(self, services: BotServices, menus: Menus) -> None:
        super().__init__(services)
        self._menus = menus

    @on_command(STATUS, require_administrator)
    async def show(self, event: ChatEvent) -> None:
        asker = event.asker
        # Before somebody has written to the bot, Telegram takes no menu for them.
        await self._menus.announce_to(event.bot, asker.person_id)
        text = await self._text(asker.phrases.code)
        await event.say(text, self._keyboard(asker.phrases.code))

    @on_button(REFRESH, require_administrator)
    async def refresh(self, press: ButtonPress) -> None:
        code, message = press.asker.phrases.code, press.query.message
        if message is None:
            return
        text, keyboard = await self._text(code), self._keyboard(code)
        await replace_message(press.bot, press.asker, message.message_id, text, keyboard)

    def _keyboard(self, code: str) -> InlineKeyboardMarkup:
        phrases = _phrases(code)
        buttons = [
            (phrases.refresh, REFRESH),
            (phrases.statistics, STATISTICS_BUTTON),
            (phrases.unanswered, UNANSWERED_BUTTON),
        ]
        if self._services.documents is not None:
            buttons.append((phrases.reindex, REINDEX_BUTTON))
        return column(*buttons)

    async def _text(self, code: str) -> str:
        return status_text(await self._status(code), _phrases(code))

    async def _status(self, code: str) -> BotStatus:
        now, settings = self._services.now(), self._services.settings
        holdings, fault = await self._holdings(code)

        def read(session: Session) -> tuple[list[QuestionRecord], int, int, list[str]]:
            return (
                list(statistics.questions(session, midnight(now))),
                spending.on(session, now.date()).tokens,
                invitations.waiting_invitations(session, now),
                [
                    item
                    for feature in self._services.features
                    for item in feature.waiting_items(session, code)
                ],
            )

        asked, tokens, invited, waiting = await self._services.run(read)
        return BotStatus(
            holdings=holdings,
            fault=fault,
            today=Today.of(asked),
            uptime=now - self._services.started,
            memory=used_memory(),
            models=[each.name for each in parse_choices(settings.chat_model)],
            tokens=tokens,
            invitations=invited,
            waiting=waiting,
        )

    async def _holdings(self, code: str) -> tuple[Holdings | None, str | None]:
        """What the index holds; why it cannot be told, where it cannot."""
        try:
            return await asyncio.to_thread(self._services.library.holdings), None
        except IndexingError as error:
            return None, error_text(error, code)


def status_text(status: BotStatus, phrases: AdministrationPhrases) -> str:
    """How the bot does, in lines."""
    waiting = (*status.waiting, phrases.invitations(status.invitations))
    return "\n".join(
        (
            *_holdings_lines(status, phrases),
            *_today_lines(status.today, phrases),
            phrases.running_since(status.uptime),
            *([phrases.memory(status.memory)] if status.memory is not None else []),
            *(
                [phrases.models_used(", ".join(status.models), status.tokens)]
                if status.models
                else []
            ),
            phrases.waiting_now(", ".join(waiting)),
        )
    )


def _holdings_lines(status: BotStatus, phrases: AdministrationPhrases) -> list[str]:
    held = status.holdings
    if held is None:
        return [phrases.index_fault(str(status.fault))]
    built = held.built_at.astimezone()
    return [
        phrases.index_holds(held.articles, held.passages),
        phrases.index_built(built, f"{built:%H:%M}", held.generation),
    ]


def _today_lines(today: Today, phrases: AdministrationPhrases) -> list[str]:
    if not today.asked:
        return [phrases.nothing_asked]
    return [
        phrases.asked_today(today.asked, today.answered),
        phrases.answer_times(today.half, today.most),
    ]


def _phrases(code: str) -> AdministrationPhrases:
    return AdministrationPhrases.of(code)

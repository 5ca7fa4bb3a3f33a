"""/annonce: what administrators tell everybody, and /annonces: who wants to hear it."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.locale.administration import AdministrationPhrases
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import Chore
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.journal import Journal, Postponed, current_trigger, outside_update
from bot.messenger.menus import MenuCommand, command_argument, command_handler
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.button_results import retire_button
from bot.messenger.outbound.delivery import deliver_rest, edit
from bot.messenger.outbound.reply import acknowledge, replace_text, say
from bot.messenger.services import BotServices, met
from bot.state import announcements, people
from bot.state.announcements import Addressee, Announcement
from bot.state.deliveries import Letter, Part

logger = logging.getLogger(__name__)

ANNOUNCE = MenuCommand("annonce", "announce", "Prévenir tout le monde", "Tell everybody something")
ANNOUNCEMENTS = MenuCommand(
    "annonces", "announcements", "Recevoir ou non les annonces", "Get announcements or not"
)

_LONGEST = 3_000
"""Characters: one message holds them with room to spare."""

PACE_SECONDS_EACH = 1 / 15
"""Seconds between two people: half of what Telegram allows, so that answers do not wait."""

_BATCH = 100
_SHOWN = 5.0
"""Seconds between two changes of the message that tells how far it is."""

_LOOK = timedelta(seconds=30)
"""How often one is looked for that an earlier process did not finish."""

_DECISION = re.compile(r"(s|n)!:(\d{1,18})", re.ASCII)
_WANTED = re.compile(r"quiet:(yes|no)")


class AnnouncementHandlers:
    """A draft, a look at it, a decision; then it goes to one after the other, also after a restart.

    Who has blocked the bot is counted, and who wants no announcements gets none.
    """

    def __init__(self, services: BotServices) -> None:
        self._services = services
        self._sending = asyncio.Lock()
        self._languages: dict[int, str] = {}

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                command_handler(ANNOUNCE, self.draft),
                CallbackQueryHandler(self.decide, f"^{_DECISION.pattern}$"),
                command_handler(ANNOUNCEMENTS, self.preference),
                CallbackQueryHandler(self.prefer, f"^{_WANTED.pattern}$"),
            ]
        )

    async def draft(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show the text as it would arrive, and ask whether to send it."""
        asker = await require_administrator(self._services, update, context.bot)
        if asker is None:
            return
        phrases, text = _phrases(asker), command_argument(update)
        if not text:
            await say(context.bot, asker, phrases.announce_usage)
            return
        if len(text) > _LONGEST:
            await say(context.bot, asker, phrases.too_long(_LONGEST))
            return
        listeners = len(await self._listeners())
        if not listeners:
            await say(context.bot, asker, phrases.nobody)
            return
        keep = partial(
            announcements.draft,
            person_id=asker.place.person_id,
            text=text,
            now=self._services.now(),
        )
        number = await self._services.state.run(keep)
        await say(context.bot, asker, text, _quiet(phrases))
        choices = ((phrases.send(listeners), "s"), (phrases.drop, "n"))
        rows = [[InlineKeyboardButton(t, callback_data=f"{c}!:{number}")] for t, c in choices]
        await say(context.bot, asker, phrases.confirm(listeners), InlineKeyboardMarkup(rows))

    async def decide(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = (
            update.callback_query,
            await require_administrator(self._services, update, context.bot, acknowledges=False),
        )
        found = _DECISION.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return
        phrases, number, person = _phrases(asker), int(found[2]), asker.place.person_id
        if found[1] == "n":
            drop = partial(announcements.drop, announcement_id=number, person_id=person)
            if await self._services.state.run(drop):
                await acknowledge(query)
                await replace_text(context.bot, asker, query, phrases.dropped)
            else:
                await self._tell_decided(context.bot, asker, query, number)
            return
        confirm = partial(
            announcements.confirm,
            announcement_id=number,
            person_id=person,
            message=query.message.message_id if query.message else None,
            addressees=await self._listeners(),
        )
        self._languages[person] = asker.phrases.code
        if not await self._services.state.run(confirm):
            await self._tell_decided(context.bot, asker, query, number)
            return
        await acknowledge(query)
        # Not awaited: it takes minutes where thousands are told.
        context.application.create_task(self.send(context.bot), update=update)

    async def _tell_decided(
        self, bot: Bot, asker: Asker, query: CallbackQuery, number: int
    ) -> None:
        """What was decided before; of one that is sent, the message itself tells how far it is."""
        phrases = _phrases(asker)
        find = partial(
            announcements.status_of, announcement_id=number, person_id=asker.place.person_id
        )
        status = await self._services.state.run(find)
        if status in ("sending", "sent"):
            await acknowledge(query, phrases.sent_already)
            return
        await acknowledge(query)
        text = phrases.dropped if status == "dropped" else phrases.decided
        await replace_text(bot, asker, query, text)

    async def preference(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            phrases, number = _phrases(asker), asker.place.person_id
            find = partial(people.listens, person_id=number)
            wanted = await self._services.state.run(find)
            text = phrases.announcements_wanted if wanted else phrases.announcements_unwanted
            keyboard = _quiet(phrases) if wanted else _listen(phrases)
            await say(context.bot, asker, text, keyboard)

    async def prefer(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        found = _WANTED.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return
        wanted, person = found[1] == "no", asker.place.person_id
        phrases = _phrases(asker)
        text = phrases.listening_noted if wanted else phrases.quiet_noted
        if await self._services.state.run(partial(people.listens, person_id=person)) == wanted:
            await acknowledge(query, text)
            return
        listen = partial(
            people.listen_to_announcements,
            person_id=person,
            now=self._services.now(),
            wanted=wanted,
        )
        await self._services.state.run(listen)
        await acknowledge(query)
        await retire_button(query)
        await say(context.bot, asker, text)

    @property
    def chore(self) -> Chore:
        """Go on with what an earlier process began to send."""
        return Chore("announcements", _LOOK, self.send)

    async def send(self, bot: Bot) -> None:
        """Send what is to be sent, one announcement after the other."""
        trigger = current_trigger()
        if trigger is None or self._sending.locked():
            return
        async with self._sending:
            with outside_update(), suppress(Postponed):
                while announcement := await self._services.state.run(announcements.under_way):
                    if not await self._send(bot, trigger.journal, announcement):
                        return  # the next start goes on with it

    async def _send(self, bot: Bot, journal: Journal, announcement: Announcement) -> bool:
        """Whether all of one was sent; not so when the bot stops."""
        find = partial(
            announcements.waiting_announcements, announcement_id=announcement.id, limit=_BATCH
        )
        shown = 0.0
        while addressees := await self._services.state.run(find):
            for addressee in addressees:
                if journal.stopping.is_set():
                    return False
                await self._tell(bot, journal, announcement, addressee)
                if time.monotonic() - shown >= _SHOWN:
                    await self._show(bot, announcement)
                    shown = time.monotonic()
                await _pause(PACE_SECONDS_EACH, journal.stopping)
        await self._show(bot, announcement, ended=True)
        await self._services.state.run(
            partial(announcements.finish, announcement_id=announcement.id)
        )
        return True

    async def _tell(
        self, bot: Bot, journal: Journal, announcement: Announcement, to: Addressee
    ) -> None:
        code = Phrases.of(to.language).code
        parts = tuple(Part(html) for html in text_html(announcement.text, code))
        keyboard = _quiet(AdministrationPhrases.of(code)).to_dict()
        letter = Letter(to.person_id, 0, parts, keyboard)
        posted = await journal.post(
            announcements.post,
            announcement_id=announcement.id,
            person_id=to.person_id,
            letter=letter,
        )
        if posted is None:
            return
        try:
            await deliver_rest(bot, journal, posted)
        except TelegramError as error:
            logger.warning("An announcement did not reach somebody: %s", error)
        if await journal.outcome(posted.id) == "given up":
            unreachable = partial(
                announcements.note,
                announcement_id=announcement.id,
                person_id=to.person_id,
                outcome="unreachable",
            )
            await self._services.state.run(unreachable)

    async def _show(self, bot: Bot, announcement: Announcement, *, ended: bool = False) -> None:
        """In the message with which the author decided."""
        person = announcement.person_id
        known = await self._services.state.run(partial(people.person, person_id=person))
        language = (known.language if known else None) or self._languages.get(person)
        phrases = AdministrationPhrases.of(Phrases.of(language).code)
        reach = await self._services.state.run(
            partial(announcements.reach, announcement_id=announcement.id)
        )
        text = phrases.announced(reach.sent, reach.unreachable)
        if not ended:
            text = phrases.announcing(reach.sent, reach.unreachable, reach.waiting)
        html = text_html(text, "fr")[0]
        try:
            if announcement.message is not None:
                await edit(bot, person, announcement.message, html, patient=ended)
        except TelegramError as error:
            logger.debug("How far an announcement is was not shown: %s", error)

    async def _listeners(self) -> list[int]:
        """Who would be told now: those who may ask, and have not asked to be spared."""
        since = self._services.now() - timedelta(days=self._services.settings.keep_days)
        listening = await self._services.state.run(partial(announcements.listeners, since=since))
        return [each for each in listening if self._services.roles.may_ask(each)]


async def _pause(seconds: float, stopping: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def _quiet(phrases: AdministrationPhrases) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(phrases.quiet, callback_data="quiet:yes")]])


def _listen(phrases: AdministrationPhrases) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(phrases.listen, callback_data="quiet:no")]])


def _phrases(asker: Asker) -> AdministrationPhrases:
    return AdministrationPhrases.of(asker.phrases.code)

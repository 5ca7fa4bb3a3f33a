"""/annonce: announcements by administrators; /annonces: opting out of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.locale.administration import AdministrationPhrases
from bot.locale.answers import Phrases
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import PeriodicJob
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.journal import Journal, Postponed, current_trigger, outside_update
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_rest, edit
from bot.messenger.outbound.keyboard import column
from bot.messenger.services import BotServices, phrases_for
from bot.state import announcements, people
from bot.state.announcements import Addressee, Announcement
from bot.state.deliveries import Letter, Part

logger = logging.getLogger(__name__)

ANNOUNCE = MenuCommand("annonce", "announce", "Prévenir tout le monde", "Tell everybody something")
ANNOUNCEMENTS = MenuCommand(
    "annonces", "announcements", "Recevoir ou non les annonces", "Get announcements or not"
)

_MAX_CHARACTERS = 3_000  # fits in one message with room to spare
# Seconds between two people: half of Telegram's rate, so that answers do not wait.
PACE_SECONDS_EACH = 1 / 15
_BATCH = 100
_PROGRESS_SECONDS = 5.0  # between updates of the progress
_POLL_INTERVAL = timedelta(seconds=30)  # between checks for unfinished announcements
_DECISION = r"(s|n)!:(\d{1,18})"
_PREFERENCE = r"quiet:(yes|no)"


class AnnouncementHandlers(Handlers):
    """Preview an announcement, confirm it, then send it person by person, across restarts. People
    who blocked the bot are counted; people who opted out are skipped."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._send_lock = asyncio.Lock()
        self._languages: dict[int, str] = {}

    @on_command(ANNOUNCE, require_administrator)
    async def draft(self, event: ChatEvent) -> None:
        """Preview the text and ask whether to send it."""
        phrases, text = event.asker.texts(AdministrationPhrases), event.argument
        if not text:
            await event.say(phrases.announce_usage)
            return
        if len(text) > _MAX_CHARACTERS:
            await event.say(phrases.too_long(_MAX_CHARACTERS))
            return
        listeners = len(await self._listeners())
        if not listeners:
            await event.say(phrases.nobody)
            return
        number = await self._run(announcements.draft, event.asker.person_id, text, self._now())
        await event.say(text, _quiet(phrases))
        choices = ((phrases.send(listeners), f"s!:{number}"), (phrases.drop, f"n!:{number}"))
        await event.say(phrases.confirm(listeners), column(*choices))

    @on_button(_DECISION, partial(require_administrator, acknowledges=False))
    async def decide(self, press: ButtonPress) -> None:
        asker, number, person = press.asker, int(press.match[2]), press.asker.person_id
        if press.match[1] == "n":
            if await self._run(announcements.drop, number, person):
                await press.acknowledge()
                await press.replace_text(asker.texts(AdministrationPhrases).dropped)
            else:
                await self._report_decision(press, number)
            return
        addressees = await self._listeners()
        self._languages[person] = asker.phrases.code
        decision = (number, person, press.message_id, addressees, self._now())
        if not await self._run(announcements.confirm, *decision):
            await self._report_decision(press, number)
            return
        await press.acknowledge()
        press.create_task(self.send(press.bot))  # takes minutes for thousands of people

    async def _report_decision(self, press: ButtonPress, number: int) -> None:
        """Report the earlier decision; a sent announcement shows its progress itself."""
        phrases = press.asker.texts(AdministrationPhrases)
        status = await self._run(announcements.status_of, number, press.asker.person_id)
        if status in ("sending", "sent"):
            await press.acknowledge(phrases.sent_already)
            return
        await press.acknowledge()
        await press.replace_text(phrases.dropped if status == "dropped" else phrases.decided)

    @on_command(ANNOUNCEMENTS)
    async def show_preference(self, event: ChatEvent) -> None:
        phrases = event.asker.texts(AdministrationPhrases)
        listens = await self._run(people.listens, event.asker.person_id)
        text = phrases.announcements_wanted if listens else phrases.announcements_unwanted
        await event.say(text, _quiet(phrases) if listens else column((phrases.listen, "quiet:no")))

    @on_button(_PREFERENCE)
    async def set_preference(self, press: ButtonPress) -> None:
        listens, person = press.match[1] == "no", press.asker.person_id
        phrases = press.asker.texts(AdministrationPhrases)
        text = phrases.listening_noted if listens else phrases.quiet_noted
        if await self._run(people.listens, person) == listens:
            await press.acknowledge(text)
            return
        await self._run(people.listen_to_announcements, person, self._now(), listens=listens)
        await press.acknowledge()
        await press.retire()
        await press.say(text)

    @property
    def jobs(self) -> Sequence[PeriodicJob]:
        """Resume unfinished announcements."""
        return (PeriodicJob("announcements", _POLL_INTERVAL, self.send),)

    async def send(self, bot: Bot) -> None:
        """Send pending announcements, one after another."""
        trigger = current_trigger()
        if trigger is None or self._send_lock.locked():
            return
        async with self._send_lock:
            with outside_update(), suppress(Postponed):
                while announcement := await self._run(announcements.under_way):
                    if not await self._send(bot, trigger.journal, announcement):
                        return  # the next start continues

    async def _send(self, bot: Bot, journal: Journal, announcement: Announcement) -> bool:
        """Send one announcement; False if the bot stops before its end."""
        last_report = 0.0
        find = announcements.waiting_announcements
        while addressees := await self._run(find, announcement.id, limit=_BATCH):
            for addressee in addressees:
                if journal.stop.is_set():
                    return False
                await self._send_to(addressee, bot, journal, announcement)
                if time.monotonic() - last_report >= _PROGRESS_SECONDS:
                    await self._show_progress(bot, announcement)
                    last_report = time.monotonic()
                with suppress(TimeoutError):
                    await asyncio.wait_for(journal.stop.wait(), PACE_SECONDS_EACH)
        await self._show_progress(bot, announcement, is_final=True)
        await self._run(announcements.finish, announcement.id)
        return True

    async def _send_to(
        self, to: Addressee, bot: Bot, journal: Journal, announcement: Announcement
    ) -> None:
        code = Phrases.of(to.language).code
        parts = tuple(Part(html) for html in text_html(announcement.text, code))
        letter = Letter(to.person_id, 0, parts, _quiet(AdministrationPhrases.of(code)).to_dict())
        ids = {"announcement_id": announcement.id, "person_id": to.person_id}
        delivery = await journal.post(announcements.post, letter=letter, **ids)
        if delivery is None:
            return
        try:
            await deliver_rest(bot, journal, delivery)
        except TelegramError as error:
            logger.warning("An announcement did not reach somebody: %s", error)
        if await journal.outcome(delivery.id) == "given up":
            await self._run(announcements.mark_unreachable, **ids)

    async def _show_progress(
        self, bot: Bot, announcement: Announcement, *, is_final: bool = False
    ) -> None:
        """Show the progress in the author's message."""
        author = announcement.person_id
        own_phrases = await phrases_for(self._services, author, self._languages.get(author))
        phrases = AdministrationPhrases.of(own_phrases.code)
        reach = await self._run(announcements.reach, announcement.id)
        reached = phrases.reach(reach.sent, reach.unreachable)
        text = phrases.announced_to(reached)
        if not is_final:
            text = phrases.announcing_to(reached, reach.waiting)
        html = text_html(text, "fr")[0]
        try:
            if announcement.message is not None:
                await edit(bot, author, announcement.message, html, patient=is_final)
        except TelegramError as error:
            logger.debug("The progress of an announcement was not shown: %s", error)

    async def _listeners(self) -> list[int]:
        """The people who would get an announcement now."""
        since = self._now() - timedelta(days=self._services.settings.keep_days)
        listeners = await self._run(announcements.listeners, since)
        return [listener for listener in listeners if self._roles.may_ask(listener)]


def _quiet(phrases: AdministrationPhrases) -> InlineKeyboardMarkup:
    return column((phrases.quiet, "quiet:yes"))

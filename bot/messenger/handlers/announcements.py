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
from bot.messenger.feature import Chore
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.journal import Journal, Postponed, current_trigger, outside_update
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_rest, edit
from bot.messenger.outbound.keyboard import column
from bot.messenger.services import BotServices
from bot.state import announcements, people
from bot.state.announcements import Addressee, Announcement
from bot.state.deliveries import Letter, Part

logger = logging.getLogger(__name__)

ANNOUNCE = MenuCommand("annonce", "announce", "Prévenir tout le monde", "Tell everybody something")
ANNOUNCEMENTS = MenuCommand(
    "annonces", "announcements", "Recevoir ou non les annonces", "Get announcements or not"
)

_LONGEST = 3_000  # characters: one message holds them with room to spare
# Seconds between two people: half of Telegram's rate, so that answers do not wait.
PACE_SECONDS_EACH = 1 / 15
_BATCH = 100
_SHOWN = 5.0  # seconds between updates of the progress
_LOOK = timedelta(seconds=30)  # between checks for unfinished announcements
_DECISION = r"(s|n)!:(\d{1,18})"
_WANTED = r"quiet:(yes|no)"


class AnnouncementHandlers(Handlers):
    """Preview an announcement, confirm it, then send it person by person, across restarts.

    People who blocked the bot are counted; people who opted out are skipped.
    """

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._sending = asyncio.Lock()
        self._languages: dict[int, str] = {}

    @on_command(ANNOUNCE, require_administrator)
    async def draft(self, event: ChatEvent) -> None:
        """Preview the text and ask whether to send it."""
        phrases, text = event.asker.texts(AdministrationPhrases), event.argument
        if not text:
            await event.say(phrases.announce_usage)
            return
        if len(text) > _LONGEST:
            await event.say(phrases.too_long(_LONGEST))
            return
        listeners = len(await self._listeners())
        if not listeners:
            await event.say(phrases.nobody)
            return
        number = await self._services.run(
            announcements.draft,
            person_id=event.asker.person_id,
            text=text,
            now=self._services.now(),
        )
        await event.say(text, _quiet(phrases))
        choices = ((phrases.send(listeners), f"s!:{number}"), (phrases.drop, f"n!:{number}"))
        await event.say(phrases.confirm(listeners), column(*choices))

    @on_button(_DECISION, partial(require_administrator, acknowledges=False))
    async def decide(self, press: ButtonPress) -> None:
        asker, number, person = press.asker, int(press.match[2]), press.asker.person_id
        if press.match[1] == "n":
            if await self._services.run(
                announcements.drop, announcement_id=number, person_id=person
            ):
                await press.acknowledge()
                await press.replace_text(asker.texts(AdministrationPhrases).dropped)
            else:
                await self._report_decision(press, number)
            return
        confirm = partial(
            announcements.confirm,
            announcement_id=number,
            person_id=person,
            message=press.query.message.message_id if press.query.message else None,
            addressees=await self._listeners(),
        )
        self._languages[person] = asker.phrases.code
        if not await self._services.run(confirm):
            await self._report_decision(press, number)
            return
        await press.acknowledge()
        # Not awaited: it takes minutes where thousands are told.
        press.create_task(self.send(press.bot))

    async def _report_decision(self, press: ButtonPress, number: int) -> None:
        """Tell the earlier decision; a sent announcement shows its progress itself."""
        phrases = press.asker.texts(AdministrationPhrases)
        status = await self._services.run(
            announcements.status_of, announcement_id=number, person_id=press.asker.person_id
        )
        if status in ("sending", "sent"):
            await press.acknowledge(phrases.sent_already)
            return
        await press.acknowledge()
        text = phrases.dropped if status == "dropped" else phrases.decided
        await press.replace_text(text)

    @on_command(ANNOUNCEMENTS)
    async def preference(self, event: ChatEvent) -> None:
        phrases, number = event.asker.texts(AdministrationPhrases), event.asker.person_id
        listens = await self._services.run(people.listens, person_id=number)
        text = phrases.announcements_wanted if listens else phrases.announcements_unwanted
        await event.say(text, _quiet(phrases) if listens else column((phrases.listen, "quiet:no")))

    @on_button(_WANTED)
    async def prefer(self, press: ButtonPress) -> None:
        listens, person = press.match[1] == "no", press.asker.person_id
        phrases = press.asker.texts(AdministrationPhrases)
        text = phrases.listening_noted if listens else phrases.quiet_noted
        if await self._services.run(people.listens, person_id=person) == listens:
            await press.acknowledge(text)
            return
        await self._services.run(
            people.listen_to_announcements,
            person_id=person,
            now=self._services.now(),
            wanted=listens,
        )
        await press.acknowledge()
        await press.retire()
        await press.say(text)

    @property
    def chores(self) -> Sequence[Chore]:
        """Resume unfinished announcements."""
        return (Chore("announcements", _LOOK, self.send),)

    async def send(self, bot: Bot) -> None:
        """Send pending announcements, one after another."""
        trigger = current_trigger()
        if trigger is None or self._sending.locked():
            return
        async with self._sending:
            with outside_update(), suppress(Postponed):
                while announcement := await self._services.run(announcements.under_way):
                    if not await self._send(bot, trigger.journal, announcement):
                        return  # the next start goes on with it

    async def _send(self, bot: Bot, journal: Journal, announcement: Announcement) -> bool:
        """Send one announcement; False if the bot stops before its end."""
        find = partial(
            announcements.waiting_announcements, announcement_id=announcement.id, limit=_BATCH
        )
        shown = 0.0
        while addressees := await self._services.run(find):
            for addressee in addressees:
                if journal.stopping.is_set():
                    return False
                await self._tell(bot, journal, announcement, addressee)
                if time.monotonic() - shown >= _SHOWN:
                    await self._show(bot, announcement)
                    shown = time.monotonic()
                await _pause(PACE_SECONDS_EACH, journal.stopping)
        await self._show(bot, announcement, ended=True)
        await self._services.run(announcements.finish, announcement_id=announcement.id)
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
            await self._services.run(
                announcements.note,
                announcement_id=announcement.id,
                person_id=to.person_id,
                outcome="unreachable",
            )

    async def _show(self, bot: Bot, announcement: Announcement, *, ended: bool = False) -> None:
        """Show the progress in the author's message."""
        person = announcement.person_id
        known = await self._services.run(people.person, person_id=person)
        language = (known.language if known else None) or self._languages.get(person)
        phrases = AdministrationPhrases.of(Phrases.of(language).code)
        reach = await self._services.run(announcements.reach, announcement_id=announcement.id)
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
        """The people who would get an announcement now."""
        since = self._services.now() - timedelta(days=self._services.settings.keep_days)
        listening = await self._services.run(announcements.listeners, since=since)
        return [each for each in listening if self._services.roles.may_ask(each)]


async def _pause(seconds: float, stopping: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def _quiet(phrases: AdministrationPhrases) -> InlineKeyboardMarkup:
    return column((phrases.quiet, "quiet:yes"))

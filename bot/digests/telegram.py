"""Telegram commands: /quotidien shows or schedules the daily digest, /podcast covers a subject."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardMarkup, Message
from telegram.error import Forbidden, TelegramError

from bot.answer import Answer
from bot.digests import clock
from bot.digests import digest_records as digests
from bot.digests import script_records as scripts
from bot.digests.daily import make_daily, newest_day
from bot.digests.digest_records import DigestRecord
from bot.digests.podcast import PodcastRequest, make_podcast
from bot.digests.recordings import HEAR_DAILY_PATTERN, RecordingHandlers, hear_button, new_script
from bot.digests.schedule import Schedule, day_before_first, due_day, parse_day, parse_schedule
from bot.digests.script import Script, written_quote
from bot.digests.script_layout import Paragraph, chapters, source_parts
from bot.digests.texts import RecordingPhrases, SchedulePhrases
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language, language_of
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import PeriodicJob, Referent, TelegramFeature
from bot.messenger.handlers.gate import decides_here
from bot.messenger.journal import Journal, Postponed, current_trigger, outside_update
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import article_link, citation_marker
from bot.messenger.outbound.delivery import deliver, deliver_rest, show_typing
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, render_messages
from bot.messenger.services import BotServices
from bot.rights import reading
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Letter, Part
from index.article import Period
from index.text.folding import fold_phrase

logger = logging.getLogger(__name__)

DAILY = MenuCommand(
    "quotidien", "daily", "Les nouvelles du jour", "The day’s news", public=True, groups=True
)
PODCAST = MenuCommand("podcast", "podcast", "Un sujet raconté", "A subject told", public=True)

POLL_INTERVAL = timedelta(seconds=20)  # for due digests
MAX_SPAN = timedelta(days=31)  # of one digest, even if the last one is older
SUBJECT_LIMIT = 200

_EVERY_MORNING = Schedule(7 * 60 + 30)
_STOP = frozenset({"stop", "arreter", "arret", "arrete", "off", "jamais", "never"})


class DigestsOnTelegram(Handlers, TelegramFeature):
    """Shows digests on request and sends scheduled ones exactly once a day, even after a crash."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._recordings = RecordingHandlers(services)
        self._send_lock = asyncio.Lock()
        self._write_lock = asyncio.Lock()  # one script at a time, to leave CPU for questions

    def register(self, application: TelegramApplication) -> None:
        self._recordings.register(application)
        super().register(application)

    @on_command(DAILY)
    async def daily(self, event: ChatEvent) -> None:
        asker = event.asker
        typed = event.argument
        day = parse_day(typed, clock.today())
        if day is not None or not typed:
            await self._show(event.bot, asker, day)
        elif fold_phrase(typed) in _STOP:
            await self._stop(event)
        elif (schedule := parse_schedule(typed)) is not None:
            await self._subscribe(event, schedule)
        else:
            await event.say(asker.texts(SchedulePhrases).usage)

    @on_command(PODCAST)
    async def podcast(self, event: ChatEvent) -> None:
        """Make a podcast on a subject, by default on the last seven days."""
        asker = event.asker
        subject, language = event.argument[:SUBJECT_LIMIT], asker.phrases.code
        today = clock.today()
        period = None if subject else Period(today - timedelta(days=6), today)
        async with show_typing(event.bot, asker.place), self._write_lock:
            request = PodcastRequest(language, subject, period)
            script = await asyncio.to_thread(self._make_podcast, request)
        messages = await event.deliver(script_html(script))
        await self._recordings.begin(event, script, messages, subject)

    @on_button(HEAR_DAILY_PATTERN, public=True)
    async def hear(self, press: ButtonPress) -> None:
        """Record the daily above the button."""
        asker, phrases = press.asker, press.asker.texts(RecordingPhrases)
        if not self._services.speaks:
            await press.acknowledge(phrases.silent)
            return
        if self._recordings.is_busy(asker):
            await press.acknowledge(phrases.under_way)
            return
        await press.acknowledge()
        with suppress(ValueError):  # a forged button may have invalid dates
            period = Period(*map(date.fromisoformat, press.match.groups()))
            script = await self._make_daily(asker.place.chat_id, period, asker.phrases.code)
            if script.quotes:
                await self._recordings.begin(press, script)
            else:
                await press.say(phrases.gone)

    @on_button(r"q:stop", public=True)
    async def stop(self, press: ButtonPress) -> None:
        await press.acknowledge()
        await self._stop(press)

    @on_button(r"q:start", public=True)
    async def start(self, press: ButtonPress) -> None:
        await press.acknowledge()
        await self._subscribe(press, _EVERY_MORNING)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (DAILY, PODCAST)

    @property
    def jobs(self) -> Sequence[PeriodicJob]:
        return (self._recordings.job, PeriodicJob("digests", POLL_INTERVAL, self.send))

    def referent(self, session: Session, chat_id: int, message_id: int) -> Referent | None:
        script = scripts.script_of_message(session, chat_id, message_id)
        return Referent(script.subject, tuple(script.articles)) if script else None

    def unsubscribe(self, session: Session, place: ConversationPlace) -> None:
        digests.stop_digest(session, place.chat_id, place.thread_id)

    def note_delivery(self, session: Session, delivery_id: int) -> None:
        scripts.note_messages(session, delivery_id)

    async def send(self, bot: Bot) -> None:
        trigger = current_trigger()
        if trigger is None or self._send_lock.locked():
            return
        async with self._send_lock:
            with outside_update(), suppress(Postponed):
                await self._send_due(bot, trigger.journal)

    async def _send_due(self, bot: Bot, journal: Journal) -> None:
        now = clock.now()
        due_digests = await self._services.run(digests.waiting_digests, today=now.date())
        for digest in due_digests:
            if journal.stop.is_set():
                return  # the next process continues
            day = due_day(Schedule(digest.minute, digest.days), digest.last_day, now)
            if day is not None and await self._services.may_read(digest.chat_id):
                await self._send(bot, journal, digest, day)

    async def _send(self, bot: Bot, journal: Journal, digest: DigestRecord, day: date) -> None:
        language, earlier = language_of(digest.language), digest.article_ids
        period = Period(max(digest.last_day, day - MAX_SPAN), day)
        with reading(await self._services.rights_in(digest.chat_id)):
            script = await self._make_daily(digest.chat_id, period, language, earlier)
        keyboard = self._add_hear_button(script, _stop_button(SchedulePhrases.of(language)))
        parts = tuple(map(Part, script_html(script)))
        aloud = digest.audio and self._services.speaks and bool(script.quotes)
        delivery = await journal.post(
            digests.post_digest,
            digest_id=digest.id,
            day=day,
            article_ids=[source.id for source in script.sources] if script.quotes else earlier,
            letter=Letter(digest.chat_id, digest.thread_id, parts, keyboard.to_dict()),
            script=new_script(script, aloud=aloud),
        )
        if delivery is None:
            return
        try:
            await deliver_rest(bot, journal, delivery)
        except Forbidden as error:
            logger.info("No more dailies go where nothing can be said: %s", error)
            await self._services.run(digests.delete_digest, digest_id=digest.id)
        except TelegramError as error:
            logger.warning("A daily did not reach a chat: %s", error)
        await self._services.run(scripts.note_messages, delivery_id=delivery.id)

    async def serve(self, bot: Bot, asker: Asker, message: Message, answer: Answer) -> bool:
        if answer.intent != "daily":
            return False
        day = parse_day(message.text or "", clock.today(), anywhere=True)
        await self._show(bot, asker, day)
        return True

    async def _show(self, bot: Bot, asker: Asker, day: date | None = None) -> None:
        """Show the digest of a day, by default of the newest that has news."""
        place, code = asker.place, asker.phrases.code
        async with show_typing(bot, place):
            if day is None:
                day = await asyncio.to_thread(self._newest_day, code)
            script = await self._make_daily(place.chat_id, Period(day, day), code)
        digest = await self._services.run(
            digests.digest_of, chat_id=place.chat_id, thread_id=place.thread_id
        )
        phrases = asker.texts(SchedulePhrases)
        button = _stop_button(phrases) if digest else column((phrases.start, "q:start"))
        keyboard = self._add_hear_button(script, button)
        messages = await deliver(bot, place, script_html(script), keyboard)
        await self._recordings.save(asker, script, messages)

    def _add_hear_button(
        self, script: Script, keyboard: InlineKeyboardMarkup
    ) -> InlineKeyboardMarkup:
        """Add a button for the recording if one can be made."""
        if not self._services.speaks or not script.quotes:
            return keyboard
        listen = hear_button(script.period, script.language)
        return InlineKeyboardMarkup([[listen], *keyboard.inline_keyboard])

    async def _subscribe(self, event: ChatEvent, schedule: Schedule) -> None:
        if not await self._may_decide(event):
            return
        now, phrases = clock.now(), event.asker.texts(SchedulePhrases)
        audio = schedule.audio and self._services.speaks
        await self._services.run(
            digests.save_digest,
            place=event.asker.place,
            minute=schedule.minute,
            days=schedule.days,
            language=phrases.code,
            last_day=day_before_first(schedule, now),
            now=self._services.now(),
            audio=audio,
        )
        text = phrases.kept_on(schedule.days, schedule.clock, audio=audio)
        if schedule.audio and not audio:
            text = f"{text} {RecordingPhrases.of(phrases.code).silent}"
        await event.say(text, _stop_button(phrases))

    async def _stop(self, event: ChatEvent) -> None:
        if not await self._may_decide(event):
            return
        place, phrases = event.asker.place, event.asker.texts(SchedulePhrases)
        is_stopped = await self._services.run(
            digests.stop_digest, chat_id=place.chat_id, thread_id=place.thread_id
        )
        await event.say(phrases.stopped if is_stopped else phrases.not_kept)

    async def _may_decide(self, event: ChatEvent) -> bool:
        """True if the person may change the chat's subscription; otherwise explain."""
        if event.asker.private or await decides_here(self._services, event.update, event.bot):
            return True
        await event.say(event.asker.texts(SchedulePhrases).only_administrators)
        return False

    async def _make_daily(
        self, chat_id: int, period: Period, language: Language, earlier: Sequence[str] = ()
    ) -> Script:
        """Write a digest for a chat, with the subjects it follows ranked higher."""
        subjects = await self._services.subjects(chat_id)

        def make() -> Script:
            generation = self._services.library.searcher().generation
            return make_daily(generation, period, language, subjects, earlier)

        async with self._write_lock:
            return await asyncio.to_thread(make)

    def _newest_day(self, language: Language) -> date:
        today = clock.today()
        generation = self._services.library.searcher().generation
        return newest_day(generation, language, today) or today

    def _make_podcast(self, request: PodcastRequest) -> Script:
        return make_podcast(self._services.library.searcher(), request)


def _stop_button(phrases: SchedulePhrases) -> InlineKeyboardMarkup:
    return column((phrases.stop, "q:stop"))


def script_html(script: Script) -> tuple[str, ...]:
    """Render a script as one or more messages."""
    phrases = Phrases.of(script.language)
    blocks = [StyledBlock((StyledSpan(script.title, "b"),))]
    for chapter in chapters(script):
        # One block with the first paragraph, so that no message ends with a heading.
        heading = (StyledSpan(chapter.heading, "b"), StyledSpan("\n")) if chapter.heading else ()
        for paragraph in chapter.paragraphs:
            spans = _render_paragraph(paragraph, chapter.heading, phrases)
            blocks.append(StyledBlock((*heading, *spans)))
            heading = ()
    return render_messages(blocks, script.language)


def _render_paragraph(paragraph: Paragraph, heading: str, phrases: Phrases) -> Iterator[StyledSpan]:
    if not paragraph.quotes:
        yield StyledSpan(paragraph.text, "i")
        return
    opening, closing = phrases.quote("\0").split("\0")
    for citation in paragraph.quotes:
        # The marker must not begin a line of its own, hence the no-break space.
        yield StyledSpan(f"{opening}{written_quote(citation)}{closing}\u00a0")
        yield citation_marker(citation)
        yield StyledSpan("\n")
    first = paragraph.quotes[0]
    link_text, beside = source_parts(paragraph, heading, phrases)
    yield StyledSpan("— ")
    yield StyledSpan(link_text, link=article_link(first.article, first.quote))
    yield StyledSpan(beside)

"""Quotes kept on Telegram: a button below answers, /gardees for the document and the link, and a
message when an article behind a quote changes or is withdrawn."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardButton
from telegram.error import TelegramError

from bot.answer import Answer
from bot.clippings import clipping_records as records
from bot.clippings.clipping_records import CLIPPING_LIMIT
from bot.clippings.clippings import Clipping, load_clippings, news_of, write_clippings
from bot.clippings.texts import ClippingPhrases
from bot.conversation.passage_refs import citations_of
from bot.conversation.recall import stored_citation
from bot.export.document import online_place
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import AnswerButtons, PeriodicJob, TelegramFeature
from bot.messenger.journal import Postponed, current_trigger
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_attachment, deliver_rest
from bot.state import conversations, deliveries, people
from bot.state.deliveries import Attachment, Delivery, Letter, Part

logger = logging.getLogger(__name__)

KEPT = MenuCommand("gardees", "kept", "Vos citations gardées", "Your kept quotes")
POLL_INTERVAL = timedelta(minutes=1)  # for a new generation
_PREFIX = "keep"
_KEY_BYTES = 16


class ClippingsOnTelegram(Handlers, TelegramFeature):
    _checked = ""  # the newest generation whose articles were compared

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (KEPT,)

    @property
    def jobs(self) -> Sequence[PeriodicJob]:
        return (PeriodicJob("clippings", POLL_INTERVAL, self.check),)

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if not answer.citations:
            return AnswerButtons()
        text = ClippingPhrases.of(code).keep
        return AnswerButtons((InlineKeyboardButton(text, callback_data=f"{_PREFIX}:{turn_id}"),))

    @on_button(rf"{_PREFIX}:(\d{{1,18}})", public=True)
    async def keep(self, press: ButtonPress) -> None:
        """Keep the quotes of an answer of this chat."""
        asker, phrases = press.asker, press.asker.texts(ClippingPhrases)
        turn = await self._run(conversations.turn, int(press.match[1]))
        find = self._services.library.article
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await press.acknowledge(asker.texts(BrowsingPhrases).gone)
            return
        citations = await asyncio.to_thread(citations_of, turn.sources, find, cited=True)
        kept = await self._run(
            records.keep_clippings,
            asker.person_id,
            [stored_citation(citation) for citation in citations],
            self._now(),
        )
        is_full = kept < len(citations)
        await press.acknowledge(
            phrases.full(CLIPPING_LIMIT) if is_full else phrases.kept_count(kept), aloud=is_full
        )

    @on_command(KEPT)
    async def send(self, event: ChatEvent) -> None:
        """Send the quotes as a document, with the address that shows them if the pages have one."""
        asker, phrases = event.asker, event.asker.texts(ClippingPhrases)
        clippings = await self._load(asker.person_id)
        if not clippings:
            await event.say(phrases.none)
            return
        code = asker.phrases.code
        content, _ = await asyncio.to_thread(
            write_clippings, clippings, "docx", code, online_place, ""
        )
        caption, settings = phrases.title, self._services.settings
        if settings.web_address is not None and settings.web_access != "local":
            key = await self._run(records.share_key, asker.person_id)
            if not key:
                key = secrets.token_urlsafe(_KEY_BYTES)
                await self._run(records.share_clippings, asker.person_id, key, self._now())
            address = str(settings.web_address).rstrip("/")
            caption = f"{phrases.shared_at} {address}/dossier/partage/{key}"
        file = Attachment("document", f"{phrases.file_name}.docx", content)
        await deliver_attachment(event.bot, asker.place, file, caption)

    async def check(self, bot: Bot) -> None:
        """Tell people once per change that articles behind their quotes are others now."""
        trigger, generation = current_trigger(), await self._generation()
        if trigger is None or generation == self._checked:
            return
        for person in await self._run(records.telegram_owners):
            news = news_of(await self._load(person))
            if not news or not await self._services.may_read(person):
                continue
            delivery = await trigger.journal.post(_post_news, person_id=person, states=news)
            if delivery is None:
                continue
            try:
                with suppress(Postponed):
                    await deliver_rest(bot, trigger.journal, delivery)
            except TelegramError as error:
                logger.warning("A change of an article was not told: %s", error)
        self._checked = generation

    async def _generation(self) -> str:
        return await asyncio.to_thread(self._services.library.generation)

    async def _load(self, person_id: int) -> list[Clipping]:
        kept = await self._run(records.clippings_of, person_id)
        return await asyncio.to_thread(load_clippings, kept, self._services.library.article)


def _post_news(
    session: Session, person_id: int, states: Mapping[int, str], bot_id: int, now: datetime
) -> Delivery | None:
    """Mark the changes as told and queue a message, unless all were undone."""
    records.mark_told(session, person_id, states)
    count = sum(map(bool, states.values()))
    if not count:
        return None
    phrases = ClippingPhrases.of(people.language_of(session, person_id) or "fr")
    parts = tuple(map(Part, text_html(phrases.news(count), phrases.code)))
    return deliveries.open_delivery(
        session, bot_id, None, 1, Letter(person_id, 0, parts, None), now
    )

"""Documents and addresses that people send to be asked about."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest
from telegram.ext import CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.followups.reference import asks
from bot.library.documents import Documents, Received
from bot.locale.errors import error_text
from bot.locale.messenger import DocumentPhrases
from bot.messenger.chores import Chore
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import words_on
from bot.messenger.outbound.reply import acknowledge, replace_message, replace_text, say
from bot.messenger.services import Asker, BotServices, TelegramApplication, conversation_name, met
from bot.state import conversations, documents
from bot.state.conversations import ConversationPlace
from bot.state.documents import SentDocument
from index.errors import IndexingError

logger = logging.getLogger(__name__)

_LIMIT, _LOCAL_LIMIT = 20, 2_000
"""Megabytes: Telegram gives bots no larger file, nor does a Bot API server of one's own."""

UNDECIDED_LIFETIME = timedelta(days=1)
"""How long a document waits for a decision."""

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ALONE = re.compile(rf"^\s*{_ADDRESS.pattern}\s*$", re.IGNORECASE)
_DECISION = re.compile(r"d([+=-]):(\d{1,18})", re.ASCII)


class _Keepers(filters.MessageFilter):
    """Messages by those who may add to the corpus."""

    def __init__(self, services: BotServices) -> None:
        super().__init__()
        self._services = services

    def filter(self, message: Message) -> bool:
        return message.from_user is not None and self._services.may_add(message.from_user.id)


class DocumentHandlers:
    """Files and addresses by those who keep the corpus: for all, for this conversation, or not.

    One with a question on it is kept for this conversation, and the question answered from it.
    """

    def __init__(
        self, services: BotServices, service: Documents, questions: QuestionHandlers
    ) -> None:
        self._services = services
        self._documents = service
        self._questions = questions

    def register(self, application: TelegramApplication) -> None:
        private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        editors = _Keepers(self._services)
        application.add_handlers(
            [
                MessageHandler(private & filters.Document.ALL, self.file),
                MessageHandler(private & filters.Regex(_ALONE) & editors, self.address),
                CallbackQueryHandler(self.decide, f"^{_DECISION.pattern}$"),
            ]
        )

    async def file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message, asker = update.effective_message, await met(self._services, update)
        document = message.document if message else None
        if message is None or asker is None or document is None:
            return
        words = words_on(message)
        question = words if asks(words) else ""
        if not await self._may(context.bot, asker):
            if question:
                await self._questions.ask(context.bot, asker, message, question)
            return
        phrases = _phrases(asker)
        local = self._services.settings.telegram_local
        limit = _LOCAL_LIMIT if local else _LIMIT
        if (document.file_size or 0) > limit * 2**20:
            await say(context.bot, asker, phrases.too_large(limit))
            return
        try:
            file = await document.get_file()
        except BadRequest as error:
            if "too big" not in str(error):
                raise
            await say(context.bot, asker, phrases.too_large(limit))
            return
        # What lies here is copied by a thread, and never whole in memory.
        lies_here = local and file.file_path is not None
        sent = Path(str(file.file_path)) if lies_here else bytes(await file.download_as_bytearray())
        name = document.file_name or "document"
        number = await self._received(asker, name, None)
        take = partial(self._documents.take, number, sent, name)
        found = await self._looked_at(context.bot, asker, number, take)
        if found is not None and question:
            await self._kept_here(context.bot, asker, number)
            await self._questions.ask(context.bot, asker, message, question, own_first=True)
        elif found is not None:
            await self._offer(context.bot, asker, number, found)

    async def _kept_here(self, bot: Bot, asker: Asker, number: int) -> None:
        document = await self._services.state.run(partial(documents.document, document_id=number))
        if document is not None:
            (shown, *_) = await say(bot, asker, _phrases(asker).indexing)
            await self._filed(bot, asker, document, shown, for_all=False)

    async def address(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """An address alone, from somebody who may add it; from others it is a question."""
        message, asker = update.effective_message, await met(self._services, update)
        found = _ADDRESS.search(message.text or "") if message else None
        if asker is None or found is None or not await self._may(context.bot, asker):
            return
        number = await self._received(asker, found[0], found[0])
        fetch = partial(self._documents.fetch, number, found[0])
        received = await self._looked_at(context.bot, asker, number, fetch)
        if received is not None:
            await self._offer(context.bot, asker, number, received)

    async def _may(self, bot: Bot, asker: Asker) -> bool:
        if self._services.may_add(asker.place.person_id):
            return True
        await say(bot, asker, _phrases(asker).not_allowed)
        return False

    async def _received(self, asker: Asker, name: str, url: str | None) -> int:
        receive = partial(
            documents.receive_document,
            place=asker.place,
            name=name,
            path="",
            url=url,
            now=self._services.now(),
        )
        return await self._services.state.run(receive)

    async def _looked_at(
        self, bot: Bot, asker: Asker, number: int, take: partial[Received]
    ) -> Received | None:
        """A document that can be read; otherwise they are told why not."""
        phrases = _phrases(asker)
        try:
            found = await asyncio.to_thread(take)
        except IndexingError as error:
            await self._services.state.run(partial(documents.remove_document, document_id=number))
            why = error_text(error, asker.phrases.code)
            await say(bot, asker, phrases.unreadable(why))
            return None
        keep = partial(
            documents.decide,
            document_id=number,
            scope="undecided",
            status="received",
            path=self._below(found.path),
        )
        await self._services.state.run(keep)
        return found

    async def _offer(self, bot: Bot, asker: Asker, number: int, found: Received) -> None:
        """Ask what to do with a document."""
        phrases = _phrases(asker)
        choices = ((phrases.for_all, "+"), (phrases.for_here, "="), (phrases.nothing, "-"))
        keyboard = InlineKeyboardMarkup(
            [[InlineKeyboardButton(text, callback_data=f"d{c}:{number}")] for text, c in choices]
        )
        await say(bot, asker, phrases.received(found.titles, found.articles), keyboard)

    async def decide(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        found = _DECISION.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return
        phrases, number = _phrases(asker), int(found[2])
        document = await self._services.state.run(partial(documents.document, document_id=number))
        await acknowledge(query)
        mine = document is not None and document.place.person_id == asker.place.person_id
        if document is None or not mine or document.scope != "undecided":
            await say(context.bot, asker, phrases.gone)
            return
        if found[1] == "-":
            await self._dropped(document)
            await replace_text(context.bot, asker, query, phrases.dropped)
            return
        shown = await replace_text(context.bot, asker, query, phrases.indexing)
        for_all = found[1] == "+"
        # Not awaited: an index may take minutes, and the person goes on asking meanwhile.
        context.application.create_task(
            self._filed(context.bot, asker, document, shown, for_all=for_all), update=update
        )

    async def _filed(
        self, bot: Bot, asker: Asker, document: SentDocument, shown: int, *, for_all: bool
    ) -> None:
        """Take a document in; the message that says so tells in the end how it went."""
        phrases, path = _phrases(asker), self._documents.root / document.path
        try:
            if for_all:
                kept = await asyncio.to_thread(self._documents.add_to_corpus, document.id, path)
            else:
                name = conversation_name(document.place)
                kept = await asyncio.to_thread(self._documents.keep_for, name, document.id, path)
        except (IndexingError, OSError) as error:
            logger.error("A document could not be added: %s", error)
            why = error_text(error, asker.phrases.code)
            await replace_message(bot, asker, shown, phrases.failed(why))
            return
        decided = partial(
            documents.decide,
            document_id=document.id,
            scope="corpus" if for_all else "conversation",
            status="indexed",
            path=self._below(kept),
        )
        await self._services.state.run(decided)
        told = phrases.added if for_all else phrases.kept_here
        await replace_message(bot, asker, shown, told(document.name))

    async def _dropped(self, document: SentDocument) -> None:
        await asyncio.to_thread(self._documents.drop, document.id)
        await self._services.state.run(partial(documents.remove_document, document_id=document.id))

    def _below(self, path: Path) -> str:
        return path.relative_to(self._documents.root).as_posix()

    @property
    def chore(self) -> Chore:
        """Documents go that nobody decided on, and those of conversations that are over."""
        return Chore("documents", timedelta(hours=1), self._tidy, erases=True)

    async def _tidy(self, bot: Bot) -> None:
        now = self._services.now()
        waiting = partial(documents.undecided_before, moment=now - UNDECIDED_LIFETIME)
        for document in await self._services.state.run(waiting):
            await self._dropped(document)
        for place in await self._services.state.run(documents.document_places):
            history = partial(
                conversations.history,
                place=place,
                now=now,
                lifetime=self._services.lifetime,
                limit=1,
            )
            kept = await self._services.state.run(partial(documents.newest_of, place=place))
            recent = kept is not None and kept > now - self._services.lifetime
            if not recent and not await self._services.state.run(history):
                await self.forget(place)

    async def forget(self, place: ConversationPlace) -> None:
        """Erase what this conversation alone was answered from."""
        await asyncio.to_thread(self._documents.forget, conversation_name(place))
        here = partial(documents.of_conversation, chat_id=place.chat_id, thread_id=place.thread_id)
        for document in await self._services.state.run(here):
            await self._services.state.run(
                partial(documents.remove_document, document_id=document.id)
            )


def _phrases(asker: Asker) -> DocumentPhrases:
    return DocumentPhrases.of(asker.phrases.code)

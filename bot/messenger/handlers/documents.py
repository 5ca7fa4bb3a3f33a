"""Documents and addresses sent to the bot."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from telegram import Bot, InlineKeyboardMarkup, Message
from telegram import Document as TelegramDocument
from telegram.error import BadRequest
from telegram.ext import filters

from bot.library.documents import Documents, ReceivedDocument
from bot.locale.messenger import DocumentPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_message
from bot.messenger.feature import Chore
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import asks, words_on
from bot.messenger.journal import another_turn, current_update, queue_work
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.reply import describe_error, replace_message, say
from bot.messenger.services import BotServices, conversation_name, phrases_for
from bot.state import conversations, documents
from bot.state.conversations import ConversationPlace
from bot.state.documents import DecidedScope, DocumentDecision, SentDocument
from index.errors import IndexingError

logger = logging.getLogger(__name__)

# Megabytes: limits of Telegram, and of a self-hosted Bot API server.
_LIMIT, _LOCAL_LIMIT = 20, 2_000
UNDECIDED_LIFETIME = timedelta(days=1)  # of a document that nobody decided on
MOST_TAKEN = 2  # documents fetched and read concurrently
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ALONE = re.compile(rf"^\s*{_ADDRESS.pattern}\s*$", re.IGNORECASE)
_DECISION = r"d([+=-]):(\d{1,18})"
_PRIVATE = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
_SCOPES: Mapping[str, DecidedScope] = {"+": "corpus", "=": "conversation", "-": "dropped"}


class _Keepers(filters.MessageFilter):
    """Messages by editors and administrators."""

    def __init__(self, services: BotServices) -> None:
        super().__init__()
        self._services = services

    def filter(self, message: Message) -> bool:
        return message.from_user is not None and self._services.roles.may_add(message.from_user.id)


class DocumentHandlers(Handlers):
    """Editors' files and addresses, kept for everybody, for this conversation, or not at all.

    A file with a question as its caption is kept for this conversation, and answers the question.
    """

    def __init__(
        self, services: BotServices, service: Documents, questions: QuestionHandlers
    ) -> None:
        super().__init__(services)
        self._documents = service
        self._questions = questions
        # Waiting here occupies no thread that answers need.
        self._taking = asyncio.Semaphore(MOST_TAKEN)
        self._filing = asyncio.Lock()

    @on_message(_PRIVATE & filters.Document.ALL)
    async def file(self, event: ChatEvent) -> None:
        message, asker, document = event.message, event.asker, event.message.document
        if document is None:
            return
        words = words_on(message)
        question = words if asks(words) else ""
        if not await self._may(event):
            if question:
                await self._questions.ask(event.bot, asker, message, question)
            return
        limit = self._limit_megabytes
        if (document.file_size or 0) > limit * 2**20:
            await event.say(asker.texts(DocumentPhrases).too_large(limit))
            return
        queue_work(partial(self._take_file, event.bot, asker, message, document, question))

    async def _take_file(
        self, bot: Bot, asker: Asker, message: Message, sent: TelegramDocument, question: str
    ) -> None:
        name = sent.file_name or "document"
        document = await self._receive(asker, name, None)
        async with self._taking:
            try:
                content = await self._content(sent)
            except BadRequest as error:
                if "too big" not in str(error):
                    raise
                await self._remove_record(document)
                await say(bot, asker, asker.texts(DocumentPhrases).too_large(self._limit_megabytes))
                return
            take = partial(self._documents.take, document.id, content, name)
            received = await self._inspect(bot, asker, document, take)
        if received is None:
            return
        if not question:
            await self._offer(bot, asker, document.id, received)
            return
        await self._keep_here(bot, asker, document)
        async with another_turn():
            await self._questions.ask(bot, asker, message, question, own_first=True)

    async def _content(self, sent: TelegramDocument) -> bytes | Path:
        """Download a file; one on this machine is copied later, never read into memory.
        Raises BadRequest if it is too large."""
        file = await sent.get_file()
        if self._services.settings.telegram_local and file.file_path is not None:
            return Path(file.file_path)
        return bytes(await file.download_as_bytearray())

    @property
    def _limit_megabytes(self) -> int:
        return _LOCAL_LIMIT if self._services.settings.telegram_local else _LIMIT

    async def _keep_here(self, bot: Bot, asker: Asker, document: SentDocument) -> None:
        decision = await self._decide(asker, document.id, "conversation")
        if decision is not None and decision.first:
            (shown, *_) = await say(bot, asker, asker.texts(DocumentPhrases).indexing)
            await self._file(bot, asker, decision.document, shown)

    @on_message(lambda services: _PRIVATE & filters.Regex(_ALONE) & _Keepers(services))
    async def address(self, event: ChatEvent) -> None:
        """Take an address sent by an editor; from others, it is a question."""
        address = _ADDRESS.search(event.message.text or "")
        if address is not None and await self._may(event):
            queue_work(partial(self._take_address, event.bot, event.asker, address[0]))

    async def _take_address(self, bot: Bot, asker: Asker, url: str) -> None:
        document = await self._receive(asker, url, url)
        async with self._taking:
            fetch = partial(self._documents.fetch, document.id, url)
            received = await self._inspect(bot, asker, document, fetch)
        if received is not None:
            await self._offer(bot, asker, document.id, received)

    async def _may(self, event: ChatEvent) -> bool:
        if self._services.roles.may_add(event.asker.person_id):
            return True
        await event.say(event.asker.texts(DocumentPhrases).not_allowed)
        return False

    async def _receive(self, asker: Asker, name: str, url: str | None) -> SentDocument:
        return await self._services.run(
            documents.receive_document,
            place=asker.place,
            name=name,
            url=url,
            now=self._services.now(),
            update_id=current_update(),
        )

    async def _inspect(
        self, bot: Bot, asker: Asker, document: SentDocument, take: partial[ReceivedDocument]
    ) -> ReceivedDocument | None:
        """Read a document; if it is unreadable, say why and return None."""
        phrases = asker.texts(DocumentPhrases)
        try:
            received = await asyncio.to_thread(take)
        except IndexingError as error:
            logger.info("A document cannot be read: %s", error)
            await self._remove_record(document)
            await say(bot, asker, phrases.unreadable(describe_error(self._services, asker, error)))
            return None
        path = self._below(received.path)
        if await self._services.run(documents.note_path, document_id=document.id, path=path):
            return received
        await self._erase_bytes(document)  # by its person, meanwhile
        await say(bot, asker, phrases.gone)
        return None

    async def _offer(self, bot: Bot, asker: Asker, number: int, received: ReceivedDocument) -> None:
        """Ask whether and for whom to keep a document."""
        text = asker.texts(DocumentPhrases).received(received.titles, received.articles)
        await say(bot, asker, text, _choices(asker, number))

    @on_button(_DECISION)
    async def decide(self, press: ButtonPress) -> None:
        asker = press.asker
        phrases = asker.texts(DocumentPhrases)
        decision = await self._decide(asker, int(press.match[2]), _SCOPES[press.match[1]])
        if decision is None:
            await press.acknowledge()
            await press.say(phrases.gone)
            return
        document = decision.document
        if not decision.first:
            await press.acknowledge(_decision_text(document, phrases), aloud=True)
            return
        await press.acknowledge()
        if document.scope == "dropped":
            await self._erase_bytes(document)
            await press.replace_text(phrases.dropped)
            await self._remove_record(document)
            return
        shown = await press.replace_text(phrases.indexing)
        queue_work(partial(self._file, press.bot, asker, document, shown))

    async def _decide(
        self, asker: Asker, number: int, scope: DecidedScope
    ) -> DocumentDecision | None:
        return await self._services.run(
            documents.decide,
            document_id=number,
            person_id=asker.person_id,
            scope=scope,
            update_id=current_update(),
        )

    async def _file(
        self, bot: Bot, asker: Asker, document: SentDocument, shown: int | None
    ) -> None:
        """File a document as decided, and report the result in the message `shown`."""
        phrases, path = asker.texts(DocumentPhrases), self._documents.root / document.path
        name, for_all = conversation_name(document.place), document.scope == "corpus"
        try:
            async with self._filing:
                if for_all:
                    add = partial(self._documents.add_to_corpus, document.id, path)
                else:
                    add = partial(self._documents.keep_for, name, document.id, path)
                kept = await asyncio.to_thread(add)
                if (
                    not await self._services.run(
                        documents.finish_filing, document_id=document.id, path=self._below(kept)
                    )
                    and not for_all
                ):
                    # Its person, who was to be answered from it alone, has erased it meanwhile.
                    await asyncio.to_thread(self._documents.forget, name)
                    await replace_message(bot, asker, shown, phrases.gone)
                    return
        except (IndexingError, OSError) as error:
            logger.error("A document could not be added: %s", error)
            if not await self._services.run(documents.return_undecided, document_id=document.id):
                await self._erase_bytes(document)
                await replace_message(bot, asker, shown, phrases.gone)
                return
            text = phrases.failed(describe_error(self._services, asker, error))
            await replace_message(bot, asker, shown, text, _choices(asker, document.id))
            return
        told = phrases.added if for_all else phrases.kept_here
        await replace_message(bot, asker, shown, told(document.name))

    async def _erase_bytes(self, document: SentDocument) -> None:
        """Delete the file of a document that is in no index."""
        await asyncio.to_thread(self._documents.drop, document.id)

    async def _remove_record(self, document: SentDocument) -> None:
        await self._services.run(documents.remove_document, document_id=document.id)

    def _below(self, path: Path) -> str:
        return path.relative_to(self._documents.root).as_posix()

    @property
    def chores(self) -> Sequence[Chore]:
        """Delete documents without a decision, and those of conversations that are over."""
        return (Chore("documents", timedelta(hours=1), self._tidy, erases=True),)

    async def _tidy(self, bot: Bot) -> None:
        now = self._services.now()
        for document in await self._services.run(
            documents.undecided_before, moment=now - UNDECIDED_LIFETIME
        ):
            await self._services.run(
                documents.decide,
                document_id=document.id,
                person_id=document.place.person_id,
                scope="dropped",
                update_id=None,
            )
        await self._resume(bot)
        left = await asyncio.to_thread(self._documents.find_waiting)
        known = await self._services.run(documents.waiting_documents)
        for number in left - known:
            await asyncio.to_thread(self._documents.drop, number)
        for place in await self._services.run(documents.document_places):
            history = partial(
                conversations.history,
                place=place,
                now=now,
                lifetime=self._services.lifetime,
                limit=1,
            )
            kept = await self._services.run(documents.newest_of, place=place)
            recent = kept is not None and kept > now - self._services.lifetime
            if not recent and not await self._services.run(history):
                await self.forget(place)

    async def _resume(self, bot: Bot) -> None:
        """Carry out decisions that an ended process left undone."""
        for document in await self._services.run(documents.unfinished_documents):
            if document.scope == "dropped":
                await self._erase_bytes(document)
                await self._remove_record(document)
                continue
            person = document.place.person_id
            phrases = await phrases_for(self._services, person, None)
            await self._file(bot, Asker(document.place, phrases, private=True), document, None)

    async def forget(self, place: ConversationPlace) -> None:
        """Delete the documents of a conversation."""
        await asyncio.to_thread(self._documents.forget, conversation_name(place))
        for document in await self._services.run(
            documents.of_conversation, chat_id=place.chat_id, thread_id=place.thread_id
        ):
            await self._remove_record(document)


def _choices(asker: Asker, number: int) -> InlineKeyboardMarkup:
    phrases = asker.texts(DocumentPhrases)
    return column(
        (phrases.for_all, f"d+:{number}"),
        (phrases.for_here, f"d=:{number}"),
        (phrases.nothing, f"d-:{number}"),
    )


def _decision_text(document: SentDocument, phrases: DocumentPhrases) -> str:
    """The decision about a document."""
    if document.scope == "dropped":
        return phrases.dropped
    if document.status == "filing":
        return phrases.filing_already
    return phrases.added_already if document.scope == "corpus" else phrases.kept_already

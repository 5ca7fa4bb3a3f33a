"""Documents and addresses sent to the bot."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from telegram import Bot, InlineKeyboardMarkup, Message
from telegram import Document as TelegramDocument
from telegram.error import BadRequest
from telegram.ext import filters

from bot.library.documents import Documents, ReceivedDocument
from bot.locale.administration import RemovalPhrases
from bot.locale.messenger import DocumentPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_message
from bot.messenger.feature import ErasingJob
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import words_on
from bot.messenger.journal import another_slot, current_update, queue_work
from bot.messenger.outbound.keyboard import REMOVAL_PREFIX, column
from bot.messenger.outbound.reply import describe_error, replace_message, say
from bot.messenger.services import BotServices, conversation_name, phrases_for
from bot.state import conversations, documents
from bot.state.conversations import ConversationPlace
from bot.state.documents import DecidedScope, DocumentDecision, SentDocument
from bot.understanding.meaning import has_question
from index.errors import IndexingError

logger = logging.getLogger(__name__)

_LIMIT_MEGABYTES, _LOCAL_LIMIT_MEGABYTES = 20, 2_000  # of Telegram's, and of an own Bot API server
UNDECIDED_LIFETIME = timedelta(days=1)  # of a document that nobody decided on
CONCURRENT_READS = 2  # documents fetched and read concurrently
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ALONE = re.compile(rf"^\s*{_ADDRESS.pattern}\s*$", re.IGNORECASE)
_DECISION = r"d([+=-]):(\d{1,18})"
_PRIVATE = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
_SCOPES: Mapping[str, DecidedScope] = {"+": "corpus", "=": "conversation", "-": "dropped"}


class _FromEditors(filters.MessageFilter):
    """Messages by editors and administrators."""

    def __init__(self, services: BotServices) -> None:
        super().__init__()
        self._services = services

    def filter(self, message: Message) -> bool:
        return message.from_user is not None and self._services.roles.may_add(message.from_user.id)


class DocumentHandlers(Handlers):
    """Editors' files and addresses, kept for everybody, for this conversation, or not at all. A
    file with a question as its caption is kept for this conversation, and answers the question."""

    def __init__(
        self, services: BotServices, service: Documents, questions: QuestionHandlers
    ) -> None:
        super().__init__(services)
        self._documents = service
        self._questions = questions
        # A document waits here, not on a thread that answers need.
        self._reading = asyncio.Semaphore(CONCURRENT_READS)
        self._file_lock = asyncio.Lock()

    @on_message(_PRIVATE & filters.Document.ALL)
    async def file(self, event: ChatEvent) -> None:
        message, asker, document = event.message, event.asker, event.message.document
        if document is None:
            return
        words = words_on(message)
        question = words if has_question(words) else ""
        if not await self._check_may_add(event):
            if question:
                await self._questions.ask(event.bot, asker, message, question)
            return
        if (document.file_size or 0) > self._limit_megabytes * 2**20:
            await event.say(asker.texts(DocumentPhrases).too_large(self._limit_megabytes))
            return
        queue_work(partial(self._take_file, event.bot, asker, message, document, question))

    async def _take_file(
        self, bot: Bot, asker: Asker, message: Message, file: TelegramDocument, question: str
    ) -> None:
        name = file.file_name or "document"
        document = await self._record(asker, name, None)
        async with self._reading:
            try:
                content = await self._download(file)
            except BadRequest as error:
                if "too big" not in str(error):
                    raise
                await self._run(documents.remove_document, document.id)
                await say(bot, asker, asker.texts(DocumentPhrases).too_large(self._limit_megabytes))
                return
            take = partial(self._documents.take, document.id, content, name)
            contents = await self._read(bot, asker, document, take)
        if contents is None:
            return
        if not question:
            await self._offer(bot, asker, document.id, contents)
            return
        decision = await self._decide(asker, document.id, "conversation")
        if decision is not None and decision.first:
            (notice, *_) = await say(bot, asker, asker.texts(DocumentPhrases).indexing)
            if not await self._file(bot, asker, decision.document, notice):
                return  # the question was about this file, and the notice says what happened
        async with another_slot():
            await self._questions.ask(bot, asker, message, question, own_only=True)

    async def _download(self, telegram_document: TelegramDocument) -> bytes | Path:
        """Download a file; one on this machine is copied later, never read into memory.
        Raises BadRequest if it is too large."""
        file = await telegram_document.get_file()
        if self._services.settings.telegram_local and file.file_path is not None:
            return Path(file.file_path)
        return bytes(await file.download_as_bytearray())

    @property
    def _limit_megabytes(self) -> int:
        is_local = self._services.settings.telegram_local
        return _LOCAL_LIMIT_MEGABYTES if is_local else _LIMIT_MEGABYTES

    @on_message(lambda services: _PRIVATE & filters.Regex(_ALONE) & _FromEditors(services))
    async def address(self, event: ChatEvent) -> None:
        """Take an address sent by an editor; from others, it is a question."""
        address = _ADDRESS.search(event.message.text or "")
        if address is not None and await self._check_may_add(event):
            queue_work(partial(self._take_address, event.bot, event.asker, address[0]))

    async def _take_address(self, bot: Bot, asker: Asker, url: str) -> None:
        document = await self._record(asker, url, url)
        async with self._reading:
            fetch = partial(self._documents.fetch, document.id, url)
            contents = await self._read(bot, asker, document, fetch)
        if contents is not None:
            await self._offer(bot, asker, document.id, contents)

    async def _check_may_add(self, event: ChatEvent) -> bool:
        """True if the person may add documents; otherwise tell them that they may not."""
        if self._roles.may_add(event.asker.person_id):
            return True
        await event.say(event.asker.texts(DocumentPhrases).not_allowed)
        return False

    async def _record(self, asker: Asker, name: str, url: str | None) -> SentDocument:
        record, update_id = documents.receive_document, current_update()
        return await self._run(record, asker.place, name, url, self._now(), update_id)

    async def _read(
        self, bot: Bot, asker: Asker, document: SentDocument, take: partial[ReceivedDocument]
    ) -> ReceivedDocument | None:
        """Read a document; if it is unreadable, say why and return None."""
        phrases = asker.texts(DocumentPhrases)
        try:
            contents = await asyncio.to_thread(take)
        except IndexingError as error:
            logger.info("A document cannot be read: %s", error)
            await self._run(documents.remove_document, document.id)
            await say(bot, asker, phrases.unreadable(describe_error(self._services, asker, error)))
            return None
        if await self._run(documents.note_path, document.id, self._relative(contents.path)):
            return contents
        # The person has erased their data meanwhile.
        await asyncio.to_thread(self._documents.drop, document.id)
        await say(bot, asker, phrases.gone)
        return None

    async def _offer(self, bot: Bot, asker: Asker, number: int, contents: ReceivedDocument) -> None:
        """Ask whether and for whom to keep a document."""
        text = asker.texts(DocumentPhrases).received(contents.titles, contents.articles)
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
            await asyncio.to_thread(self._documents.drop, document.id)
            await press.replace_text(phrases.dropped)
            await self._run(documents.remove_document, document.id)
            return
        notice = await press.replace_text(phrases.indexing)
        queue_work(partial(self._file, press.bot, asker, document, notice))

    async def _decide(
        self, asker: Asker, number: int, scope: DecidedScope
    ) -> DocumentDecision | None:
        update_id = current_update()
        return await self._run(documents.decide, number, asker.person_id, scope, update_id)

    async def _file(
        self, bot: Bot, asker: Asker, document: SentDocument, notice: int | None
    ) -> bool:
        """File a document as decided, and report the result in the message `notice`; False if that
        failed."""
        phrases, path = asker.texts(DocumentPhrases), self._documents.root / document.path
        name, for_all = conversation_name(document.place), document.scope == "corpus"
        try:
            async with self._file_lock:
                if for_all:
                    add = partial(self._documents.add_to_corpus, document.id, path)
                else:
                    add = partial(self._documents.keep_for, name, document.id, path)
                filed = await asyncio.to_thread(add)
                new_path = self._relative(filed.path)
                is_filed = await self._run(
                    documents.finish_filing, document.id, new_path, self._now()
                )
                if not is_filed and not for_all:
                    # The person, for whom alone it was kept, has erased it meanwhile.
                    await asyncio.to_thread(self._documents.forget, name)
                    await replace_message(bot, asker, notice, phrases.gone)
                    return False
        except (IndexingError, OSError) as error:
            logger.error("A document could not be added: %s", error)
            if not await self._run(documents.return_undecided, document.id):
                await asyncio.to_thread(self._documents.drop, document.id)
                await replace_message(bot, asker, notice, phrases.gone)
                return False
            text = phrases.failed(describe_error(self._services, asker, error))
            await replace_message(bot, asker, notice, text, _choices(asker, document.id))
            return False
        text, remove = phrases.filed(document.name, filed.embargo, for_all=for_all), None
        if for_all and self._roles.administers(asker.person_id):
            target = f"{REMOVAL_PREFIX}:d{document.id}"
            remove = column((asker.texts(RemovalPhrases).remove, target))
        await replace_message(bot, asker, notice, text, remove)
        return True

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._documents.root).as_posix()

    @property
    def jobs(self) -> Sequence[ErasingJob]:
        """Delete documents without a decision, and those of conversations that are over."""
        return (ErasingJob("documents", timedelta(hours=1), self._tidy),)

    async def _tidy(self, bot: Bot, now: datetime) -> None:
        lifetime = self._services.lifetime
        for document in await self._run(documents.undecided_before, now - UNDECIDED_LIFETIME):
            person = document.place.person_id
            await self._run(documents.decide, document.id, person, "dropped", update_id=None)
        await self._resume(bot)
        numbers = await asyncio.to_thread(self._documents.find_waiting)
        for number in numbers - await self._run(documents.waiting_documents):
            await asyncio.to_thread(self._documents.drop, number)
        for place in await self._run(documents.document_places):
            newest = await self._run(documents.newest_of, place)
            is_recent = newest is not None and newest > now - lifetime
            history = conversations.history
            if not is_recent and not await self._run(history, place, now, lifetime, limit=1):
                await self.forget(place)

    async def _resume(self, bot: Bot) -> None:
        """Carry out decisions that an ended process left undone."""
        for document in await self._run(documents.unfinished_documents):
            if document.scope == "dropped":
                await asyncio.to_thread(self._documents.drop, document.id)
                await self._run(documents.remove_document, document.id)
                continue
            person = document.place.person_id
            phrases = await phrases_for(self._services, person, None)
            await self._file(bot, Asker(document.place, phrases, private=True), document, None)

    async def forget(self, place: ConversationPlace) -> None:
        await asyncio.to_thread(self._documents.forget, conversation_name(place))
        of_conversation = documents.of_conversation
        for document in await self._run(of_conversation, place.chat_id, place.thread_id):
            await self._run(documents.remove_document, document.id)


def _choices(asker: Asker, number: int) -> InlineKeyboardMarkup:
    phrases = asker.texts(DocumentPhrases)
    return column(
        (phrases.for_all, f"d+:{number}"),
        (phrases.for_here, f"d=:{number}"),
        (phrases.nothing, f"d-:{number}"),
    )


def _decision_text(document: SentDocument, phrases: DocumentPhrases) -> str:
    if document.scope == "dropped":
        return phrases.dropped
    if document.status == "filing":
        return phrases.filing_already
    return phrases.added_already if document.scope == "corpus" else phrases.kept_already

"""/retirer: administrators take an article out of every answer, and put it back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.errors import UsageError
from bot.library.removal import find_target, restore_target, withdraw
from bot.locale.administration import RemovalPhrases
from bot.locale.answers import title_of
from bot.locale.errors import error_text
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.articles import ArticleHandlers
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.keyboard import REMOVAL_PREFIX, column
from bot.messenger.services import BotServices
from bot.operations.logs import PublicText
from index.article import ArticleEntry

logger = logging.getLogger(__name__)

REMOVE = MenuCommand("retirer", "remove", "Retirer un article", "Remove an article")

# What to remove: an article by its id, or the articles of a document that was sent.
_TARGET = r"([0-9a-f]{12}|d\d{1,18})"


class RemovalHandlers(Handlers):
    """Removal of an article, or of a document that was just added, after a confirmation."""

    def __init__(self, services: BotServices, articles: ArticleHandlers) -> None:
        super().__init__(services)
        self._articles = articles

    @on_command(REMOVE, require_administrator)
    @on_button(rf"{REMOVAL_PREFIX}:{_TARGET}", require_administrator)
    async def ask(self, event: ChatEvent) -> None:
        """Ask whether to remove the article named, or the target of a button."""
        if isinstance(event, ButtonPress):
            target = event.match[1]
        elif article := await self._articles.find_by_name(event):
            target = article.id
        else:
            return
        phrases = event.asker.texts(RemovalPhrases)
        entries = await asyncio.to_thread(self._find, target)
        if not entries:
            await event.say(phrases.gone)
            return
        question = phrases.ask(_name(entries, phrases))
        buttons = (
            (phrases.remove, f"{REMOVAL_PREFIX}!:{target}"),
            (phrases.keep, f"{REMOVAL_PREFIX}-"),
        )
        await event.say(question, column(*buttons))

    @on_button(rf"{REMOVAL_PREFIX}!:{_TARGET}", require_administrator)
    async def confirm(self, press: ButtonPress) -> None:
        phrases, target = press.asker.texts(RemovalPhrases), press.match[1]
        try:
            entries = await asyncio.to_thread(self._withdraw, press.asker, target)
        except UsageError as error:
            await press.replace_text(phrases.not_removed(error_text(error, phrases.code)))
            return
        if not entries:
            await press.replace_text(phrases.gone)
            return
        ids = ", ".join(entry.id for entry in entries)
        logger.info("An administrator removed articles: %s", PublicText(ids))
        restore = column((phrases.restore, f"{REMOVAL_PREFIX}~:{target}"))
        await press.replace_text(phrases.removed(_name(entries, phrases)), restore)

    @on_button(f"{REMOVAL_PREFIX}-", require_administrator)
    async def keep(self, press: ButtonPress) -> None:
        await press.replace_text(press.asker.texts(RemovalPhrases).kept)

    @on_button(rf"{REMOVAL_PREFIX}~:{_TARGET}", require_administrator)
    async def restore(self, press: ButtonPress) -> None:
        phrases, target = press.asker.texts(RemovalPhrases), press.match[1]
        log = self._services.act_log(press.asker)
        count = await asyncio.to_thread(restore_target, self._services.settings, target, log)
        if count:
            logger.info("An administrator restored %d removed articles", count)
        await press.replace_text(phrases.restored if count else phrases.gone)

    def _find(self, target: str) -> Sequence[ArticleEntry]:
        return find_target(self._services.library.searcher().generation, target)

    def _withdraw(self, asker: Asker, target: str) -> Sequence[ArticleEntry]:
        generation = self._services.library.searcher().generation
        entries = find_target(generation, target)
        log = self._services.act_log(asker)
        withdraw(self._services.settings, generation, entries, log)
        return entries


def _name(entries: Sequence[ArticleEntry], phrases: RemovalPhrases) -> str:
    """The title of an article, or the number of several."""
    if len(entries) > 1:
        return phrases.several(len(entries))
    return phrases.one(title_of(entries[0], phrases.code))

"""`selon bot --check`: checks whether the bot can run."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.assembly import open_index, open_writers
from bot.errors import SelonError, SettingsError
from bot.llm.factory import arena_models
from bot.locale.administration import CheckingPhrases
from bot.locale.errors import error_text
from bot.messenger.running.application import refusal, telegram_token
from bot.messenger.running.receiver import unreachable, webhook_path
from bot.messenger.running.requests import TokenCheck, WatchedRequest
from bot.settings import Settings
from bot.state.database import open_state, state_url
from index.errors import IndexingError, NoIndex

# `wrong` and `setting` (a refused setting) keep the bot from running.
_Verdict = Literal["well", "note", "wrong", "setting"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    verdict: _Verdict
    about: str
    text: str

    @property
    def fatal(self) -> bool:
        return self.verdict in {"wrong", "setting"}


async def run_preflight(settings: Settings) -> list[Finding]:
    """Check everything that a start needs, without starting."""
    return await Preflight(settings).all()


class Preflight:
    """The checks, with findings in the language of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._said: CheckingPhrases = CheckingPhrases.of(settings.language)

    async def all(self) -> list[Finding]:
        return [
            *await self._telegram(),
            *self._index(),
            *self._database(),
            *self._access(),
            *self._models(),
            *self._arena(),
            *self._figures(),
        ]

    async def _telegram(self) -> list[Finding]:
        texts, settings = self._said, self._settings
        # Durations as timedelta, the library's coming default; without this it warns.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        try:
            token = telegram_token(settings)
            url = f"{str(settings.telegram_api_url).rstrip('/')}/bot"
            request = WatchedRequest(TokenCheck(f"{url}{token}/getMe"))
            async with Bot(token, url, request=request) as bot:
                me, hook = await bot.get_me(), await bot.get_webhook_info()
        except InvalidToken:
            return [self._fault(texts.token, refusal(settings))]
        except TelegramError as error:
            return [self._fault(texts.token, unreachable(settings, error))]
        except SelonError as error:
            return [self._fault(texts.token, error)]
        known = texts.known(me.full_name, me.username or "")
        return [Finding("well", texts.token, known), *self._rights(me), *self._receiving(hook)]

    def _rights(self, me: User) -> Iterator[Finding]:
        texts = self._said
        if not me.can_join_groups:
            yield Finding("note", texts.groups, texts.no_groups)
        elif me.can_read_all_group_messages:
            yield Finding("note", texts.groups, texts.privacy_off)
        else:
            yield Finding("well", texts.groups, texts.privacy_on)
        inline = bool(me.supports_inline_queries)
        text = texts.inline_on if inline else texts.inline_off
        yield Finding("well" if inline else "note", texts.inline, text)
        guests = bool(me.supports_guest_queries)
        text = texts.guests_on if guests else texts.guests_off
        yield Finding("well" if guests else "note", texts.guests, text)

    def _receiving(self, hook: WebhookInfo) -> Iterator[Finding]:
        texts, url = self._said, self._settings.webhook_url
        if url is None:
            text = texts.polling_takes_away(hook.url) if hook.url else texts.polling
            yield Finding("note" if hook.url else "well", texts.receiving, text)
        else:
            yield from self._webhook(str(url), hook)
        if hook.pending_update_count:
            yield Finding("note", texts.receiving, texts.pending(hook.pending_update_count))

    def _webhook(self, url: str, hook: WebhookInfo) -> Iterator[Finding]:
        texts, settings = self._said, self._settings
        host, port = settings.webhook_host, settings.webhook_port
        try:
            assert settings.webhook_url is not None
            webhook_path(settings, settings.webhook_url)
        except SettingsError as error:
            yield self._fault(texts.receiving, error)
            return
        yield Finding("well", texts.receiving, texts.webhook(url, host, port))
        if not _free(host, port):
            yield Finding("note", texts.receiving, texts.port_taken(host, port))
        if hook.url and hook.url != url:
            yield Finding("note", texts.receiving, texts.webhook_other(hook.url))
        elif hook.last_error_message:
            text = texts.webhook_failed(hook.last_error_message)
            yield Finding("note", texts.receiving, text)

    def _index(self) -> Iterator[Finding]:
        try:
            facts = open_index(self._settings).searcher().generation.facts
        except NoIndex as error:  # the bot takes it up when it is there
            yield Finding("note", self._said.index, error_text(error, self._settings.language))
            return
        except (SettingsError, IndexingError) as error:
            yield self._fault(self._said.index, error)
            return
        text = self._said.holds(facts.articles, facts.passages, facts.id)
        yield Finding("well", self._said.index, text)

    def _database(self) -> Iterator[Finding]:
        settings = self._settings
        url = state_url(settings.database_url, settings.data_dir)
        try:
            with closing(open_state(url, settings.bot_id)) as state:
                yield Finding("well", self._said.database, self._said.kept(state.shown))
        except SelonError as error:
            yield self._fault(self._said.database, error)

    def _access(self) -> Iterator[Finding]:
        texts, settings = self._said, self._settings
        if settings.access == "open":
            yield Finding("well", texts.access, texts.open_to_all)
        elif settings.admins:
            yield Finding("well", texts.access, texts.restricted(len(settings.admins)))
        else:
            yield Finding("note", texts.access, texts.nobody)

    def _models(self) -> Iterator[Finding]:
        texts, settings = self._said, self._settings
        try:
            writers = open_writers(settings)
        except SelonError as error:
            yield self._fault(texts.models, error)
            return
        if writers is None:
            yield Finding("well", texts.models, texts.no_model)
            return
        writers.close()
        yield Finding("well", texts.models, texts.models_ready(settings.chat_model))

    def _arena(self) -> Iterator[Finding]:
        """Check the writers of the arena, if there is one."""
        texts, models = self._said, arena_models(self._settings)
        try:
            writers = open_writers(models)
        except SelonError as error:
            yield self._fault(texts.models, error)
            return
        if writers is not None:
            writers.close()
            yield Finding("well", texts.models, texts.models_ready(models.chat_model))

    def _figures(self) -> Iterator[Finding]:
        texts, host, port = self._said, self._settings.metrics_host, self._settings.metrics_port
        if not port:
            yield Finding("well", texts.figures, texts.no_figures)
        elif _free(host, port):
            yield Finding("well", texts.figures, texts.figures_at(host, port))
        else:
            yield Finding("note", texts.figures, texts.port_taken(host, port))

    def _fault(self, about: str, error: Exception) -> Finding:
        verdict: _Verdict = "setting" if isinstance(error, SettingsError) else "wrong"
        return Finding(verdict, about, error_text(error, self._settings.language))


def _free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True

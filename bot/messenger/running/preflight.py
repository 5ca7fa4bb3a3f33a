"""`selon bot --check`: checks whether the bot can run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from pydantic import AnyHttpUrl
from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.assembly import open_chat_models, open_index
from bot.errors import MessengerError, SelonError, SettingsError
from bot.llm.factory import arena_models
from bot.locale.administration import CheckingPhrases
from bot.locale.errors import error_text
from bot.messenger.running.application import api_url, refusal, telegram_token
from bot.messenger.running.receiver import unreachable, webhook_path
from bot.messenger.running.requests import TokenCheck, WatchedRequest
from bot.operations.http_server import open_socket
from bot.settings import Settings
from bot.state.database import open_state, state_url
from index.errors import IndexingError, NoIndex

# `wrong` and `setting` (an invalid setting) keep the bot from running.
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
    checks = _Preflight(settings)
    return [
        *await checks.telegram(),
        *checks.index(),
        *checks.database(),
        checks.access(),
        *checks.chat_models(),
        *checks.metrics(),
    ]


class _Preflight:
    """The checks, with findings in the language of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._texts: CheckingPhrases = CheckingPhrases.of(settings.language)

    async def telegram(self) -> list[Finding]:
        texts, settings = self._texts, self._settings
        # Durations as timedelta, the library's coming default; without this it warns.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        try:
            token, url = telegram_token(settings), f"{api_url(settings)}/bot"
            request = WatchedRequest(TokenCheck(f"{url}{token}/getMe"))
            async with Bot(token, url, request=request) as bot:
                me, hook = await bot.get_me(), await bot.get_webhook_info()
        except InvalidToken:
            return [self._fault(texts.token, refusal(settings))]
        except TelegramError as error:
            return [self._fault(texts.token, unreachable(settings, error))]
        except SelonError as error:
            return [self._fault(texts.token, error)]
        name = texts.known(me.full_name, me.username or "")
        return [Finding("well", texts.token, name), *self._rights(me), *self._receiving(hook)]

    def _rights(self, me: User) -> Iterator[Finding]:
        texts = self._texts
        if not me.can_join_groups:
            yield Finding("note", texts.groups, texts.no_groups)
        elif me.can_read_all_group_messages:
            yield Finding("note", texts.groups, texts.privacy_off)
        else:
            yield Finding("well", texts.groups, texts.privacy_on)
        if me.supports_inline_queries:
            yield Finding("well", texts.inline, texts.inline_on)
        else:
            yield Finding("note", texts.inline, texts.inline_off)
        if me.supports_guest_queries:
            yield Finding("well", texts.guests, texts.guests_on)
        else:
            yield Finding("note", texts.guests, texts.guests_off)

    def _receiving(self, hook: WebhookInfo) -> Iterator[Finding]:
        texts, url = self._texts, self._settings.webhook_url
        if url is not None:
            yield from self._webhook(url, hook)
        elif hook.url:
            yield Finding("note", texts.receiving, texts.polling_takes_away(hook.url))
        else:
            yield Finding("well", texts.receiving, texts.polling)
        if hook.pending_update_count:
            yield Finding("note", texts.receiving, texts.pending(hook.pending_update_count))

    def _webhook(self, url: AnyHttpUrl, hook: WebhookInfo) -> Iterator[Finding]:
        texts, settings = self._texts, self._settings
        host, port = settings.webhook_host, settings.webhook_port
        try:
            webhook_path(settings, url)
        except SettingsError as error:
            yield self._fault(texts.receiving, error)
            return
        yield Finding("well", texts.receiving, texts.webhook(str(url), host, port))
        if not _is_free(host, port):
            yield Finding("note", texts.receiving, texts.port_taken(host, port))
        if hook.url and hook.url != str(url):
            yield Finding("note", texts.receiving, texts.webhook_other(hook.url))
        elif hook.last_error_message:
            text = texts.webhook_failed(hook.last_error_message)
            yield Finding("note", texts.receiving, text)

    def index(self) -> Iterator[Finding]:
        texts = self._texts
        try:
            facts = open_index(self._settings).searcher().generation.facts
            text = texts.holds(facts.articles, facts.passages, facts.id)
            yield Finding("well", texts.index, text)
        except NoIndex as error:  # the bot waits for one
            yield Finding("note", texts.index, error_text(error, self._settings.language))
        except (SettingsError, IndexingError) as error:
            yield self._fault(texts.index, error)

    def database(self) -> Iterator[Finding]:
        try:
            url = state_url(self._settings.database_url, self._settings.data_dir)
            with closing(open_state(url, self._settings.bot_id)) as state:
                yield Finding("well", self._texts.database, self._texts.kept(state.label))
        except SelonError as error:
            yield self._fault(self._texts.database, error)

    def access(self) -> Finding:
        texts, settings = self._texts, self._settings
        if settings.access == "open":
            return Finding("well", texts.access, texts.open_to_all)
        if settings.admins:
            return Finding("well", texts.access, texts.restricted(len(settings.admins)))
        return Finding("note", texts.access, texts.nobody)

    def chat_models(self) -> Iterator[Finding]:
        """Check the chat models, and those of the arena if there is one."""
        texts, arena = self._texts, arena_models(self._settings)
        for settings in (self._settings, arena):
            try:
                if (models := open_chat_models(settings)) is not None:
                    models.close()
                    yield Finding("well", texts.models, texts.models_ready(settings.chat_model))
                elif settings is not arena:
                    yield Finding("well", texts.models, texts.no_model)
            except SelonError as error:
                yield self._fault(texts.models, error)

    def metrics(self) -> Iterator[Finding]:
        texts, host, port = self._texts, self._settings.metrics_host, self._settings.metrics_port
        if not port:
            yield Finding("well", texts.figures, texts.no_figures)
        elif _is_free(host, port):
            yield Finding("well", texts.figures, texts.figures_at(host, port))
        else:
            yield Finding("note", texts.figures, texts.port_taken(host, port))

    def _fault(self, about: str, error: Exception) -> Finding:
        verdict: _Verdict = "setting" if isinstance(error, SettingsError) else "wrong"
        return Finding(verdict, about, error_text(error, self._settings.language))


def _is_free(host: str, port: int) -> bool:
    try:
        open_socket(host, port, "").close()
    except MessengerError:
        return False
    return True

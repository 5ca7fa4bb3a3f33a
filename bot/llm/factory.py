"""Build the chat models of the settings."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.answering.background_loop import background_loop
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import ModelFailed, SelonError, SettingsError
from bot.llm.base import ChatModel
from bot.llm.budget import Allowance, RationedModel, SpendingBudget, SpendingLedger
from bot.llm.cache import ReplyCache
from bot.llm.hosted_model import HostedModel
from bot.llm.model_answerer import LoneModel, ModelAnswerer, ModelLimits
from bot.llm.prompt import prompt_version
from bot.llm.providers import PROVIDERS, ModelOptions, check_installed, create_model
from bot.llm.question_rewriter import ModelRewriter
from bot.llm.votes import VoteBook
from bot.model_choice import EVERY_MODEL, Choice, Price, parse_choices, parse_prices, parse_writers
from bot.operations.logs import PublicText
from bot.settings import Settings, provider_address, provider_key
from bot.state.database import State, StateOnDemand, state_url

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


logger = logging.getLogger(__name__)
_MICROS = 1_000_000
_CLOUD_SUFFIXES = ("-cloud", ":cloud")  # of models that Ollama runs on its own servers


def open_models(settings: Settings, state: Callable[[], State]) -> tuple[HostedModel, ...]:
    """Open the models of SELON_CHAT_MODEL; none if answers are extractive.

    Their libraries are imported in the background. `state` opens the state database. Raises
    SettingsError.
    """
    choices = parse_choices(settings.chat_model)
    if not choices:
        return ()
    for choice in choices:
        check_installed(choice)
    models = [_LoadingModel(choice, _options(choice, choices, settings)) for choice in choices]
    ledger = open_ledger(settings, choices, state)
    loop, structured = background_loop(), settings.chat_structured
    seconds, retries = settings.chat_timeout, settings.chat_retries
    for model in models:
        if model.choice.provider not in PROVIDERS:  # an unknown provider is an error at once
            model.future.set_result(create_model(model.choice, model.options))
    threading.Thread(target=_load_all, args=(models,), name="chat-imports", daemon=True).start()
    return tuple(
        HostedModel(
            model.choice.name, model.get, seconds, retries, ledger, loop, structured=structured
        )
        for model in models
    )


def open_database(settings: Settings) -> StateOnDemand:
    """The state database, opened on first use; the caller closes it."""
    return StateOnDemand(state_url(settings.database_url, settings.data_dir), settings.bot_id)


def open_ledger(
    settings: Settings, choices: tuple[Choice, ...], state: Callable[[], State]
) -> SpendingLedger:
    """The ledger of the models' usage. Raises SettingsError for a budget without a price."""
    prices = dict(parse_prices(settings.chat_prices))
    if EVERY_MODEL not in prices:  # local models cost nothing
        for choice in choices:
            provider = PROVIDERS.get(choice.provider)
            if provider is not None and provider.local:
                prices.setdefault(choice.name, Price(0, 0))
    money = settings.chat_budget_money
    if money is not None:
        for choice in choices:
            if choice.name not in prices and EVERY_MODEL not in prices:
                raise SettingsError("price-unknown", money=money, name=choice.name)
    budget = SpendingBudget(
        settings.chat_budget_tokens, round(money * _MICROS) if money is not None else None
    )
    return SpendingLedger(state, budget, prices)


def _options(choice: Choice, choices: tuple[Choice, ...], settings: Settings) -> ModelOptions:
    """The options of a model. The key and the address are given to their own provider only."""
    provider = PROVIDERS.get(choice.provider)
    key = None
    base_url = own_address(choice, settings)
    if settings.chat_key is not None and choice.provider == _provider_of_key(choices, settings):
        key = settings.chat_key
    # A provider's own key is for the provider's own address.
    if key is None and base_url is None and provider is not None:
        key = provider_key(provider.keys)
        if key is None and not provider.local:
            variable = provider.keys[0]
            raise SettingsError(
                "chat-no-key", name=choice.name, provider=choice.provider, variable=variable
            )
    return ModelOptions(
        settings.chat_temperature, settings.chat_timeout, settings.chat_context, key, base_url
    )


def own_address(choice: Choice, settings: Settings) -> str | None:
    """The custom address of a model, None for its provider's. Raises SettingsError."""
    url = settings.chat_base_url
    if url is None:
        return None
    choices = parse_choices(settings.chat_model)
    return str(url) if choice.provider == _provider_of_address(choices) else None


def arena_models(settings: Settings) -> Settings:
    """Copy settings with the models of SELON_ARENA as chat models."""
    writers = parse_writers(settings.arena)
    names = dict.fromkeys(writer.model.name for writer in writers if writer.model is not None)
    return settings.model_copy(update={"chat_model": ",".join(names)})


def recipients(settings: Settings) -> tuple[str, ...]:
    """The providers and hosts that receive questions and passages.

    Empty if all models run on this machine. Raises SettingsError.
    """
    names = (
        _recipient(choice, variant)
        for variant in (settings, arena_models(settings))
        for choice in parse_choices(variant.chat_model)
    )
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _recipient(choice: Choice, settings: Settings) -> str | None:
    provider = PROVIDERS.get(choice.provider)
    title = provider.title if provider else choice.provider
    local = provider is not None and provider.local
    if local and choice.model.endswith(_CLOUD_SUFFIXES):
        return title
    address = own_address(choice, settings)
    if address is None and provider is not None:
        address = provider_address(provider.addresses)
    if address is None:
        return None if local else title
    host = urlsplit(address if "//" in address else f"//{address}").hostname
    if host is None:
        return None
    try:
        ip = ip_address(host)
    except ValueError:
        return None if host == "localhost" or host.endswith(".localhost") else host
    return None if ip.is_loopback or ip.is_unspecified else host


def _provider_of_address(choices: tuple[Choice, ...]) -> str:
    """The provider that SELON_CHAT_BASE_URL belongs to."""
    providers = {choice.provider for choice in choices}
    if "openai" in providers:
        return "openai"
    if len(providers) == 1:
        return providers.pop()
    raise SettingsError("chat-address-unclear")


def _provider_of_key(choices: tuple[Choice, ...], settings: Settings) -> str:
    """The provider that SELON_CHAT_KEY belongs to; no other may receive it."""
    providers = {choice.provider for choice in choices}
    if settings.chat_base_url is not None:
        return _provider_of_address(choices)
    remote = {
        name for name in providers if name not in PROVIDERS or not PROVIDERS[name].local
    } or providers
    if len(remote) == 1:
        return remote.pop()
    variables = tuple(PROVIDERS[name].keys[0] for name in sorted(remote) if name in PROVIDERS)
    raise SettingsError("chat-key-unclear", variables=variables)


@dataclass(frozen=True, slots=True)
class _LoadingModel:
    """A model that is created on another thread."""

    choice: Choice
    options: ModelOptions
    future: Future[BaseChatModel] = field(default_factory=Future)

    async def get(self) -> BaseChatModel:
        try:
            return await asyncio.shield(asyncio.wrap_future(self.future))
        except SettingsError:
            raise ModelFailed("rejected", self.choice.name, "settings") from None
        except Exception as error:
            raise ModelFailed("rejected", self.choice.name, type(error).__name__) from None


def _load_all(models: list[_LoadingModel]) -> None:
    for model in models:
        if model.future.done():
            continue
        try:
            model.future.set_result(create_model(model.choice, model.options))
        except SelonError as error:
            logger.error("%s", error)
            model.future.set_exception(error)
        except Exception as error:  # the future must never stay pending
            name, kind = PublicText(model.choice.name), PublicText(type(error).__name__)
            # Without its message, which may repeat the key.
            logger.error("SELON_CHAT_MODEL=%s: it cannot be made (%s)", name, kind)
            model.future.set_exception(error)


class ChatModels:
    """The chat models of the settings, with their budget and cache. Close after use.

    Raises SettingsError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state = open_database(settings)
        self._hosted_models = open_models(settings, self._state)
        self._costs = {model.name: model.cost for model in self._hosted_models}
        self._models: Sequence[ChatModel] = self._hosted_models
        if settings.chat_daily_answers is not None:
            allowance = Allowance(self._state, settings.chat_daily_answers)
            self._models = [RationedModel(model, allowance) for model in self._models]
        self._replies = ReplyCache(self._state, settings.chat_cache_days)
        self._limits = ModelLimits(settings.chat_context, settings.chat_max_tokens)
        self._votes = VoteBook(self._state, prompt_version())

    def over(self, extractive: ExtractiveAnswerer, generation: Callable[[], str]) -> ModelAnswerer:
        """The answerer over one index; `generation` returns its current generation."""
        replies, votes = self._replies, self._votes.find
        return ModelAnswerer(self._models, extractive, self._limits, replies, generation, votes)

    def alone(self, name: str, extractive: ExtractiveAnswerer) -> LoneModel:
        model = next(model for model in self._models if model.name == name)
        return LoneModel(model, self._costs[name], extractive, self._limits, self._votes.find)

    def rewriter(self) -> ModelRewriter:
        """The rewriter of follow-up questions."""
        return ModelRewriter(self._models)

    def close(self) -> None:
        """Close the connections and the database."""
        for model in self._hosted_models:
            model.close()
        self._state.close()

"""From the settings to the chat models, and to what writes answers with them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.answering.background_loop import background_loop
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import ModelFailed, SelonError, SettingsError
from bot.llm.attempt import ClaimChecker
from bot.llm.base import ChatModel
from bot.llm.budget import Allowance, Rationed, SpendingBudget, SpendingLedger
from bot.llm.cache import ReplyCache
from bot.llm.hosted import Bounds, Hosted
from bot.llm.lone_writer import LoneWriter
from bot.llm.prompt import check_prompts
from bot.llm.providers import PROVIDERS, Making, check_installed, make
from bot.llm.question_rewriter import ModelRewriter
from bot.llm.writer import WriterLimits, WrittenAnswerer
from bot.model_choice import (
    EVERY_MODEL,
    Choice,
    Price,
    parse_choices,
    parse_prices,
    parse_writers,
)
from bot.operations.logs import PublicText
from bot.settings import Settings, provider_address, provider_key
from bot.state.database import State, StateOnDemand, state_url
from bot.verification.claim import Claim, ClaimVerdict, GivenPassage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from bot.verification import checker


logger = logging.getLogger(__name__)
_MICROS = 1_000_000

_ELSEWHERE = ("-cloud", ":cloud")
"""How the names end of models that Ollama passes on to its own servers."""


def open_models(settings: Settings, state: Callable[[], State]) -> tuple[Hosted, ...]:
    """The models that SELON_CHAT_MODEL names; none when answers are to quote the articles.

    Their libraries are imported in the background, from now on. `state` gives the database of what
    people leave behind. Raises SettingsError.
    """
    choices = parse_choices(settings.chat_model)
    if not choices:
        return ()
    for choice in choices:
        check_installed(choice)
    makings = [_making(choice, choices, settings) for choice in choices]
    ledger = open_ledger(settings, choices, state)
    bounds = Bounds(settings.chat_first_token, settings.chat_timeout, settings.chat_retries)
    loop = background_loop()
    made = [_InBackground(choice, making) for choice, making in zip(choices, makings, strict=True)]
    for each in made:
        if each.choice.provider not in PROVIDERS:  # whether it exists at all is said at once
            each.future.set_result(make(each.choice, each.making))
    threading.Thread(target=_make_all, args=(made,), name="chat-imports", daemon=True).start()
    return tuple(
        Hosted(choice.name, each.get, bounds, ledger, loop, structured=settings.chat_structured)
        for choice, each in zip(choices, made, strict=True)
    )


def database_of(settings: Settings) -> StateOnDemand:
    """The database of what people leave behind, opened when it is first needed; to be closed."""
    return StateOnDemand(state_url(settings.database_url, settings.data_dir), settings.bot_id)


def open_cache(settings: Settings, state: Callable[[], State]) -> ReplyCache:
    """Where written answers are kept to serve again."""
    return ReplyCache(state, settings.chat_cache_days)


def open_ledger(
    settings: Settings, choices: tuple[Choice, ...], state: Callable[[], State]
) -> SpendingLedger:
    """Where what the models use is counted. Raises SettingsError for a budget without a price."""
    prices = dict(parse_prices(settings.chat_prices))
    if EVERY_MODEL not in prices:  # what runs on the machine itself costs nothing
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
    return SpendingLedger(state, budget, prices, settings.keep_days)


def _making(choice: Choice, choices: tuple[Choice, ...], settings: Settings) -> Making:
    """What this model is made with: the key and the address go to their own provider alone."""
    provider = PROVIDERS.get(choice.provider)
    key = None
    base_url = served_at(choice, settings)
    if settings.chat_key is not None and choice.provider == _keyed(choices, settings):
        key = settings.chat_key
    # A provider's own key is for the provider's own address.
    if key is None and base_url is None and provider is not None:
        key = provider_key(provider.keys)
        if key is None and not provider.local:
            raise SettingsError(
                "chat-no-key",
                name=choice.name,
                provider=choice.provider,
                variable=provider.keys[0],
            )
    return Making(
        settings.chat_temperature, settings.chat_timeout, settings.chat_context, key, base_url
    )


def served_at(choice: Choice, settings: Settings) -> str | None:
    """The address of a model, where it is not its provider's own. Raises SettingsError."""
    url = settings.chat_base_url
    choices = parse_choices(settings.chat_model)
    return str(url) if url is not None and choice.provider == _served(choices) else None


def arena_models(settings: Settings) -> Settings:
    """The same settings, with the models of SELON_ARENA for chat models."""
    writers = parse_writers(settings.arena)
    names = dict.fromkeys(each.model.name for each in writers if each.model is not None)
    return settings.model_copy(update={"chat_model": ",".join(names)})


def recipients(settings: Settings) -> tuple[str, ...]:
    """Who is given questions and passages: providers by what people call them, and hosts; none
    where all models run on this machine. Raises SettingsError."""
    named = (
        _recipient(each, using)
        for using in (settings, arena_models(settings))
        for each in parse_choices(using.chat_model)
    )
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _recipient(choice: Choice, settings: Settings) -> str | None:
    provider = PROVIDERS.get(choice.provider)
    title = provider.title if provider else choice.provider
    local = provider is not None and provider.local
    if local and choice.model.endswith(_ELSEWHERE):
        return title
    address = served_at(choice, settings)
    if address is None and provider is not None:
        address = provider_address(provider.addresses)
    if address is None:
        return None if local else title
    host = urlsplit(address if "//" in address else f"//{address}").hostname
    return None if host is None or _is_here(host) else host


def _is_here(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _served(choices: tuple[Choice, ...]) -> str:
    """The provider whose address SELON_CHAT_BASE_URL is."""
    providers = {choice.provider for choice in choices}
    if "openai" in providers:
        return "openai"
    if len(providers) == 1:
        return providers.pop()
    raise SettingsError("chat-address-unclear")


def _keyed(choices: tuple[Choice, ...], settings: Settings) -> str:
    """The provider whose key SELON_CHAT_KEY is: no other may ever see it."""
    providers = {choice.provider for choice in choices}
    if settings.chat_base_url is not None:
        return _served(choices)
    distant = {
        name for name in providers if name not in PROVIDERS or not PROVIDERS[name].local
    } or providers
    if len(distant) == 1:
        return distant.pop()
    variables = tuple(PROVIDERS[name].keys[0] for name in sorted(distant) if name in PROVIDERS)
    raise SettingsError("chat-key-unclear", variables=variables)


@dataclass(frozen=True, slots=True)
class _InBackground:
    """A model that another thread makes."""

    choice: Choice
    making: Making
    future: Future[BaseChatModel] = field(default_factory=Future)

    async def get(self) -> BaseChatModel:
        try:
            return await asyncio.shield(asyncio.wrap_future(self.future))
        except SettingsError:
            raise ModelFailed("rejected", self.choice.name, "settings") from None
        except Exception as error:  # told to the log when it was made
            raise ModelFailed("rejected", self.choice.name, type(error).__name__) from None


def _make_all(models: list[_InBackground]) -> None:
    for each in models:
        if each.future.done():
            continue
        try:
            each.future.set_result(make(each.choice, each.making))
        except SelonError as error:
            logger.error("%s", error)
            each.future.set_exception(error)
        except Exception as error:  # whoever waits for the model must hear that it will not come
            name, kind = PublicText(each.choice.name), PublicText(type(error).__name__)
            # Without its words, which may repeat the key.
            logger.error("SELON_CHAT_MODEL=%s: it cannot be made (%s)", name, kind)
            each.future.set_exception(error)


class Writers:
    """The chat models of the settings, what holds them to the passages, and what they wrote before.

    To be closed when nothing is asked any more. Raises SettingsError.
    """

    def __init__(self, settings: Settings) -> None:
        self._state = database_of(settings)
        self._hosted = open_models(settings, self._state)
        self._costs = {model.name: model.cost for model in self._hosted}
        self._models: Sequence[ChatModel] = self._hosted
        if settings.chat_daily_answers is not None:
            allowance = Allowance(self._state, settings.chat_daily_answers)
            self._models = [Rationed(model, allowance) for model in self._models]
        self._replies = open_cache(settings, self._state)
        self._limits = WriterLimits(settings.chat_context, settings.chat_max_tokens)
        self._checker: ClaimChecker = _checker(settings.cache_dir, settings.threads)

    def over(
        self, extractive: ExtractiveAnswerer, generation: Callable[[], str]
    ) -> WrittenAnswerer:
        """The answerer for one index, whose generation in service is told by `generation`."""
        return WrittenAnswerer(
            self._models, self._checker, extractive, self._limits, self._replies, generation
        )

    def alone(
        self, name: str, extractive: ExtractiveAnswerer, prompts: Path | None = None
    ) -> LoneWriter:
        """One of the models by itself. Raises SettingsError for prompts that are none."""
        if prompts is not None:
            check_prompts(prompts)
        model = self.model(name)
        cost = self._costs[name]
        return LoneWriter(model, cost, self._checker, extractive, self._limits, prompts)

    def model(self, name: str) -> ChatModel:
        return next(model for model in self._models if model.name == name)

    def rewriter(self) -> ModelRewriter:
        """What writes out the questions of a conversation."""
        return ModelRewriter(self._models)

    def close(self) -> None:
        """Let go of the servers and of the database."""
        for model in self._hosted:
            model.close()
        self._state.close()


@cache
def _checker(cache_dir: Path, threads: int) -> LoadedBehind:
    """One for all who write in this process."""
    return LoadedBehind(cache_dir, threads)


class LoadedBehind:
    """A checker that loads on a thread of its own from now on; who needs it first waits for it."""

    def __init__(self, cache_dir: Path, threads: int) -> None:
        self._future: Future[checker.FactChecker] = Future()
        load = threading.Thread(
            target=self._load, args=(cache_dir, threads), name="checker", daemon=True
        )
        load.start()

    def prepare(self, given: Sequence[GivenPassage]) -> None:
        self._future.result().prepare(given)

    def check(self, claim: Claim, given: Sequence[GivenPassage], question: str) -> ClaimVerdict:
        return self._future.result().check(claim, given, question)

    def _load(self, cache_dir: Path, threads: int) -> None:
        from bot.verification.checker import open_checker

        try:
            self._future.set_result(open_checker(cache_dir, threads=threads or 1))
        except Exception as error:  # told to whoever wants a check
            self._future.set_exception(error)

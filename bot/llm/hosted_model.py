"""A chat model through LangChain, with limits of time, retries and budget."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from bot.answering.background_loop import BackgroundLoop
from bot.errors import ModelFailed, ModelFault
from bot.llm.base import BYTES_PER_TOKEN, Request, Usage, estimate_tokens, replace_surrogates
from bot.llm.budget import SpendingLedger
from bot.llm.providers import (
    close_connections,
    supports_schema,
    to_model_failure,
    with_limit,
    with_schema,
)
from bot.model_choice import Structured

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable


logger = logging.getLogger(__name__)

_TRANSIENT: frozenset[ModelFault] = frozenset({"rate", "server", "connection"})
"""Faults worth a retry; a slow model would be slow again."""

_FIRST_WAIT_SECONDS = 0.5
_CLOSE_SECONDS = 5.0


_FAILURES = 3
_PAUSE_SECONDS = 60.0
_CALL_FAULTS: frozenset[ModelFault] = frozenset(
    {"context", "rejected", "cancelled", "budget", "paused"}
)
"""Faults of the question or the caller, unrelated to the model's health."""


class Breaker:
    """Circuit breaker: opens after consecutive failures; after a pause, one call may try again.

    Used by one event loop; `clock` gives monotonic seconds.
    """

    def __init__(
        self,
        model: str,
        failures: int = _FAILURES,
        pause: float = _PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self._is_trying = False

    @property
    def state(self) -> Literal["closed", "open", "trying"]:
        if self._failures < self._limit:
            return "closed"
        return "trying" if self._is_trying else "open"

    def enter(self) -> None:
        """Ask before each call. Raises ModelFailed (`paused`) during a pause."""
        seconds = self._until - self._clock()
        if self._failures >= self._limit:
            if self._is_trying or seconds > 0:
                raise ModelFailed("paused", self._model, retry_after=max(0.0, seconds))
            self._is_trying = True
        elif seconds > 0:  # the server asked for it
            raise ModelFailed("paused", self._model, retry_after=seconds)

    def succeed(self) -> None:
        """Report a call that was answered."""
        self._failures, self._until, self._is_trying = 0, 0.0, False

    def fail(self, failure: ModelFailed) -> None:
        """Report a call that failed."""
        self._is_trying = False
        if failure.kind in _CALL_FAULTS:
            return
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._clock() + max(self._pause, failure.retry_after or 0.0)
        elif failure.retry_after:
            self._until = self._clock() + failure.retry_after

    def abandon(self) -> None:
        """Report a call that the caller ended."""
        self._is_trying = False


class HostedModel:
    """A `ChatModel`; `load` returns LangChain's model once its library is imported.

    A call may take `seconds` in all, with so many `retries`.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Awaitable[BaseChatModel]],
        seconds: float,
        retries: int,
        ledger: SpendingLedger,
        loop: BackgroundLoop,
        structured: Structured = "off",
    ) -> None:
        self.name = name
        self._load = load
        self._seconds = seconds
        self._retries = retries
        self._ledger = ledger
        self._loop = loop
        self._breaker = Breaker(name)
        self._structure = structured
        self._has_connected = False
        self._calls: set[asyncio.Task[Any]] = set()

    async def structured(self) -> bool:
        try:
            return supports_schema(await self._ready(), self._structure)
        except ModelFailed:  # the call raises it again
            return False

    async def reply(self, request: Request) -> str:
        return await self._loop.call(self._reply_counted(request))

    def cost(self, usage: Usage) -> int | None:
        """Cost of a call in millionths of a currency unit; None if the price is unknown."""
        return self._ledger.cost(self.name, usage)

    def close(self) -> None:
        """End the running calls and close the connections.

        Usage is recorded on a thread, and none can be started once the interpreter shuts down.
        Must not be called from an event loop that answers depend on.
        """

        async def close() -> None:
            calls = set(self._calls)
            for call in calls:
                call.cancel()
            if calls:
                await asyncio.wait(calls)
            if self._has_connected:
                await close_connections(await self._load(), self.name.partition(":")[0])

        with suppress(TimeoutError):
            self._loop.submit(close()).result(_CLOSE_SECONDS)

    async def _ready(self) -> BaseChatModel:
        """Wait for the model's import, no longer than for an answer."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._load()
        except TimeoutError:
            raise ModelFailed("timeout", self.name, "import") from None

    async def _reply_counted(self, request: Request) -> str:
        """Make one call under the breaker and the ledger."""
        if (task := asyncio.current_task()) is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        model = with_limit(await self._ready(), request.limit)
        self._breaker.enter()
        self._has_connected = True
        failure: ModelFailed | None = None
        message: AIMessage | None = None
        hold = self._ledger.hold(self.name, estimate_tokens(request.messages), request.limit)
        try:
            await _run_to_end(partial(self._ledger.take, hold))
            message = await self._ask(
                with_schema(model, request.schema) if request.schema else model, request
            )
            if not message.text:
                raise ModelFailed("malformed", self.name, "empty")
            return replace_surrogates(message.text)
        except ModelFailed as error:
            failure = error
            raise
        finally:
            if failure is not None:
                self._breaker.fail(failure)
            elif message is not None:
                self._breaker.succeed()
            else:
                self._breaker.abandon()
            if request.schema and failure is not None and failure.kind == "rejected":
                self._structure = "off"  # the server does not understand the schema
            # A call that failed is free, unless it kept the server busy.
            is_free = message is None and failure is not None and failure.kind != "timeout"
            request.usage = None if is_free else _usage_of(message, request)
            await _run_to_end(partial(self._ledger.settle, hold, request.usage))

    async def _ask(
        self, model: BaseChatModel | Runnable[Any, AIMessage], request: Request
    ) -> AIMessage:
        """Call the library, again if that may help and time is left. Raises ModelFailed."""
        messages = [(message.role, message.text) for message in request.messages]
        deadline = time.monotonic() + self._seconds
        for retry in count():
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    message = await model.ainvoke(messages)
                if _is_cancelled():
                    raise asyncio.CancelledError
                return message
            except (asyncio.CancelledError, Exception) as error:
                if _is_cancelled():
                    raise asyncio.CancelledError from None
                # Without its cause: the message may contain the key, the question or passages.
                failure = to_model_failure(error, self.name)
            wait = failure.retry_after
            if wait is None:  # longer each time, not in step with other clients
                wait = _FIRST_WAIT_SECONDS * 2.0**retry * random.uniform(0.5, 1.5)
            is_late = time.monotonic() + wait >= deadline
            if retry >= self._retries or failure.kind not in _TRANSIENT or is_late:
                raise failure
            logger.info("%s; asked again in %.1f s", failure, wait)
            await asyncio.sleep(wait)
        raise AssertionError


def _usage_of(message: AIMessage | None, request: Request) -> Usage:
    """The server's count, or else an estimate."""
    counts: Mapping[str, Any] = getattr(message, "usage_metadata", None) or {}
    if counts.get("input_tokens") or counts.get("output_tokens"):
        return Usage(counts.get("input_tokens", 0), counts.get("output_tokens", 0))
    text = replace_surrogates(message.text) if message is not None else ""
    output = math.ceil(len(text.encode()) / BYTES_PER_TOKEN)
    return Usage(estimate_tokens(request.messages), output, is_estimate=True)


def _is_cancelled() -> bool:
    """True if our caller cancelled the task, even if a library swallowed the CancelledError."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _run_to_end(job: Callable[[], None]) -> None:
    """Run a job on a thread, and wait for its end even if cancelled."""
    task = asyncio.ensure_future(asyncio.to_thread(job))
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        task.exception()  # retrieve it, or asyncio warns
        raise cancellation
    task.result()

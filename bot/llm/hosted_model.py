"""A chat model through LangChain, with limits of time, length, retries and budget."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.answering.background_loop import BackgroundLoop
from bot.errors import ModelFailed, ModelFault
from bot.llm.base import (
    BYTES_PER_TOKEN,
    Request,
    Usage,
    estimate_tokens,
    replace_surrogates,
)
from bot.llm.budget import SpendingLedger, current_asker
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
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable


logger = logging.getLogger(__name__)

_CHARACTERS_PER_TOKEN_LIMIT = 8  # a server that sends more per allowed token is cut off

_TRANSIENT: frozenset[ModelFault] = frozenset({"rate", "server", "connection"})
"""Faults worth a retry; a slow model would be slow again."""

_FIRST_WAIT_SECONDS = 0.5
_CLOSE_SECONDS = 5.0
_ENDINGS = ("finish_reason", "stop_reason", "done_reason", "status")
_LENGTHS = {"length", "max_tokens", "model_length", "incomplete"}


class Tally:
    """Token count of one attempt.

    `has_ended` once the model has given its reason to stop, `is_cut` if that was the token limit.
    """

    def __init__(self, request: Request) -> None:
        self._expected = estimate_tokens(request.messages)
        self._max_characters = request.limit * _CHARACTERS_PER_TOKEN_LIMIT
        self._input = 0
        self._output = 0
        self._characters = 0
        self._bytes = 0
        self.has_ended = False
        self.is_cut = False

    @property
    def has_begun(self) -> bool:
        return self._characters > 0

    @property
    def is_over(self) -> bool:
        """True if the reply is longer than its token limit allows."""
        return self._characters > self._max_characters

    @property
    def has_counts(self) -> bool:
        """True if the server has counted the tokens."""
        return bool(self._input or self._output)

    def take(self, message: BaseMessage) -> str:
        """Count the next chunk and return its text."""
        text = replace_surrogates(message.text)
        self._characters += len(text)
        self._bytes += len(text.encode())
        usage: Mapping[str, Any] | None = getattr(message, "usage_metadata", None)
        if usage is not None:
            self._input += usage.get("input_tokens", 0)
            self._output += usage.get("output_tokens", 0)
        for name in _ENDINGS:
            reason = message.response_metadata.get(name)
            if reason:
                self.has_ended = True
                self.is_cut = self.is_cut or str(reason).lower() in _LENGTHS
        if self.is_over:
            self.has_ended = self.is_cut = True
        return text

    def usage(self) -> Usage:
        """The server's count, or else an estimate."""
        if self.has_counts:
            return Usage(self._input, self._output, is_cut=self.is_cut)
        output = math.ceil(self._bytes / BYTES_PER_TOKEN)
        return Usage(self._expected, output, is_estimate=True, is_cut=self.is_cut)


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
        """Report a call that gave a piece."""
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
        """Report a call that the caller ended before the first piece."""
        self._is_trying = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds to the first piece and in total, including retries."""

    first: float
    whole: float
    retries: int


@dataclass(slots=True)
class _Call:
    """A running call, including its retries."""

    model: BaseChatModel | Runnable[Any, AIMessage]
    request: Request
    deadline: float
    tally: Tally


class HostedModel:
    """A `ChatModel`; `load` returns LangChain's model once its library is imported."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Awaitable[BaseChatModel]],
        bounds: Bounds,
        ledger: SpendingLedger,
        loop: BackgroundLoop,
        breaker: Breaker | None = None,
        structured: Structured = "off",
    ) -> None:
        self.name = name
        self._load = load
        self._bounds = bounds
        self._ledger = ledger
        self._loop = loop
        self._breaker = breaker or Breaker(name)
        self._structure = structured
        self._has_connected = False
        self._calls: set[asyncio.Task[Any]] = set()

    async def structured(self) -> bool:
        try:
            return supports_schema(await self._ready(), self._structure)
        except ModelFailed:  # the call raises it again
            return False

    async def reply(self, request: Request) -> str:
        return await self._loop.call(self._reply_counted(request, current_asker()))

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
        """Wait for the model's import, no longer than for a first piece."""
        try:
            async with asyncio.timeout(self._bounds.first):
                return await self._load()
        except TimeoutError:
            raise ModelFailed("timeout", self.name, "import") from None

    async def _reply_counted(self, request: Request, person_id: int | None) -> str:
        """Make one call under the breaker and the ledger."""
        if (task := asyncio.current_task()) is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        model = with_limit(await self._ready(), request.limit)
        self._breaker.enter()
        self._has_connected = True
        deadline = time.monotonic() + self._bounds.whole
        model_with_schema = with_schema(model, request.schema) if request.schema else model
        call = _Call(model_with_schema, request, deadline, Tally(request))
        failure: ModelFailed | None = None
        hold = self._ledger.hold(self.name, estimate_tokens(request.messages), request.limit)
        try:
            await _run_to_end(partial(self._ledger.take, hold))
            return await self._reply_with_retries(call)
        except ModelFailed as error:
            failure = error
            raise
        finally:
            tally = call.tally
            if failure is not None:
                self._breaker.fail(failure)
            elif tally.has_begun:
                self._breaker.succeed()
            else:
                self._breaker.abandon()
            if request.schema and failure is not None and failure.kind == "rejected":
                self._structure = "off"  # the server does not understand the schema
            # A call that failed before it began is free, unless it kept the server busy.
            if failure is None or failure.kind == "timeout" or tally.has_begun or tally.has_counts:
                request.usage = tally.usage()
            else:
                request.usage = None
            await _run_to_end(partial(self._ledger.settle, hold, request.usage, person_id))

    async def _reply_with_retries(self, call: _Call) -> str:
        """Retry until the first piece, while time is left."""
        retries_left = self._bounds.retries
        while True:
            call.tally = Tally(call.request)
            try:
                return await self._reply_once(call)
            except ModelFailed as failure:
                wait = failure.retry_after
                if wait is None:  # longer each time, not in step with other clients
                    backoff = _FIRST_WAIT_SECONDS * 2.0 ** (self._bounds.retries - retries_left)
                    wait = backoff * random.uniform(0.5, 1.5)
                too_late = time.monotonic() + wait >= call.deadline
                if (
                    call.tally.has_begun
                    or not retries_left
                    or failure.kind not in _TRANSIENT
                    or too_late
                ):
                    raise
                logger.info("%s; asked again in %.1f s", failure, wait)
                await asyncio.sleep(wait)
                retries_left -= 1

    async def _reply_once(self, call: _Call) -> str:
        """Call the library, and translate its exceptions into ModelFailed."""
        first = min(time.monotonic() + self._bounds.first, call.deadline)
        messages = [(message.role, message.text) for message in call.request.messages]
        stream = cast("AsyncGenerator[AIMessageChunk, None]", call.model.astream(messages))
        tally, text = call.tally, ""
        try:
            async with aclosing(stream) as chunks:
                while not tally.is_over:
                    deadline = call.deadline if tally.has_begun else first
                    async with asyncio.timeout(deadline - time.monotonic()):
                        chunk = await anext(chunks, None)
                    if _is_cancelled():
                        raise asyncio.CancelledError
                    if chunk is None:
                        break
                    text += tally.take(chunk)
        except (asyncio.CancelledError, Exception) as error:
            if _is_cancelled():
                raise asyncio.CancelledError from None
            if isinstance(error, asyncio.CancelledError):
                raise ModelFailed("cancelled", self.name, type(error).__name__) from None
            # Without its cause: the message may contain the key, the question or passages.
            raise to_model_failure(error, self.name) from None
        if not tally.has_begun:
            raise ModelFailed("malformed", self.name, "empty")
        if not tally.has_ended:
            raise ModelFailed("connection", self.name, "cut")
        return text


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

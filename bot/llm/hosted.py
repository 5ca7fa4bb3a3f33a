"""A chat model behind LangChain, called within bounds of time, length, failures and budget."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.answering.background_loop import BackgroundLoop
from bot.errors import ModelFailed, ModelFault
from bot.llm.base import Message, Request, Usage
from bot.llm.budget import SpendingLedger, current_asker
from bot.llm.providers import able, failed, held_to, held_to_schema, let_go
from bot.model_choice import Structured

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable


CHARACTERS_PER_TOKEN = 3
"""Of French, on the safe side: OpenAI's and Llama's tokens are nearer to four characters."""

_PER_MESSAGE = 8
_ENDINGS = ("finish_reason", "stop_reason", "done_reason", "status")
_LENGTHS = {"length", "max_tokens", "model_length", "incomplete"}


def estimated_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens these messages take, rather more than fewer."""
    return sum(estimate(each.text) + _PER_MESSAGE for each in messages)


def estimate(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


class Tally:
    """The count of one attempt. `ended` once the model said why it stopped, `cut` if by length."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._expected = estimated_tokens(messages)
        self._characters = 0
        self._input = 0
        self._output = 0
        self.ended = False
        self.cut = False

    @property
    def begun(self) -> bool:
        return self._characters > 0

    @property
    def characters(self) -> int:
        return self._characters

    @property
    def counted(self) -> bool:
        """Whether the server has counted the tokens."""
        return bool(self._input or self._output)

    def take(self, message: BaseMessage) -> str:
        """The text of the next chunk."""
        text = str(message.text)
        self._characters += len(text)
        usage: Mapping[str, Any] | None = getattr(message, "usage_metadata", None)
        if usage is not None:
            self._input += usage.get("input_tokens", 0)
            self._output += usage.get("output_tokens", 0)
        for name in _ENDINGS:
            reason = message.response_metadata.get(name)
            if reason:
                self.ended = True
                self.cut = self.cut or str(reason).lower() in _LENGTHS
        return text

    def usage(self) -> Usage:
        """As the server counted, or estimated where it did not."""
        if self.counted:
            return Usage(self._input, self._output, cut=self.cut)
        output = -(-self._characters // CHARACTERS_PER_TOKEN)
        return Usage(self._expected, output, estimated=True, cut=self.cut)


_BreakerState = Literal["closed", "open", "trying"]
FAILURES = 3
PAUSE_SECONDS = 60.0

_OF_THE_CALL: frozenset[ModelFault] = frozenset(
    {"context", "rejected", "cancelled", "budget", "paused"}
)
"""What says something of the question or of the caller, not of the model's health."""


class Breaker:
    """Closed at first; open after so many failures in a row; after a pause, one call tries again.

    Used by one event loop; `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        model: str,
        failures: int = FAILURES,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self._trying = False

    @property
    def state(self) -> _BreakerState:
        if self._failures < self._limit:
            return "closed"
        return "trying" if self._trying else "open"

    def enter(self) -> None:
        """Before a call. Raises ModelFailed (`paused`) while the model is left alone."""
        left = self._until - self._clock()
        if self._failures >= self._limit:
            if self._trying or left > 0:
                raise ModelFailed("paused", self._model, retry_after=max(0.0, left))
            self._trying = True
        elif left > 0:  # the server itself has asked for it
            raise ModelFailed("paused", self._model, retry_after=left)

    def succeeded(self) -> None:
        """After a call that gave something."""
        self._failures, self._until, self._trying = 0, 0.0, False

    def failed(self, failure: ModelFailed) -> None:
        """After a call that failed."""
        self._trying = False
        if failure.kind in _OF_THE_CALL:
            return
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._clock() + max(self._pause, failure.retry_after or 0.0)
        elif failure.retry_after:
            self._until = self._clock() + failure.retry_after

    def abandoned(self) -> None:
        """After a call that somebody ended before it told anything."""
        self._trying = False


logger = logging.getLogger(__name__)
Made = Callable[[], Awaitable["BaseChatModel"]]

_AGAIN: frozenset[ModelFault] = frozenset({"rate", "server", "connection"})
"""What may be gone a moment later. A model that was too slow would be so again."""

_FIRST_WAIT = 0.5
_CLOSING = 5.0

_LONGEST_PER_TOKEN = 8
"""Characters: a server that goes on after this many for each token allowed is cut off."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds to the first piece and in all, waiting and asking again included."""

    first: float
    whole: float
    retries: int


@dataclass(slots=True)
class _Call:
    """One question to the model while it is answered."""

    model: BaseChatModel | Runnable[Any, AIMessage]
    request: Request
    deadline: float
    tally: Tally


class Hosted:
    """A `ChatModel`. `made` gives LangChain's model, once its library has been imported."""

    def __init__(
        self,
        name: str,
        made: Made,
        bounds: Bounds,
        ledger: SpendingLedger,
        loop: BackgroundLoop,
        breaker: Breaker | None = None,
        structured: Structured = "off",
    ) -> None:
        self.name = name
        self._made = made
        self._bounds = bounds
        self._ledger = ledger
        self._loop = loop
        self._breaker = breaker or Breaker(name)
        self._structured = structured
        self._connected = False
        self._calls: set[asyncio.Task[Any]] = set()

    async def structured(self) -> bool:
        try:
            return able(await self._ready(), self._structured)
        except ModelFailed:  # said again when it is asked
            return False

    async def stream(self, request: Request) -> AsyncIterator[str]:
        call = partial(self._counted, request, current_asker())
        async with aclosing(self._loop.relay(call)) as pieces:
            async for piece in pieces:
                yield piece

    def cost(self, usage: Usage) -> int | None:
        """Of a call, in millionths of a currency unit; None where the price is not known."""
        return self._ledger.cost(self.name, usage)

    def close(self) -> None:
        """End the calls under way and let go of the server.

        What a call has used is written down on a thread, and none can be begun once the
        interpreter shuts down. Not to be called from an event loop that answers depend on.
        """
        with suppress(TimeoutError):
            self._loop.submit(self._closed()).result(_CLOSING)

    async def _closed(self) -> None:
        calls = set(self._calls)
        for call in calls:
            call.cancel()
        if calls:
            await asyncio.wait(calls)
        if self._connected:
            await let_go(await self._made(), self.name.partition(":")[0])

    async def _ready(self) -> BaseChatModel:
        """The model, as long as it may take to begin: nobody waits longer for an import."""
        try:
            async with asyncio.timeout(self._bounds.first):
                return await self._made()
        except TimeoutError:
            raise ModelFailed("timeout", self.name, "import") from None

    async def _counted(self, request: Request, person_id: int | None) -> AsyncGenerator[str, None]:
        """One call from the breaker's leave to the ledger's entry."""
        if (task := asyncio.current_task()) is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        model = held_to(await self._ready(), request.limit)
        self._breaker.enter()
        self._connected = True
        deadline = time.monotonic() + self._bounds.whole
        shaped = held_to_schema(model, request.schema) if request.schema else model
        call = _Call(shaped, request, deadline, Tally(request.messages))
        failure: ModelFailed | None = None
        hold = self._ledger.hold(self.name, estimated_tokens(request.messages), request.limit)
        try:
            await _to_the_end(partial(self._ledger.take, hold))
            async with aclosing(self._tried(call)) as pieces:
                async for piece in pieces:
                    yield piece
        except ModelFailed as error:
            failure = error
            raise
        finally:
            self._judged(call.tally, failure)
            if request.schema and failure is not None and failure.kind == "rejected":
                self._structured = "off"  # it is the schema that the server does not understand
            request.usage = self._used(call.tally, failure)
            settle = partial(self._ledger.settle, hold, request.usage, person_id)
            await _to_the_end(settle)

    async def _tried(self, call: _Call) -> AsyncGenerator[str, None]:
        """Asked, and asked again as long as no piece has come and time is left."""
        for left in reversed(range(self._bounds.retries + 1)):
            call.tally = Tally(call.request.messages)
            try:
                async with aclosing(self._attempt(call)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ModelFailed as failure:
                wait = _wait(failure, self._bounds.retries - left)
                too_late = time.monotonic() + wait >= call.deadline
                if call.tally.begun or not left or failure.kind not in _AGAIN or too_late:
                    raise
                logger.info("%s; asked again in %.1f s", failure, wait)
                await asyncio.sleep(wait)

    async def _attempt(self, call: _Call) -> AsyncGenerator[str, None]:
        """Asked once; every exception of the library becomes ModelFailed here."""
        first = min(time.monotonic() + self._bounds.first, call.deadline)
        try:
            async with aclosing(_texts(call)) as texts:
                while True:
                    deadline = call.deadline if call.tally.begun else first
                    async with asyncio.timeout(deadline - time.monotonic()):
                        text = await anext(texts, None)
                    if text is None:
                        break
                    if text:
                        yield text
        except asyncio.CancelledError as error:
            if _cancelled_from_outside():
                raise
            raise ModelFailed("cancelled", self.name, type(error).__name__) from None
        except Exception as error:
            # Without its cause: the library's words may hold the key, the question or passages.
            raise failed(error, self.name) from None
        if not call.tally.begun:
            raise ModelFailed("malformed", self.name, "empty")
        if not call.tally.ended:
            raise ModelFailed("connection", self.name, "cut")

    def _judged(self, tally: Tally, failure: ModelFailed | None) -> None:
        """Tell the breaker; a call that somebody ended early tells nothing bad."""
        if failure is not None:
            self._breaker.failed(failure)
        elif tally.begun:
            self._breaker.succeeded()
        else:
            self._breaker.abandoned()

    def _used(self, tally: Tally, failure: ModelFailed | None) -> Usage | None:
        """A call that failed before it began is free, unless it kept the server busy."""
        if failure is None or failure.kind == "timeout" or tally.begun or tally.counted:
            return tally.usage()
        return None


async def _texts(call: _Call) -> AsyncGenerator[str, None]:
    """The text of each chunk, maybe empty, up to the length allowed."""
    turns = [(each.role, each.text) for each in call.request.messages]
    stream = cast("AsyncGenerator[AIMessageChunk, None]", call.model.astream(turns))
    async with aclosing(stream) as chunks:
        async for chunk in chunks:
            yield call.tally.take(chunk)
            if call.tally.characters > call.request.limit * _LONGEST_PER_TOKEN:
                call.tally.ended = call.tally.cut = True
                return


def _wait(failure: ModelFailed, done: int) -> float:
    """Seconds until the next attempt: as the server asks, or longer each time, not in step."""
    if failure.retry_after is not None:
        return failure.retry_after
    return _FIRST_WAIT * 2.0**done * random.uniform(0.5, 1.5)


async def _to_the_end(job: Callable[[], None]) -> None:
    """Do a job on a thread; when cancelled, wait for it all the same, since it goes on there."""
    task = asyncio.ensure_future(asyncio.to_thread(job))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # retrieved, so that nobody is told that it was not
        raise cancelled
    task.result()


def _cancelled_from_outside() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

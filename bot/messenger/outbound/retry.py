"""Requests made again after a failure of the network or of Telegram, for a day if need be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.messenger.journal import Postponed
from bot.operations.metrics import METERS

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Seconds before the first new tries; from then on LONGEST_WAIT each time.
FIRST_WAITS_SECONDS = (0.5, 2.0, 5.0, 15.0, 30.0)
LONGEST_WAIT_SECONDS = 60.0

# Seconds of waiting after which nobody waits any more: Telegram keeps updates for a day too.
GIVE_UP_SECONDS = 24 * 3600.0
SLACK_SECONDS = 0.2  # seconds added to what Telegram asks to wait, whose clock is not ours
# The same request would be refused again.
_REFUSALS = (BadRequest, Forbidden, ChatMigrated, Conflict)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.WriteError,
    httpx.WriteTimeout,
)


async def request_with_retry(
    send: Callable[[], Awaitable[Result]],
    stopping: asyncio.Event | None = None,
    *,
    again_in_doubt: bool = True,
) -> Result:
    """Make a request until Telegram takes or refuses it; its error after a day without either.

    `again_in_doubt` is for requests that may have been heard although no reply came. When
    `stopping` is set, what would wait is Postponed.
    """
    waited = 0.0
    for wait in _waits():
        try:
            return await send()
        except _REFUSALS:
            raise
        except InvalidToken as error:
            # The bot ends over this elsewhere; a renewed token is the same bot's.
            raise Postponed("the token is refused") from error
        except TelegramError as error:
            doubt = in_doubt(error)
            seconds = _seconds(error) if isinstance(error, RetryAfter) else wait
            if (doubt and not again_in_doubt) or waited + seconds > GIVE_UP_SECONDS:
                raise
            if doubt:
                METERS.doubted("reply lost")
                logger.warning(
                    "Sending may have arrived; it is sent again in %s s (%s)", seconds, error
                )
            else:
                logger.warning("Sending failed; trying again in %s s (%s)", seconds, error)
        waited += seconds
        await _pause(seconds, stopping)
    raise AssertionError("there is always another wait")


def in_doubt(error: TelegramError) -> bool:
    """Whether a request may have been heard: it went out, and no reply came that can be read."""
    cause = error.__cause__
    if isinstance(cause, httpx.HTTPError):
        return not isinstance(cause, _NOT_SENT)
    return type(error) is TelegramError  # a reply that is not the Bot API's


def _waits() -> Iterator[float]:
    yield from FIRST_WAITS_SECONDS
    while True:
        yield LONGEST_WAIT_SECONDS


def _seconds(error: RetryAfter) -> float:
    asked = error.retry_after
    return SLACK_SECONDS + (asked if isinstance(asked, int) else asked.total_seconds())


async def _pause(seconds: float, stopping: asyncio.Event | None) -> None:
    if stopping is None:
        await asyncio.sleep(seconds)
        return
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
        raise Postponed("the bot stops")

"""Retries after failures of the network or of Telegram, for up to a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import chain, repeat
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

# Seconds before the first retries; LONGEST_WAIT_SECONDS before later ones.
FIRST_WAITS_SECONDS = (0.5, 2.0, 5.0, 15.0, 30.0)
LONGEST_WAIT_SECONDS = 60.0

# Seconds after which to give up; Telegram keeps updates for a day, too.
GIVE_UP_SECONDS = 24 * 3600.0
SLACK_SECONDS = 0.2  # added to Telegram's waits, as its clock is not ours
# Refusals that a repeated request would meet again.
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
    stop: asyncio.Event | None = None,
    *,
    again_in_doubt: bool = True,
    idempotent: bool = False,
) -> Result:
    """Repeat a request until Telegram accepts or refuses it; raise its error after a day.

    Unless `again_in_doubt` or `idempotent`, do not repeat a request that may have been received.
    Raises Postponed instead of waiting once `stop` is set.
    """
    total_seconds = 0.0
    for wait in chain(FIRST_WAITS_SECONDS, repeat(LONGEST_WAIT_SECONDS)):
        try:
            return await send()
        except _REFUSALS:
            raise
        except InvalidToken as error:
            # `serve` ends the bot over this; a renewed token belongs to the same bot.
            raise Postponed("the token is refused") from error
        except TelegramError as error:
            is_in_doubt = not idempotent and in_doubt(error)
            seconds = wait
            if isinstance(error, RetryAfter):
                delay = error.retry_after
                seconds = delay if isinstance(delay, int) else delay.total_seconds()
                seconds += SLACK_SECONDS
            if (is_in_doubt and not again_in_doubt) or total_seconds + seconds > GIVE_UP_SECONDS:
                raise
            if is_in_doubt:
                METERS.count_doubt("reply lost")
                text = "A request may have arrived; it is sent again in %s s (%s)"
            else:
                text = "A request failed; trying again in %s s (%s)"
            logger.warning(text, seconds, error)
        total_seconds += seconds
        if stop is None:
            await asyncio.sleep(seconds)
            continue
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
            raise Postponed("the bot stops")
    raise AssertionError("there is always another wait")


def in_doubt(error: TelegramError) -> bool:
    """True if a request may have been received: it was sent, and no readable reply came."""
    cause = error.__cause__
    if isinstance(cause, httpx.HTTPError):
        return not isinstance(cause, _NOT_SENT)
    return type(error) is TelegramError  # a reply that is not the Bot API's

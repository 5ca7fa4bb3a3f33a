"""Written answers kept for a while, so that the same question is not paid for twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.errors import SelonError
from bot.state import replies
from bot.state.database import State

logger = logging.getLogger(__name__)

_MOST = 5000


@dataclass(frozen=True, slots=True)
class CacheKey:
    """All that a written answer hangs on.

    `prompt` is the version of the prompt, `passages` are the ids or the texts of what was given.
    A new generation, prompt or passage makes it another answer; capitals, spaces and the question
    mark do not.
    """

    question: str
    generation: str
    model: str
    prompt: str
    passages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        parts = [
            _normal(self.question),
            self.generation,
            self.model,
            self.prompt,
            *self.passages,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class ReplyCache:
    """What models wrote, as they wrote it: to be checked again like the first time.

    No question and no person is kept with it. A database that cannot be used is an empty cache.
    """

    def __init__(
        self,
        opened: Callable[[], State],
        days: float,
        most: int = _MOST,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._opened = opened
        self._age = timedelta(days=days)
        self._most = most
        self._now = now

    async def find(self, wanted: CacheKey) -> str | None:
        """The text kept, if it is not too old."""
        return await asyncio.to_thread(self._find, wanted)

    async def keep(self, wanted: CacheKey, text: str) -> None:
        """Keep a whole text that was found good; the oldest go when there are too many."""
        await asyncio.to_thread(self._keep, wanted, text)

    def _find(self, wanted: CacheKey) -> str | None:
        if not self._age:
            return None
        since = self._now() - self._age
        try:
            return self._opened().do(partial(replies.find_reply, key=wanted.key, since=since))
        except SelonError as error:
            logger.warning("Written answers cannot be looked up: %s", error)
            return None

    def _keep(self, wanted: CacheKey, text: str) -> None:
        if not self._age:
            return
        now = self._now()

        def keep(session: Session) -> None:
            replies.keep(session, wanted.key, wanted.generation, text, now)
            replies.prune(session, now - self._age, self._most)

        try:
            self._opened().do(keep)
        except SelonError as error:
            logger.warning("A written answer cannot be kept: %s", error)


def _normal(question: str) -> str:
    """Capitals, spaces, apostrophes and the marks at the end do not make another question."""
    folded = unicodedata.normalize("NFKC", question).casefold().replace("’", "'")
    return " ".join(folded.split()).rstrip(" ?!.…")

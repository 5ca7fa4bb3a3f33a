"""Cache of chat model replies, to pay only once for the same question."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.errors import SelonError
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.tables import ReplyRow

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Everything that a reply depends on.

    `prompt` is the version of the prompt, `passages` the texts in it. Case, spaces, apostrophes and
    final punctuation of the question are ignored.
    """

    question: str
    generation: str
    model: str
    prompt: str
    passages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        normal = unicodedata.normalize("NFKC", self.question).casefold().replace("’", "'")
        question = " ".join(normal.split()).rstrip(" ?!.…")
        parts = [question, self.generation, self.model, self.prompt, *self.passages]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReplyCache:
    """Raw texts of models, parsed again on every use. Contains neither questions nor people.

    If the database fails, the cache behaves like an empty one.
    """

    open_state: Callable[[], State]
    days: float
    max_replies: int = 5000
    now: Callable[[], datetime] = utc_now

    async def find(self, key: CacheKey) -> str | None:
        """Return the cached text, unless it is too old."""
        if not self.days:
            return None
        since = self.now() - timedelta(days=self.days)

        def find(session: Session) -> str | None:
            row = session.get(ReplyRow, key.key)
            return row.text if row is not None and row.created_at >= since else None

        try:
            return await asyncio.to_thread(lambda: self.open_state().do(find))
        except SelonError as error:
            logger.warning("Models' choices cannot be looked up: %s", error)
            return None

    async def keep(self, key: CacheKey, text: str) -> None:
        """Store a text that holds a choice, and prune the cache."""
        if not self.days:
            return
        now = self.now()

        def keep(session: Session) -> None:
            row = ReplyRow(key=key.key, generation=key.generation, text=text, created_at=now)
            session.merge(row)
            too_old = ReplyRow.created_at < now - timedelta(days=self.days)
            session.execute(delete(ReplyRow).where(too_old))
            by_age = select(ReplyRow.key).order_by(ReplyRow.created_at.desc(), ReplyRow.key.desc())
            excess = session.scalars(by_age.offset(self.max_replies)).all()
            session.execute(delete(ReplyRow).where(ReplyRow.key.in_(excess)))

        try:
            await asyncio.to_thread(lambda: self.open_state().do(keep))
        except SelonError as error:
            logger.warning("A model's choice cannot be kept: %s", error)

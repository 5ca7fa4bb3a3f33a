"""What the retrieval-QA chain is made of: who finds evidence, and who writes an answer from it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from bot.answer import Answer
from index.article import Period
from index.findings import Findings


class Retriever(Protocol):
    """Where the chain finds its evidence; called on worker threads, several at once."""

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings: ...


class FindingsReader(Protocol):
    """Reads what was found for the answer; called on worker threads, several at once."""

    def read(self, findings: Findings) -> Findings:
        """The same with what was read, ranked by it, and with the confidence that follows."""
        ...


class Answerer(Protocol):
    """Writes the answer to a question from evidence.

    It never raises for want of evidence: it refuses, as `bot.answering.refusal` decides.
    """

    @property
    def joins_parts(self) -> bool:
        """Whether it can make one answer of evidence for several questions."""

    def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """The answer as it grows; the last one is the whole. Closing it ends the work."""
        ...

"""Protocols of the retrieval-QA chain: retriever, reader and answerer."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from bot.answer import Answer
from bot.answering.time_range import Timing
from index.article import Period
from index.findings import Findings, Hit


class Retriever(Protocol):
    """Finds evidence; called on several worker threads at once."""

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings: ...


class FindingsReader(Protocol):
    """Reads passages for the answer; called on several worker threads at once."""

    def read(self, findings: Findings) -> Findings:
        """Return the findings ranked by what was read, with the resulting confidence."""
        ...


class ArticleAnswers(Protocol):
    """Answers what no passage need be read for; called on several worker threads at once."""

    def answer(self, question: str, timing: Timing, today: date) -> Answer | None:
        """Answer a question about articles, a bare name or an address; None for any other."""

    def introduce(self, question: str, timing: Timing, subjects: tuple[str, ...]) -> Answer | None:
        """Quote how the articles on these subjects begin; None without any."""

    def define(self, question: str, timing: Timing) -> Answer | None:
        """Answer who or what something is by how the articles titled with it begin; None without
        any."""

    def open_by_title(self, question: str, hits: tuple[Hit, ...]) -> Answer | None:
        """Quote how the articles begin that have a message as their title; None without any."""


class Answerer(Protocol):
    """Makes the answer to a question from evidence.

    Without evidence it refuses, as `bot.answering.refusal` decides; it does not raise.
    """

    @property
    def joins_parts(self) -> bool:
        """True if it can make one answer of evidence for several questions."""

    async def ainvoke(self, findings: Findings) -> Answer: ...

"""What a reader of evidence is to those who answer: it finds the words that answer a question."""

from __future__ import annotations

from typing import Protocol


class SpanFinder(Protocol):
    """Finds the words of a sentence that answer a question."""

    def highlight(
        self, question: str, sentence: str, language: str, question_language: str
    ) -> tuple[int, int] | None:
        """Start and end in the sentence, or None; `language` is the sentence's."""
        ...

"""What every call of the library checks, and how its errors read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.locale.errors import error_sentence
from index.errors import CodedError, RefusedValue


@contextmanager
def readable_errors(language: str) -> Iterator[None]:
    """Let `str()` of an error be its sentence in a language."""
    try:
        yield
    except CodedError as error:
        error.sentence = error.sentence or error_sentence(error, language)
        raise


def check_question(question: object) -> str:
    """Raises RefusedValue, which is a ValueError."""
    if not isinstance(question, str):
        raise RefusedValue("question-not-text", kind=type(question).__name__)
    if not question.strip():
        raise RefusedValue("web-question-empty")
    return question

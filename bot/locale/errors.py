"""The sentence that a person reads where something is wrong: errors, and what was skipped."""

from __future__ import annotations

from bot.locale.catalogue import catalogue, language_of
from index.errors import CodedError, Parameter, Problem, Words, reason_of
from index.formats.base import Skipped


def error_text(error: Exception | Skipped, language: str) -> str:
    """What is wrong and what to do, in one line, after the name of what it is about.

    Of an error that is not Selon's own, what it says.
    """
    if not isinstance(error, CodedError | Skipped):
        return str(_value(reason_of(error), language))
    return problem_text(error.problem.about(error.shown, error.at), language)


def problem_text(problem: Problem, language: str) -> str:
    """What is wrong and what to do, in one line."""
    sentences = catalogue("errors", language)
    values = {name: _value(each, language) for name, each in problem.parameters.items()}
    return sentences.text(problem.code, **values)


def _value(value: Parameter, language: str) -> str | int | float | tuple[str, ...]:
    if isinstance(value, Problem):
        return problem_text(value, language)
    if isinstance(value, tuple):
        return tuple(str(_value(each, language)) for each in value)
    if isinstance(value, Words) and language_of(language) == "fr":
        known = catalogue("library", language)
        return known.text(value) if value in known else str(value)
    return value

"""Sentences for errors and skipped files."""

from __future__ import annotations

from bot.locale.catalogue import catalogue, language_of
from index.errors import CodedError, Parameter, Problem, Words, reason_of
from index.formats.base import Skipped


def error_text(error: Exception | Skipped, language: str) -> str:
    """Describe a problem and its remedy in one line, after its subject.

    Errors of libraries are described by their own message.
    """
    if not isinstance(error, CodedError | Skipped):
        return str(_value(reason_of(error), language))
    subject = error.label if isinstance(error, Skipped) else error.subject
    return problem_text(error.problem.about(subject, error.at), language)


def error_sentence(error: Exception, language: str) -> str:
    """`error_text` with a capital and a full stop, for pages and programs."""
    return _sentence(error_text(error, language))


def library_sentence(message: str, language: str) -> str:
    """A library's message as a sentence, translated if the catalogue has it."""
    return _sentence(str(_value(Words(message), language)))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


_ADVICE = {"fr": "\u202f; ", "en": "; "}  # between a problem and its remedy
_ID_DIGITS = 12  # hexadecimal digits from which on a word is an id


def reader_text(error: Exception | Skipped, language: str) -> str | None:
    """Like `error_text`, but without settings, commands, paths and ids; None if nothing is left."""
    text = error_text(error, language)
    for part in (text, text.partition(_ADVICE[language_of(language)])[0]):
        words = part.split()
        plain = " ".join(words)
        commands = any(marker in plain for marker in ("SELON_", "« selon ", "`selon "))
        if part and not commands and not any(map(_is_internal, words)):
            return part
    return None


def _is_internal(word: str) -> bool:
    """True for a path or an id."""
    plain = word.strip("«»“”‘’`'\"()[],;:.")
    is_id = len(plain) >= _ID_DIGITS and all(character in "0123456789abcdef" for character in plain)
    return is_id or "\\" in plain or ("/" in plain and "://" not in plain)


def problem_text(problem: Problem, language: str) -> str:
    """Describe a problem and its remedy in one line."""
    sentences = catalogue("errors", language)
    values = {name: _value(parameter, language) for name, parameter in problem.parameters.items()}
    return sentences.text(problem.code, **values)


def _value(value: Parameter, language: str) -> str | int | float | tuple[str, ...]:
    if isinstance(value, Problem):
        return problem_text(value, language)
    if isinstance(value, tuple):
        return tuple(str(_value(item, language)) for item in value)
    if isinstance(value, Words) and language_of(language) == "fr":
        sentences = catalogue("library", language)
        return sentences.text(value) if value in sentences else str(value)
    return value

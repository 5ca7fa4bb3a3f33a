"""Answer messages of people in distress, who get numbers to call instead of a search.

Three kinds: suicide or self-harm, a medical emergency, danger from others; one's own or somebody
else's. They are intents among the others (`bot/understanding`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answering.refusal import reply_with
from bot.help_numbers import HELP_LANGUAGES, Help, HelpNumber, number_line
from bot.locale.answers import HelpPhrases
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.texts import SelonPhrases
from index.text.language import detect


class DistressGate:
    """Gives numbers to call. Thread-safe CPU work."""

    def __init__(self, reader: MessageReader, numbers: Sequence[HelpNumber]) -> None:
        self._reader, self._numbers = reader, tuple(numbers)

    def answer(self, text: str, meaning: Meaning | None = None) -> Answer | None:
        """Answer what is surely a message of distress, without repeating any of it.

        `meaning` is the message's, if it was read.
        """
        meaning = meaning or self._reader.read(text)
        if meaning.distress != "alone":
            return None
        help = self._help(text, meaning)
        return Answer("", help.language, "help", 0.0, help=help)

    def offer(self, text: str, meaning: Meaning) -> Help | None:
        """The help to offer below the answer to a message that may be one of distress."""
        return self._help(text, meaning) if meaning.distress == "offer" else None

    def list_numbers(self, text: str, meaning: Meaning) -> Answer:
        """Answer somebody who asks for a number to call, or may need one: the likeliest service
        first."""
        help = self._help(text, meaning)
        phrases = HelpPhrases.of(help.language)
        entries = tuple({entry.number: entry for entry in self._numbers}.values())
        labels = tuple(phrases.label(entry.number, entry.label) for entry in entries)
        likeness = dict(zip(entries, self._reader.likeness(text, labels), strict=True))
        ordered = sorted(entries, key=lambda entry: -likeness[entry])
        lines = [number_line(entry, phrases) for entry in ordered]
        texts = SelonPhrases.of(help.language)
        is_asked = meaning.intent == "help_number"
        opening = texts.help_number if is_asked else texts.help_offered
        return reply_with(text, "\n".join((opening, *lines)), help.language, "help_number")

    def _help(self, text: str, meaning: Meaning) -> Help:
        language = detect(text)
        known = language if language in HELP_LANGUAGES else "en"
        return Help(meaning.help_kind, self._numbers, known)

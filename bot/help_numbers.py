"""Emergency numbers, from SELON_HELP_NUMBERS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from bot.locale.answers import HelpPhrases
from bot.locale.catalogue import Language
from index.errors import RefusedValue

HelpKind = Literal["suicide", "medical", "danger"]
HELP_KINDS: tuple[HelpKind, ...] = get_args(HelpKind)

HELP_LANGUAGES = (*get_args(Language), *HelpPhrases.more_languages)

_ENTRY = re.compile(r"\s*(\w+)\s*:\s*(\+?\d(?:[ .-]?\d)*)\s+(\S.*)")
_DIGITS_LIMIT, _LABEL_LIMIT, _LIST_LIMIT = 20, 80, 20


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """A telephone number and who answers; without a `label`, the catalogue has one."""

    kind: HelpKind
    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """Help for somebody in distress: the most likely kind, and the numbers to call.

    `language` is that of the message.
    """

    kind: HelpKind
    numbers: tuple[HelpNumber, ...]
    language: str = "fr"

    @property
    def first(self) -> tuple[HelpNumber, ...]:
        """Numbers for this kind of distress, or all if there is none."""
        return tuple(entry for entry in self.numbers if entry.kind == self.kind) or self.numbers

    @property
    def others(self) -> tuple[HelpNumber, ...]:
        """Numbers for the other kinds, each once."""
        first = {entry.number for entry in self.first}
        rest = {entry.number: entry for entry in self.numbers if entry.number not in first}
        return tuple(rest.values())


def help_text(help: Help) -> str:
    """Render help as plain text, one number a line."""
    phrases = HelpPhrases.of(help.language)
    lines = [phrases.opening[help.kind], "", phrases.call, *number_lines(help, phrases)]
    if help.others:
        lines += ["", other_numbers(help, phrases)]
    return "\n".join(lines)


def help_line(help: Help) -> str:
    """Render the numbers for this kind of distress on one line."""
    phrases = HelpPhrases.of(help.language)
    return phrases.line(
        ", ".join(
            f"{entry.number} ({phrases.label(entry.number, entry.label)})" for entry in help.first
        )
    )


def number_lines(help: Help, phrases: HelpPhrases) -> list[str]:
    """Render the numbers for this kind of distress, one a line."""
    return [number_line(entry, phrases) for entry in help.first]


def number_line(entry: HelpNumber, phrases: HelpPhrases) -> str:
    """Render a number and who answers."""
    return f"{entry.number}\u00a0— {phrases.label(entry.number, entry.label)}"


def other_numbers(help: Help, phrases: HelpPhrases) -> str:
    """Render the other numbers on one line."""
    others = [
        f"{entry.number} ({phrases.label(entry.number, entry.label)})" for entry in help.others
    ]
    return phrases.others(", ".join(others))


_FRANCE: dict[HelpKind, tuple[str, ...]] = {
    "suicide": ("3114", "15", "112"),
    "medical": ("15", "112"),
    "danger": ("17", "114", "112", "3919", "119"),
}
_NUMBERS_OF_FRANCE = tuple(
    HelpNumber(kind, number) for kind, numbers in _FRANCE.items() for number in numbers
)


def parse_help_numbers(text: str) -> tuple[HelpNumber, ...]:
    """Parse `suicide: 988 Lifeline; medical: 911 Emergencies`.

    `france` stands for the numbers of France, `none` for no help. Raises RefusedValue.
    """
    if text.strip().lower() == "france":
        return _NUMBERS_OF_FRANCE
    if text.strip().lower() == "none":
        return ()
    numbers = tuple(_parse_entry(entry) for entry in text.split(";") if entry.strip())
    if not 0 < len(numbers) <= _LIST_LIMIT:
        raise RefusedValue("help-numbers-count", limit=_LIST_LIMIT)
    return numbers


def _parse_entry(text: str) -> HelpNumber:
    entry = _ENTRY.fullmatch(text)
    kind = next((kind for kind in HELP_KINDS if entry and kind == entry[1].lower()), None)
    if entry is None or kind is None:
        raise RefusedValue("help-number-unclear", entry=text.strip(), kinds=HELP_KINDS)
    number, label = entry[2], " ".join(entry[3].split())
    if len(number) > _DIGITS_LIMIT or len(label) > _LABEL_LIMIT:
        raise RefusedValue("help-number-long", entry=text.strip(), limit=_LABEL_LIMIT)
    return HelpNumber(kind, number, label)

"""Parse commands of the archive: « /chronologie Notre-Dame »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from bot.locale.catalogue import Language
from bot.understanding.intents import COMMAND_INTENTS
from index.text.folding import fold_phrase


@dataclass(frozen=True, slots=True)
class ArchiveCommand:
    """A command by its intent; `language` is that of its name, `subject` what follows it."""

    intent: str
    language: Language
    subject: str = ""


COMMANDS: Mapping[Language, Mapping[str, str]] = {
    language: {f"/{intent.commands[number]}": intent.name for intent in COMMAND_INTENTS}
    for number, language in enumerate(get_args(Language))
}
"""The intents of the commands, by language."""


def parse_command(text: str) -> ArchiveCommand | None:
    """Parse a message that begins with a command of the archive; None for any other."""
    name, _, subject = " ".join(text.split()).partition(" ")
    if not name.startswith("/"):
        return None
    name = fold_phrase(name)
    for language, intents in COMMANDS.items():
        if name in intents:
            return ArchiveCommand(intents[name], language, subject)
    return None


def command_name(intent: str, language: Language) -> str:
    """The command of an intent in a language."""
    return next(name for name, other in COMMANDS[language].items() if other == intent)

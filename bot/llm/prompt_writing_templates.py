"""The prompts, as they stand in `prompts/`, and the version that they are known by."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from bot.llm.base import Message, Role

Form = Literal["answer", "answer_json"]
"""Sentences with markers, or JSON."""

Purpose = Form | Literal["follow_up"]

_FOLDER = "bot.llm.prompts"
_HEAD = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with its blanks: what the model is told, worked examples, and the last turn."""

    system: Message
    examples: tuple[tuple[Message, Message], ...]
    last: Message

    def filled(self, examples: int, **blanks: str) -> tuple[Message, ...]:
        """The messages, with so many of the examples and every `{blank}` filled in."""
        turns = [turn for pair in self.examples[:examples] for turn in pair]
        blank = re.compile("|".join(rf"\{{({name})\}}" for name in blanks))
        return tuple(
            # All at once: what fills one blank may look like another.
            Message(each.role, blank.sub(lambda found: blanks[found[0][1:-1]], each.text))
            for each in (self.system, *turns, self.last)
        )


@cache
def template(purpose: Purpose, language: str) -> Template:
    """The prompt for a purpose in French or, for every other language, in English."""
    parts = _HEAD.split(_page(f"{purpose}.{'fr' if language == 'fr' else 'en'}.txt"))[1:]
    turns = [
        Message(_ROLES[role], text.strip())
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    system, *middle, last = turns
    return Template(system, tuple(zip(middle[::2], middle[1::2], strict=True)), last)


@cache
def prompt_version() -> str:
    """Eight digits that change with any word of any prompt."""
    digest = hashlib.sha256()
    for page in sorted(files(_FOLDER).iterdir(), key=lambda each: each.name):
        if page.name.endswith(".txt"):
            digest.update(f"{page.name}\n{page.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:8]


def _page(name: str) -> str:
    return files(_FOLDER).joinpath(name).read_text(encoding="utf-8")

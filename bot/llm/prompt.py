"""Prompts: templates, and fitting passages into a model's context."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from bot.answering.injection import harmless_in_prompt, is_machine_text
from bot.llm.base import MessageRole, PromptMessage, estimate_tokens
from bot.locale.answers import Phrases
from index.article import Article

ChoiceForm = Literal["choose", "choose_json"]  # numbers of sentences, bare or in JSON
Purpose = ChoiceForm | Literal["follow_up"]
_FOLDER = "bot.llm.prompts"
_HEAD = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
_ROLES: dict[str, MessageRole] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with blanks: the system message, worked examples, and the last turn."""

    system: PromptMessage
    examples: tuple[tuple[PromptMessage, PromptMessage], ...]
    last: PromptMessage

    def fill(self, examples: int, **blanks: str) -> tuple[PromptMessage, ...]:
        """Return the messages with this many examples and every `{blank}` filled in."""
        turns = [turn for pair in self.examples[:examples] for turn in pair]
        blank = re.compile("|".join(rf"\{{({name})\}}" for name in blanks))
        return tuple(
            # All at once: the text of one blank may look like another.
            PromptMessage(
                message.role, blank.sub(lambda match: blanks[match[0][1:-1]], message.text)
            )
            for message in (self.system, *turns, self.last)
        )


@cache
def template(purpose: Purpose, language: str) -> Template:
    """Load the prompt for a purpose, in French or, for every other language, in English."""
    name = f"{purpose}.{'fr' if language == 'fr' else 'en'}.txt"
    parts = _HEAD.split(files(_FOLDER).joinpath(name).read_text(encoding="utf-8"))[1:]
    system, *middle, last = (
        PromptMessage(_ROLES[role], text.strip())
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    )
    return Template(system, tuple(zip(middle[::2], middle[1::2], strict=True)), last)


@cache
def prompt_version() -> str:
    """Eight hexadecimal digits that change with any prompt."""
    digest = hashlib.sha256()
    for page in sorted(files(_FOLDER).iterdir(), key=lambda file: file.name):
        if page.name.endswith(".txt"):
            digest.update(f"{page.name}\n{page.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:8]


def format_heading(article: Article, language: str) -> str:
    """Title, outlet and date of an article, without a title that only machines read."""
    name = article.title or article.path
    title = "" if is_machine_text(article.title) else harmless_in_prompt(name)
    outlet = f" — {harmless_in_prompt(article.outlet)}" if article.outlet else ""
    date = f" ({Phrases.of(language).day(article.published)})" if article.published else ""
    return f"{title}{outlet}{date}"


def fit_messages(
    blank: Template, question: str, passages: Sequence[str], room: int
) -> tuple[tuple[PromptMessage, ...], int]:
    """Fill in a template with the question and formatted passages; return the number of those used.

    To fit the messages into `room` tokens (estimated), passages beyond three are omitted first,
    then examples, then other passages; the best one always stays.
    """
    most, every = len(passages), len(blank.examples)
    counts = [(most, every), *((count, every) for count in range(most - 1, 2, -1))]
    counts += [(min(most, 3), 1), (min(most, 2), 1), (min(most, 2), 0), (min(most, 1), 0)]
    messages: tuple[PromptMessage, ...] = ()
    count = 0
    for count, examples in counts:
        messages = blank.fill(
            examples, passages="\n\n".join(passages[:count]), question=harmless_in_prompt(question)
        )
        if estimate_tokens(messages) <= room:
            break
    return messages, count

"""What a chat model is told: the prompt of a question, kept within what the model can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.injection_writing_frame import harmless
from bot.llm.base import Message
from bot.llm.prompt_writing_giving import set_down
from bot.llm.prompt_writing_names import language_name
from bot.llm.prompt_writing_templates import Form, template
from bot.verification.claim import Given

CHARACTERS_A_TOKEN = 2.8
"""Of French, as the vocabularies that know it worst cut it; an estimate that is never too low."""

TOKENS_A_MESSAGE = 8

UNKNOWN = {"fr": "Je ne sais pas.", "en": "I do not know."}
"""What a model is told to write where the passages do not answer."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and the passages in it."""

    messages: tuple[Message, ...]
    given: tuple[Given, ...]


def prompt(
    question: str,
    language: str,
    passages: Sequence[Given],
    room: int,
    form: Form = "answer",
) -> Prompt:
    """The prompt in the question's language, of at most `room` tokens by the estimate.

    Where it is tight, passages beyond three go first, then examples, then the other passages; the
    best one always stays.
    """
    known = template(form, language)
    most = len(passages)
    every = len(known.examples)
    counts = [(most, every), *((count, every) for count in range(most - 1, 2, -1))]
    counts += [(min(most, 3), 1), (min(most, 2), 1), (min(most, 2), 0), (min(most, 1), 0)]
    made = Prompt((), ())
    for count, examples in counts:
        chosen = tuple(passages[:count])
        messages = known.filled(
            examples,
            language=language_name(language),
            unknown=UNKNOWN["fr" if language == "fr" else "en"],
            passages=set_down(chosen, language),
            question=harmless(question),
        )
        made = Prompt(messages, chosen)
        if tokens(messages) <= room:
            break
    return made


def tokens(messages: Sequence[Message]) -> int:
    """About how many tokens the messages are, rather too many than too few."""
    return sum(
        TOKENS_A_MESSAGE + round(len(each.text.encode()) / CHARACTERS_A_TOKEN) for each in messages
    )

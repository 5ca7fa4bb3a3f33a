"""What no sentence of a model may be, whatever the passages say."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

from bot.answering.injection import is_order
from bot.llm.markup import linked
from bot.llm.prompt_writing_templates import Form, template
from index.language import detect
from index.language_bot_spelling import folded

Guarded = Literal["link", "order", "prompt", "language", "unfinished"]
"""`link`: it shows an address. `order`: it repeats what an article tells a machine. `prompt`: it
gives away what the model was told. `language`: it is not in the question's. `unfinished`: the model
was cut short."""

RUN = 6  # words in a row that nobody writes twice by chance
TELLING = 4  # words that a sentence needs for its language to be told

_CRY = re.compile(r"[!?]\s*$")  # neither a question nor an outcry tells anything
_WORD = re.compile(r"\w+")


def guarded(text: str, language: str) -> Guarded | None:
    """What is wrong with a sentence by itself, if anything."""
    if linked(text):
        return "link"
    if is_order(text) or _CRY.search(text):
        return "order"
    if _runs(text) & _told(language):
        return "prompt"
    if _other_language(text, language):
        return "language"
    return None


def _other_language(text: str, language: str) -> bool:
    words = [word for word in _WORD.findall(text) if not word.isdecimal() and word[0].islower()]
    return len(words) >= TELLING and detect(" ".join(words), fallback=language) != language


@cache
def _told(language: str) -> frozenset[tuple[str, ...]]:
    told = (template(form, language).system.text for form in get_args(Form))
    return frozenset(run for text in told for run in _runs(text))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(folded(text))
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))

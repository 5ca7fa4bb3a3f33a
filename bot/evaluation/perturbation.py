"""Questions as people type them in haste: the same questions, damaged in a repeatable way."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.errors_evaluation_errors import EvaluationError
from bot.evaluation.questions import Question

SHORTEST = 5
"""Letters of the shortest word that gets a typing mistake."""

_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def without_accents(text: str, chance: random.Random) -> str:
    decomposed = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    kept = (letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(kept))


def one_case(text: str, chance: random.Random) -> str:
    """All lower case, or ALL CAPITALS."""
    return chance.choice((str.lower, str.upper))(text)


def mistyped(text: str, chance: random.Random) -> str:
    """One mistake in one of the longer words: two letters swapped, one left out, or one doubled."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    return text[: word.start()] + _slip(word[0], chance) + text[word.end() :]


def without_mark(text: str, chance: random.Random) -> str:
    return text.replace("¿", "").rstrip(" \u00a0\u202f?？؟").strip()


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "accents": without_accents,
    "case": one_case,
    "typos": mistyped,
    "mark": without_mark,
}
"""In the order in which they are applied."""


def kinds_named(names: str) -> tuple[str, ...]:
    """The kinds that a list such as `accents,typos` names, in the order they are applied."""
    asked = [name.strip() for name in names.split(",") if name.strip()]
    for name in asked:
        if name not in KINDS:
            raise EvaluationError(f"--perturb {name}: not one of {', '.join(KINDS)}")
    if not asked:
        raise EvaluationError(f"--perturb: name at least one of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


def perturbed(question: Question, kinds: Sequence[str], seed: int) -> Question:
    """The question with every one of these kinds of damage at once."""
    text = question.text
    for kind in kinds:
        # Chance hangs on the words alone, so that a sample is damaged as the whole would be.
        text = KINDS[kind](text, random.Random(f"{seed}/{kind}/{question.text}"))
    return replace(question, text=text)


def _slip(word: str, chance: random.Random) -> str:
    """The first letter stays: people seldom miss it."""
    swaps = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]]
    kind = chance.choice(("swap", "drop", "double") if swaps else ("drop", "double"))
    if kind == "swap":
        at = chance.choice(swaps)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    at = chance.randrange(1, len(word))
    return word[:at] + (word[at] * 2 if kind == "double" else "") + word[at + 1 :]

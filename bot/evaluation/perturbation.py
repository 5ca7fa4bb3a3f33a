"""Questions as people type them in haste: the same questions, damaged in a repeatable way."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.errors import EvaluationError
from bot.evaluation.questions import GoldQuestion, QuestionSet

_SHORTEST = 5
"""Letters of the shortest word that gets a typing mistake."""

_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")
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


PERTURBATIONS: dict[str, Callable[[str, random.Random], str]] = {
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
        if name not in PERTURBATIONS:
            raise EvaluationError(
                "perturbation-unknown", shown=f"--perturb {name}", known=tuple(PERTURBATIONS)
            )
    if not asked:
        raise EvaluationError("perturbation-none", shown="--perturb", known=tuple(PERTURBATIONS))
    return tuple(kind for kind in PERTURBATIONS if kind in asked)


def perturbed(question: GoldQuestion, kinds: Sequence[str], seed: int) -> GoldQuestion:
    """The question with every one of these kinds of damage at once."""
    text = question.text
    for kind in kinds:
        # Chance hangs on the words alone, so that a sample is damaged as the whole would be.
        text = PERTURBATIONS[kind](text, random.Random(f"{seed}/{kind}/{question.text}"))
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


@dataclass(frozen=True, slots=True)
class Parted:
    """What is indexed and asked about, and the questions on what was left out of the index."""

    kept: QuestionSet
    left_out: tuple[GoldQuestion, ...]


def sampled(
    questions: tuple[GoldQuestion, ...], limit: int | None, seed: int
) -> tuple[GoldQuestion, ...]:
    """At most `limit` questions drawn at random, in the order of the file."""
    if limit is None or limit >= len(questions):
        return questions
    drawn = random.Random(f"{seed}/sample").sample(range(len(questions)), limit)
    return tuple(questions[i] for i in sorted(drawn))


def unanswerable(questions: tuple[GoldQuestion, ...]) -> tuple[GoldQuestion, ...]:
    """The same questions, of an index that cannot answer them."""
    return tuple(
        replace(question, answerable=False, golds=(), articles=frozenset())
        for question in questions
    )


def split_samples(whole: QuestionSet, share: float, seed: int) -> Parted:
    """Leave this share (0..1) of the file's entries out of the index, drawn at random.

    An entry goes with all its articles, since they are on one subject, and an article whose text
    stands in an entry left out goes too. Raises EvaluationError where nothing would remain.
    """
    if share == 0:
        return Parted(whole, ())
    groups = dict(whole.groups)
    entries = sorted(set(groups.values()))
    out = set(
        random.Random(f"{seed}/leave-out").sample(entries, max(1, round(share * len(entries))))
    )
    texts = {article.text for article in whole.articles if groups[article.id] in out}
    kept = tuple(article for article in whole.articles if article.text not in texts)
    if not kept:
        raise EvaluationError(
            "left-out-all", shown=f"--leave-out {share:g}", count=len(entries), name=whole.name
        )
    remaining = {article.id for article in kept}
    gone = tuple(
        question
        for question in whole.questions
        if question.articles and not question.articles & remaining
    )
    lost = set(gone)
    asked = tuple(question for question in whole.questions if question not in lost)
    return Parted(replace(whole, questions=asked, articles=kept), unanswerable(gone))

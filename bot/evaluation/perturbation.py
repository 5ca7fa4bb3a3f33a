"""Perturb, sample and split questions in a repeatable way."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.errors import EvaluationError
from bot.evaluation.questions import GoldQuestion, QuestionSet

_SHORTEST = 5  # letters of a word that gets a typing mistake
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def without_accents(text: str, chance: random.Random) -> str:
    letters = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    bare = (letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(bare))


def one_case(text: str, chance: random.Random) -> str:
    """All lower case, or ALL CAPITALS."""
    return chance.choice((str.lower, str.upper))(text)


def add_typo(text: str, chance: random.Random) -> str:
    """Make one mistake in a longer word: two letters swapped, one left out, or one doubled.

    The first letter stays: people seldom miss it.
    """
    words = list(_WORD.finditer(text))
    if not words:
        return text
    match = chance.choice(words)
    word = match[0]
    swaps = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]]
    kind = chance.choice(("swap", "drop", "double") if swaps else ("drop", "double"))
    if kind == "swap":
        at = chance.choice(swaps)
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        at = chance.randrange(1, len(word))
        word = word[:at] + (word[at] * 2 if kind == "double" else "") + word[at + 1 :]
    return text[: match.start()] + word + text[match.end() :]


def without_mark(text: str, chance: random.Random) -> str:
    return text.replace("¿", "").rstrip(" \u00a0\u202f?？؟").strip()


# In the order of application.
PERTURBATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "accents": without_accents,
    "case": one_case,
    "typos": add_typo,
    "mark": without_mark,
}


def parse_kinds(text: str) -> tuple[str, ...]:
    """Parse a list such as `accents,typos`, in the order of application."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in PERTURBATIONS:
            raise EvaluationError(
                "perturbation-unknown", subject=f"--perturb {name}", known=tuple(PERTURBATIONS)
            )
    if not names:
        raise EvaluationError("perturbation-none", subject="--perturb", known=tuple(PERTURBATIONS))
    return tuple(kind for kind in PERTURBATIONS if kind in names)


def perturb(question: GoldQuestion, kinds: Sequence[str], seed: int) -> GoldQuestion:
    """Apply all of these kinds of damage to a question."""
    text = question.text
    for kind in kinds:
        # Seeded by the words alone, so that a sample is damaged like the whole.
        text = PERTURBATIONS[kind](text, random.Random(f"{seed}/{kind}/{question.text}"))
    return replace(question, text=text)


@dataclass(frozen=True, slots=True)
class SplitQuestions:
    """The questions and articles of an index, and the questions on articles left out of it."""

    questions: QuestionSet
    left_out: tuple[GoldQuestion, ...]


def sample(
    questions: tuple[GoldQuestion, ...], limit: int | None, seed: int
) -> tuple[GoldQuestion, ...]:
    """Draw at most `limit` questions at random, in the order of the file."""
    if limit is None or limit >= len(questions):
        return questions
    indices = random.Random(f"{seed}/sample").sample(range(len(questions)), limit)
    return tuple(questions[i] for i in sorted(indices))


def as_unanswerable(questions: tuple[GoldQuestion, ...]) -> tuple[GoldQuestion, ...]:
    """The same questions for an index that cannot answer them."""
    return tuple(
        replace(question, answerable=False, golds=(), articles=frozenset())
        for question in questions
    )


def split_samples(whole: QuestionSet, share: float, seed: int) -> SplitQuestions:
    """Leave this share (0..1) of the file's entries out of the index, drawn at random.

    An entry goes with all its articles, since they are on one subject; so does an article whose
    text is also in an entry left out. Raises EvaluationError if nothing would remain.
    """
    if share == 0:
        return SplitQuestions(whole, ())
    groups = dict(whole.groups)
    entries = sorted(set(groups.values()))
    number = max(1, round(share * len(entries)))
    out = set(random.Random(f"{seed}/leave-out").sample(entries, number))
    texts = {article.text for article in whole.articles if groups[article.id] in out}
    articles = tuple(article for article in whole.articles if article.text not in texts)
    if not articles:
        raise EvaluationError(
            "left-out-all", subject=f"--leave-out {share:g}", count=len(entries), name=whole.name
        )
    article_ids = {article.id for article in articles}
    unanswerable = tuple(
        question
        for question in whole.questions
        if question.articles and not question.articles & article_ids
    )
    left_out = set(unanswerable)
    questions = tuple(question for question in whole.questions if question not in left_out)
    return SplitQuestions(
        replace(whole, questions=questions, articles=articles), as_unanswerable(unanswerable)
    )

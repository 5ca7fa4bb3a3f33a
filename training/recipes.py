"""What can be made of questions over passages: samples of every kind, drawn as often as wanted.

A recipe is a sample but for what is left to chance: whether title and date are shown, which date,
which window of a long text. Each time that it is drawn, these are drawn anew.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from training.dataset import Sample
from training.near_misses import (
    YEAR,
    Names,
    add_year,
    answer_year,
    make_contraries,
    make_near_misses,
    other_year,
)
from training.negatives import answers, article_key, mine_negatives, other_passages
from training.sources import CROSS, FRENCH, TrainingQuestion

TITLE_DROPPED, DAY_GIVEN = 0.35, 0.4
MINED_FOR_FRENCH = 3  # passages of the first twenty for each French question, one for others
MINED_QUESTIONS = 1_600  # of each file that is not French

_log = logging.getLogger(__name__)

Recipe = Callable[[Random], Sample]


class Recipes:
    """Samples by kind and by whether they are French, to be drawn from."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], list[Recipe]] = defaultdict(list)

    def add(self, kind: str, language: str, make: Recipe) -> None:
        """`make` gives the sample, with what is left to chance drawn anew."""
        self._made[kind, language == "fr"].append(make)

    def draw(self, kind: str, french: bool, count: int | None, random: Random) -> list[Sample]:
        """So many samples, each recipe as often as any other."""
        made = self._made[kind, french]
        wanted = len(made) if count is None else count if made else 0
        drawn: list[Sample] = []
        while len(drawn) < wanted:
            turn = random.sample(made, min(len(made), wanted - len(drawn)))
            drawn += [make(random) for make in turn]
        return drawn


def make_recipes(
    questions: dict[str, list[TrainingQuestion]], names: Names, random: Random
) -> Recipes:
    """Everything that can be made of the questions."""
    recipes = Recipes()
    for source, asked in questions.items():
        answered = [question for question in asked if question.answers]
        for question in asked:
            recipes.add(*_as_it_is(question))
        if source != CROSS:
            for question in answered:
                add_near_misses(recipes, question, names, random)
                add_dated(recipes, question, random)
        articles = other_passages(asked)
        for question in answered:
            others = [p for p in articles[article_key(question)] if not answers(question, p)]
            for passage in random.sample(others, min(2, len(others))):
                recipes.add(
                    "same-article",
                    question.language,
                    _unanswered(question, "same-article", passage),
                )
        if source == FRENCH:
            add_mined(recipes, answered, MINED_FOR_FRENCH, random)
        elif source != CROSS:
            some = random.sample(answered, min(MINED_QUESTIONS, len(answered)))
            add_mined(recipes, some, 1, random)
        _log.info("%s: %d questions", source, len(asked))
    return recipes


def add_near_misses(
    recipes: Recipes, question: TrainingQuestion, names: Names, random: Random
) -> None:
    """One thing of the question exchanged; the title is shown where it alone names the thing."""
    seen = f"{question.title}\n{question.passage}"
    for _ in range(2):
        for miss in make_near_misses(question.text, question.language, seen, names, random):
            needs_title = miss.gone.lower() not in question.passage.lower()
            recipes.add(
                "near-miss-made",
                question.language,
                _unanswered(
                    question,
                    "near-miss-made",
                    asked=miss.question,
                    needs_title=needs_title,
                    not_year=miss.put,
                ),
            )
    for miss in make_contraries(question.text, question.language, seen):
        made = _unanswered(question, "near-miss-contrary", asked=miss.question)
        recipes.add("near-miss-contrary", question.language, made)


def add_dated(recipes: Recipes, question: TrainingQuestion, random: Random) -> None:
    """The question asked of the year that the answer's sentence, or else the date, tells.

    The near miss of each is asked of another year.
    """
    text, start = question.answers[0]
    year = answer_year(question.passage, start, start + len(text))
    if year:
        asked = add_year(question.text, question.language, year, random)
        other = other_year(year, f"{question.title} {question.passage}", random)
        missed = add_year(question.text, question.language, other or 0, random)
        if asked and missed and other:
            recipes.add("dated", question.language, _answered(question, "dated", asked))
            recipes.add(
                "near-miss-dated",
                question.language,
                _unanswered(question, "near-miss-dated", asked=missed, not_year=str(other)),
            )
    elif not YEAR.search(f"{question.title} {question.passage}") and add_year(
        question.text, question.language, 2000, random
    ):
        recipes.add("dated", question.language, _dated(question, True))
        recipes.add("near-miss-dated", question.language, _dated(question, False))


def add_mined(
    recipes: Recipes, questions: Sequence[TrainingQuestion], each: int, random: Random
) -> None:
    """Passages that share most words with the question and do not hold its answer."""
    for question, found in zip(questions, mine_negatives(questions), strict=True):
        # Earlier ranks are harder: half of the choice is among the first five.
        pool = found[:5] + random.sample(found[5:], min(5, len(found[5:])))
        for other in random.sample(pool, min(each, len(pool))):
            recipes.add("mined", question.language, as_mined(question, other))


def as_mined(question: TrainingQuestion, other: TrainingQuestion) -> Recipe:
    """The question beside the passage of another."""
    return _unanswered(question, "mined", other.passage, title=other.title)


def as_answered(question: TrainingQuestion) -> Recipe:
    """The question as it is, beside the passage that answers it."""
    return _answered(question, "answered")


def _as_it_is(question: TrainingQuestion) -> tuple[str, str, Recipe]:
    if question.answers:
        return "answered", question.language, as_answered(question)
    kind = "near-miss-written"
    return kind, question.language, _unanswered(question, kind)


def _answered(question: TrainingQuestion, kind: str, asked: str | None = None) -> Recipe:
    def make(random: Random) -> Sample:
        text, start = random.choice(question.answers)
        title = question.title if random.random() > TITLE_DROPPED else ""
        return Sample(
            kind,
            question.language,
            asked or question.text,
            question.passage,
            True,
            start,
            start + len(text),
            title,
            _some_day(question.passage, random),
            random.random(),
        )

    return make


def _unanswered(
    question: TrainingQuestion,
    kind: str,
    passage: str | None = None,
    *,
    title: str | None = None,
    asked: str | None = None,
    needs_title: bool = False,
    not_year: str = "",
) -> Recipe:
    text = question.passage if passage is None else passage
    shown = question.title if title is None else title

    def make(random: Random) -> Sample:
        keeps_title = needs_title or random.random() > TITLE_DROPPED
        return Sample(
            kind,
            question.language,
            asked or question.text,
            text,
            False,
            title=shown if keeps_title else "",
            day=_some_day(text, random, not_year),
            window=random.random(),
        )

    return make


def _dated(question: TrainingQuestion, holds: bool) -> Recipe:
    """Asked of a year that only the date or the title carries; of another if not `holds`."""

    def make(random: Random) -> Sample:
        day = date(2000, 1, 1) + timedelta(days=random.randrange(9_800))
        year, month = day.year, day.month if random.random() < 0.3 else 0
        if not holds:
            year = other_year(year, "", random) or year - 1
            if month and random.random() < 0.4:
                year, month = day.year, (month + random.randint(1, 10)) % 12 + 1
                month = month if month != day.month else month % 12 + 1
        asked = add_year(question.text, question.language, year, random, month) or question.text
        titled = bool(question.title) and not month and random.random() < 0.3
        title = question.title if titled or random.random() > TITLE_DROPPED else ""
        text, start = question.answers[0]
        return Sample(
            "dated" if holds else "near-miss-dated",
            question.language,
            asked,
            question.passage,
            holds,
            start if holds else 0,
            start + len(text) if holds else 0,
            f"{title} ({day.year})" if titled else title,
            "" if titled else day.isoformat(),
            random.random(),
        )

    return make


def _some_day(passage: str, random: Random, not_year: str = "") -> str:
    """A day after every year that the passage names, in two of five cases; else none."""
    if random.random() > DAY_GIVEN:
        return ""
    latest = max((int(match[0]) for match in YEAR.finditer(passage)), default=0)
    year = random.randint(min(max(latest, 2001), 2026), 2026)
    if str(year) == not_year:
        return ""
    return (date(year, 1, 1) + timedelta(days=random.randrange(365))).isoformat()

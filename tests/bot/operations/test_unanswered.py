"""Questions asked in vain: those that ask the same together, and as a spreadsheet opens them."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.locale.statistics import StatisticsPhrases
from bot.operations.unanswered import (
    SAME_QUESTION_COSINE,
    QuestionGroup,
    group_questions,
    in_vain,
    write_unanswered_csv,
)
from bot.state.statistics import UnansweredQuestion
from index.article import Article
from index.models.base import Embedder, Vectors
from tests.bot.messenger.samples import FRESNEL, refused
from tests.bot.operations.wordings import HELD_OUT, SAME
from tests.fakes import FakeEmbedder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def asked(*questions: str, askers: Sequence[int] | None = None) -> list[UnansweredQuestion]:
    """One a minute; each by somebody else, unless said otherwise."""
    who = askers or range(len(questions))
    minutes = itertools.count()
    return [
        UnansweredQuestion(question, asker, NOON + timedelta(minutes=next(minutes)))
        for question, asker in zip(questions, who, strict=True)
    ]


def test_wordings_that_are_near_are_one_question_under_the_most_frequent() -> None:
    said = ("la piscine ouvre quand", "Quand ouvre la piscine ?", "quand ouvre la piscine")
    (group,) = group_questions(asked(*said), FakeEmbedder().embed_question)
    assert group.example == "Quand ouvre la piscine ?"
    assert (group.count, group.askers, group.wordings) == (3, 3, 2)
    assert (group.first, group.last) == (NOON, NOON + timedelta(minutes=2))


def test_what_most_people_asked_comes_before_what_one_asked_often() -> None:
    questions = asked("a a", "b b", "b b", "b b", "a a", askers=[1, 3, 3, 3, 2])
    groups = group_questions(questions, FakeEmbedder().embed_question)
    assert [(group.example, group.askers) for group in groups] == [("a a", 2), ("b b", 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Le budget de 2023 ?", "Le budget de 2024 ?"), ("Le lot 1,5 ?", "Le lot 2,5 ?")],
)
def test_other_numbers_are_another_question(first: str, second: str) -> None:
    assert len(group_questions(asked(first, second), FakeEmbedder().embed_question, 0.1)) == 2


def test_what_was_kept_when_it_was_asked_is_not_made_again() -> None:
    embedder = FakeEmbedder()

    def embed(question: str) -> Vectors:
        raise AssertionError(f"{question!r} was embedded again")

    said = ("Quand ouvre la piscine ?", "la piscine ouvre quand", "Le budget de 2024 ?")
    embed_anew = embedder.embed_question
    questions = [
        replace(question, in_vain=in_vain(refused(question.question, FRESNEL), embed_anew, "m"))
        for question in asked(*said)
    ]
    groups = group_questions(questions, embed, model="m")
    assert [(group.wordings, group.nearest) for group in groups] == [
        (2, FRESNEL.id),
        (1, FRESNEL.id),
    ]
    anew = group_questions(asked(*said), embed_anew)
    assert groups == [replace(question, nearest=FRESNEL.id) for question in anew]
    with pytest.raises(AssertionError, match="embedded again"):
        group_questions(questions, embed, model="another")


@pytest.mark.parametrize(
    ("wordings", "recall", "precision"), [(SAME, 0.95, 0.95), (HELD_OUT, 0.85, 0.95)]
)
def test_the_threshold_tells_them_apart_as_is_said(
    bundled: Embedder, wordings: tuple[tuple[str, ...], ...], recall: float, precision: float
) -> None:
    each = [
        (place, bundled.embed_question(w).astype(np.float16).astype(np.float32))  # as it is kept
        for place, same in enumerate(wordings)
        for w in same
    ]
    pairs = [(a == b, float(v @ w)) for (a, v), (b, w) in itertools.combinations(each, 2)]
    joined = [same for same, score in pairs if score >= SAME_QUESTION_COSINE]
    assert sum(joined) / sum(same for same, _ in pairs) >= recall
    assert sum(joined) / len(joined) >= precision


EN, FR = StatisticsPhrases.of("en"), StatisticsPhrases.of("fr")
GROUP = QuestionGroup("Quand ouvre la piscine ?", 5, 3, 2, NOON, NOON)


def rows(
    phrases: StatisticsPhrases, *groups: QuestionGroup, nearest: Article | None = FRESNEL
) -> list[list[str]]:
    data = write_unanswered_csv(groups, lambda group: nearest, phrases)
    assert data.startswith(b"\xef\xbb\xbf")  # a spreadsheet takes it for UTF-8
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=phrases.separator))


def test_each_group_is_a_line_with_its_nearest_article() -> None:
    head, line = rows(FR, GROUP)
    assert head[0] == "Question"
    figures, days = ["5", "3", "2"], ["01/03/2026", "01/03/2026"]
    assert line == [GROUP.example, *figures, *days, "Fresnel & les phares", FRESNEL.url]
    head, line = rows(EN, GROUP, nearest=None)  # as English spreadsheets want it
    assert head[4] == "First asked"
    assert line[4:] == ["2026-03-01", "2026-03-01", "", ""]


@pytest.mark.parametrize("question", ["=HYPERLINK(1)", "+33 1 ?", "-1 ?", "@SUM(A1)", "\t=1"])
def test_no_question_is_computed(question: str) -> None:
    (_, line) = rows(FR, replace(GROUP, example=question))
    assert not line[0].startswith(("=", "+", "-", "@", "\t"))

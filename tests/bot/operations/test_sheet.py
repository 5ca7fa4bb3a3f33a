"""The list of what was asked in vain, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.locale.statistics import StatisticsPhrases
from bot.operations.unanswered import QuestionGroup, write_unanswered_csv
from index.article import Article
from tests.bot.messenger.samples import FRESNEL

EN, FR = StatisticsPhrases.of("en"), StatisticsPhrases.of("fr")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUP = QuestionGroup("Quand ouvre la piscine ?", 5, 3, 2, NOON, NOON)


def rows(
    phrases: StatisticsPhrases, *groups: QuestionGroup, nearest: Article | None = FRESNEL
) -> list[list[str]]:
    data = write_unanswered_csv(groups, lambda question: nearest, phrases)
    assert data.startswith(b"\xef\xbb\xbf")  # a spreadsheet takes it for UTF-8
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=phrases.separator))


def test_each_group_is_a_line_with_its_nearest_article() -> None:
    head, line = rows(FR, GROUP)
    assert head[0] == "Question"
    assert line == [
        "Quand ouvre la piscine ?",
        "5",
        "3",
        "2",
        "01/03/2026",
        "01/03/2026",
        "Fresnel & les phares",
        FRESNEL.url,
    ]


def test_in_english_as_english_spreadsheets_want_it() -> None:
    head, line = rows(EN, GROUP, nearest=None)
    assert head[4] == "First asked"
    assert line[4:] == ["2026-03-01", "2026-03-01", "", ""]


@pytest.mark.parametrize("question", ["=HYPERLINK(1)", "+33 1 ?", "-1 ?", "@SUM(A1)", "\t=1"])
def test_no_question_is_computed(question: str) -> None:
    (_, line) = rows(FR, replace(GROUP, example=question))
    assert not line[0].startswith(("=", "+", "-", "@", "\t"))


def test_separators_quotes_and_lines_stay_in_their_cell() -> None:
    (_, line) = rows(FR, replace(GROUP, example='Un ; deux "trois"\nquatre ?'))
    assert line[0] == 'Un ; deux "trois" quatre ?'
    assert len(line) == 8

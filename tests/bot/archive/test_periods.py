"""Periods that a request names."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.periods import cut_period

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("request_text", "first", "last", "rest"),
    [
        ("articles de janvier, février et mars 2017", "2017-01-01", "2017-03-31", "articles"),
        ("publié sur X en février et mars 2017", "2017-02-01", "2017-03-31", "publié sur X"),
        ("X entre septembre 2016 et janvier 2017", "2016-09-01", "2017-01-31", "X"),
        ("articles de mars à mai 2016 sur X", "2016-03-01", "2016-05-31", "articles sur X"),
        ("les articles du 3 au 5 mars 2017", "2017-03-03", "2017-03-05", "les articles"),
        ("sorti le 11 et le 12 mai 2016 sur X", "2016-05-11", "2016-05-12", "sorti sur X"),
        ("articles de la semaine du 13 juin 2016", "2016-06-13", "2016-06-19", "articles"),
        ("X, première quinzaine de mai 2018", "2018-05-01", "2018-05-15", "X"),
        ("articles de fin mars 2017", "2017-03-21", "2017-03-31", "articles"),
        ("parus au second semestre 2017", "2017-07-01", "2017-12-31", "parus"),
        ("articles T1 2017 sur X", "2017-01-01", "2017-03-31", "articles sur X"),
        ("X au printemps 2016", "2016-03-01", "2016-05-31", "X"),
        ("articles X hiver 2016-2017", "2016-12-01", "2017-02-28", "articles X"),
        ("articles sur X en septembre/octobre 2017", "2017-09-01", "2017-10-31", "articles sur X"),
        ("articles de 2016 et 2017 sur X", "2016-01-01", "2017-12-31", "articles sur X"),
        ("les articles du lundi 10 décembre 2018", "2018-12-10", "2018-12-10", "les articles"),
        ("X à partir du 20 décembre 2018", "2018-12-20", "2026-12-01", "X"),
        ("articles sur X depuis 2017", "2017-01-01", "2026-12-01", "articles sur X"),
        ("articles X avant juillet 2016", "0001-01-01", "2016-06-30", "articles X"),
        ("articles after June 2017 about X", "2017-07-01", "2026-12-01", "articles about X"),
        ("articles on X in 2017 or 2018", "2017-01-01", "2018-12-31", "articles on X"),
        ("articles d’août sur X", "2026-08-01", "2026-08-31", "articles sur X"),
    ],
)
def test_a_period_is_cut_with_its_words(
    request_text: str, first: str, last: str, rest: str
) -> None:
    timing = cut_period(request_text, TODAY)
    assert timing.period is not None
    assert (str(timing.period.first), str(timing.period.last)) == (first, last)
    assert timing.question == rest


@pytest.mark.parametrize(
    "request_text",
    ["articles sur Mars", "Eurovision 2017", "la loi de 1905", "l’article de 1905", "les 12 morts"],
)
def test_a_name_or_a_number_is_no_period(request_text: str) -> None:
    assert cut_period(request_text, TODAY).period is None


def test_a_lone_day_is_that_of_what_happened() -> None:
    text = "l’attentat du 14 juillet 2016"
    assert cut_period(text, TODAY).period is not None
    assert cut_period(text, TODAY, with_days=False).period is None

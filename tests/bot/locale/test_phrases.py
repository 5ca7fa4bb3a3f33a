from __future__ import annotations

from datetime import date

import pytest

from bot.locale.answers import Phrases
from index.article import Period

EN, FR = Phrases.of("en"), Phrases.of("fr")


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        (date(2025, 8, 1), date(2025, 8, 31), "du 1er au 31 août 2025", "from 1 to 31 August 2025"),
        (
            date(2025, 8, 30),
            date(2025, 9, 5),
            "du 30 août au 5 septembre 2025",
            "from 30 August to 5 September 2025",
        ),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            "du 29 décembre 2025 au 4 janvier 2026",
            "from 29 December 2025 to 4 January 2026",
        ),
        (date(2025, 3, 1), date(2025, 3, 1), "du 1er mars 2025", "of 1 March 2025"),
    ],
)
def test_a_period_is_said_without_repeating(
    first: date, last: date, french: str, english: str
) -> None:
    period = Period(first, last)
    assert FR.according_to(period) == f"Selon les articles {french}\u00a0:"
    assert FR.no_article_in(period) == f"Aucun article {french}."
    assert EN.according_to(period) == f"According to the articles {english}:"

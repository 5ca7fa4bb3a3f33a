from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from bot.answering.time_range import Timing, parse_timing
from index.article import Period

TODAY = date(2026, 11, 25)  # a Wednesday


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


AUGUST = days("2025-08-01", "2025-08-31")
YEAR = days("2024-01-01", "2024-12-31")
YESTERDAY = days("2026-11-24", "2026-11-24")
LAST_WEEK = days("2026-11-16", "2026-11-22")
LAST_MONTH = days("2026-10-01", "2026-10-31")
THIS_WEEK, THREE_DAYS = days("2026-11-23", "2026-11-29"), days("2026-11-22", "2026-11-25")
LAST_YEAR = days("2025-01-01", "2025-12-31")


@pytest.mark.parametrize(
    ("question", "period", "rest"),
    [
        ("Qu'a annoncé Microsoft hier ?", YESTERDAY, "Qu'a annoncé Microsoft ?"),
        ("Quels articles sont parus en aout 2025", AUGUST, "Quels articles sont parus"),
        ("Les articles sur le TGV parus en 2024", YEAR, "Les articles sur le TGV parus"),
        ("Qu'avez-vous publié la semaine dernière ?", LAST_WEEK, "Qu'avez-vous publié ?"),
        ("What did Microsoft announce last month?", LAST_MONTH, "What did Microsoft announce ?"),
        ("last week's articles about Hubble", LAST_WEEK, "articles about Hubble"),
        ("Que s'est-il passé cette semaine ?", THIS_WEEK, "Que s'est-il passé ?"),
        ("Que s'est-il passé ces trois derniers jours ?", THREE_DAYS, "Que s'est-il passé ?"),
        ("Quels articles sont parus l'an dernier ?", LAST_YEAR, "Quels articles sont parus ?"),
    ],
)
def test_a_time_of_publication_is_a_period(question: str, period: Period, rest: str) -> None:
    assert parse_timing(question, TODAY) == Timing(rest, period)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Que dit le dernier article sur Lascaux ?", "Que dit le article sur Lascaux ?"),
        ("L'article le plus récent sur le TGV", "L'article sur le TGV"),
        ("les articles récents sur l'IA", "les articles sur l'IA"),
        ("What is the latest article on Hubble?", "What is the article on Hubble?"),
    ],
)
def test_the_newest_article_may_be_asked_for(question: str, rest: str) -> None:
    assert parse_timing(question, TODAY) == Timing(rest, None, latest=True)


@pytest.mark.parametrize(
    "question",
    [
        "Qui a gagné le Nobel en 1903 ?",
        "Quel roman a été publié en 1862 ?",
        "Que dit l'article de 1905 d'Einstein ?",
        "Que reste-t-il aujourd'hui de Lascaux ?",
        "Combien d'articles Marie Curie a-t-elle publiés en 1903 ?",
        "Quels articles ont été publiés en 1905 par Einstein ?",
        "articles 12 et 13 du RGPD de mai 2018",
        "Que s'est-il passé cette semaine-là ?",
    ],
)
def test_a_date_in_the_question_may_be_what_is_asked_about(question: str) -> None:
    assert parse_timing(question, TODAY) == Timing(question)


@pytest.mark.parametrize("day", ["31 février 2025", "99 mars 2025"])
def test_a_day_that_is_not_is_no_period(day: str) -> None:
    assert parse_timing(f"les articles du {day}", TODAY).period is None


def test_an_ordinary_question_does_not_load_the_date_library() -> None:
    script = (
        "import sys\n"
        "from datetime import date\n"
        "from bot.answering.time_range import parse_timing\n"
        "parse_timing('Qui a gagné le Nobel en 1903 ?', date(2026, 1, 1))\n"
        "assert 'dateparser' not in sys.modules\n"
        "parse_timing('Que disent les articles de mars 2025 ?', date(2026, 1, 1))\n"
        "assert 'dateparser' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=180)

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


@pytest.mark.parametrize(
    ("question", "period", "rest"),
    [
        ("Qu'a annoncé Microsoft hier ?", YESTERDAY, "Qu'a annoncé Microsoft ?"),
        ("Que disent les articles d’août 2025 ?", AUGUST, "Que disent les articles ?"),
        ("Quels articles sont parus en aout 2025", AUGUST, "Quels articles sont parus"),
        ("Les articles publiés en 2024 sur Lascaux", YEAR, "Les articles publiés sur Lascaux"),
        ("Les articles sur le TGV parus en 2024", YEAR, "Les articles sur le TGV parus"),
        ("les articles d'hier sur OpenAI", YESTERDAY, "les articles sur OpenAI"),
        ("Qu'avez-vous publié la semaine dernière ?", LAST_WEEK, "Qu'avez-vous publié ?"),
        ("Quels articles sont parus le mois passé ?", LAST_MONTH, "Quels articles sont parus ?"),
        ("What did Microsoft announce last month?", LAST_MONTH, "What did Microsoft announce ?"),
        ("August 2025 articles about AI", AUGUST, "articles about AI"),
        ("last week's articles about Hubble", LAST_WEEK, "articles about Hubble"),
        (
            "l'article du 1er août 2025",
            days("2025-08-01", "2025-08-01"),
            "l'article",
        ),
        (
            "Que s'est-il passé cette semaine ?",
            days("2026-11-23", "2026-11-29"),
            "Que s'est-il passé ?",
        ),
        (
            "articles publiés depuis mars 2025 sur le TGV",
            days("2025-03-01", "2026-11-25"),
            "articles publiés sur le TGV",
        ),
        (
            "Que s'est-il passé ces trois derniers jours ?",
            days("2026-11-22", "2026-11-25"),
            "Que s'est-il passé ?",
        ),
        ("What happened in the last 5 days?", days("2026-11-20", "2026-11-25"), "What happened ?"),
        (
            "Combien d'articles ont été publiés l'an dernier ?",
            days("2025-01-01", "2025-12-31"),
            "Combien d'articles ont été publiés ?",
        ),
        (
            "Quels articles ont été publiés en décembre ?",
            days("2025-12-01", "2025-12-31"),
            "Quels articles ont été publiés ?",
        ),
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
        "Que s'est-il passé en août 2025 ?",
        "Quel roman a été publié en 1862 ?",
        "Qui a écrit Le Monde d'hier ?",
        "Que dit l'article de 1905 d'Einstein ?",
        "Quel est le dernier article de la Constitution ?",
        "Que reste-t-il aujourd'hui de Lascaux ?",
        "What happened in the last month of the war?",
        "Combien d'articles Marie Curie a-t-elle publiés en 1903 ?",
        "Quels articles de la loi de 1978 ont été modifiés en 2018 ?",
        "Quels articles ont été publiés en 1905 par Einstein ?",
        "Quelle est la dernière semaine de mars ?",
        "articles 12 et 13 du RGPD de mai 2018",
        "When was Hubble launched in 1990?",
        "Que s'est-il passé cette semaine-là ?",
        "",
    ],
)
def test_a_date_in_the_question_may_be_what_is_asked_about(question: str) -> None:
    assert parse_timing(question, TODAY) == Timing(question)


@pytest.mark.parametrize("day", ["31 février 2025", "99 mars 2025"])
def test_a_day_that_is_not_is_no_period(day: str) -> None:
    question = f"les articles du {day}"
    period = parse_timing(question, TODAY).period
    assert period is None


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
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)

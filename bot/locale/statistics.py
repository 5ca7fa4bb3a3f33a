"""Texts of the statistics: the picture, its caption, and the list of what was asked in vain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.locale.en import EN as ENGLISH
from bot.locale.fr import FR as FRENCH


@dataclass(frozen=True, slots=True)
class StatisticsPhrases:
    """One language's texts; `columns` and `separator` are those of a spreadsheet's own language.

    `span` takes the first and the last day; `caption` how many questions, answers, and votes for
    and against; `bar` how many answers cite an article.
    """

    # The picture
    span: Callable[[date, date], str]
    short_day: Callable[[date], str]
    number: Callable[[int], str]
    percent: Callable[[float], str]
    questions: Callable[[int], str]
    with_answer: str
    votes: str
    a_day: str
    answered: str
    refused: str
    most_cited: str
    nothing_cited: str
    caption: Callable[[int, int, int, int], str]
    picture: str
    # The list
    columns: tuple[str, ...]
    separator: str
    date: Callable[[date], str]
    file: str
    file_caption: Callable[[int, int, int], str]
    nothing_unanswered: Callable[[int], str]


def statistics_phrases_for(code: str) -> StatisticsPhrases:
    return EN if code == "en" else FR


def _number_fr(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _count_fr(number: int, one: str, several: str) -> str:
    return f"{_number_fr(number)} {one if number < 2 else several}"


def _percent_fr(share: float) -> str:
    return f"{share:.0%}".replace("%", "\u00a0%")


def _span_fr(first: date, last: date) -> str:
    if first == last:
        return f"Le {FRENCH.day(last)}"
    start = FRENCH.day(first)
    if first.year == last.year:
        start = start.removesuffix(f" {first.year}")
    return f"Du {start} au {FRENCH.day(last)}"


def _span_en(first: date, last: date) -> str:
    if first == last:
        return ENGLISH.day(last)
    return f"{ENGLISH.day(first)} to {ENGLISH.day(last)}"


_SHORT_FR = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def _caption_fr(asked: int, answered: int, good: int, bad: int) -> str:
    if not asked:
        return "Personne ne m’a rien demandé ces trente derniers jours."
    return (
        f"Trente jours\u00a0: {_count_fr(asked, 'question', 'questions')}, dont "
        f"{_percent_fr(answered / asked)} avec réponse\u202f; votes\u00a0: "
        f"{_number_fr(good)}\u00a0👍, {_number_fr(bad)}\u00a0👎."
    )


def _caption_en(asked: int, answered: int, good: int, bad: int) -> str:
    if not asked:
        return "Nobody has asked me anything these last thirty days."
    return (
        f"Thirty days: {asked:,} question{'' if asked == 1 else 's'}, {answered / asked:.0%} of "
        f"them answered; votes: {good:,} 👍, {bad:,} 👎."
    )


FR = StatisticsPhrases(
    span=_span_fr,
    short_day=lambda day: f"{'1er' if day.day == 1 else day.day} {_SHORT_FR[day.month - 1]}",
    number=_number_fr,
    percent=_percent_fr,
    questions=lambda count: "question" if count < 2 else "questions",
    with_answer="avec réponse",
    votes="votes pour / contre",
    a_day="Questions par jour",
    answered="avec réponse",
    refused="sans réponse",
    most_cited="Articles les plus cités",
    nothing_cited="Aucun article n’a encore été cité.",
    caption=_caption_fr,
    picture="selon-statistiques.png",
    columns=(
        "Question",
        "Fois",
        "Personnes",
        "Formulations",
        "Première fois",
        "Dernière fois",
        "Article le plus proche",
        "Adresse de l’article",
    ),
    separator=";",
    date=lambda day: f"{day:%d/%m/%Y}",
    file="selon-questions-sans-reponse.csv",
    file_caption=lambda asked, groups, days: (
        f"{_count_fr(asked, 'question', 'questions')} sans réponse en {days} jours, "
        f"{'réunie' if asked < 2 else 'réunies'} en {_count_fr(groups, 'sujet', 'sujets')}\u00a0: "
        "les plus demandés d’abord."
    ),
    nothing_unanswered=lambda days: (
        f"Aucune question n’est restée sans réponse ces {days} derniers jours."
    ),
)

EN = StatisticsPhrases(
    span=_span_en,
    short_day=lambda day: f"{day.day} {day:%b}",
    number=lambda number: f"{number:,}",
    percent=lambda share: f"{share:.0%}",
    questions=lambda count: "question" if count == 1 else "questions",
    with_answer="answered",
    votes="votes for / against",
    a_day="Questions a day",
    answered="answered",
    refused="not answered",
    most_cited="Most cited articles",
    nothing_cited="No article has been cited yet.",
    caption=_caption_en,
    picture="selon-statistics.png",
    columns=(
        "Question",
        "Times",
        "People",
        "Wordings",
        "First asked",
        "Last asked",
        "Nearest article",
        "Address of the article",
    ),
    separator=",",
    date=lambda day: f"{day:%Y-%m-%d}",
    file="selon-unanswered-questions.csv",
    file_caption=lambda asked, groups, days: (
        f"{asked:,} question{'' if asked == 1 else 's'} not answered in {days} days, on "
        f"{groups:,} subject{'' if groups == 1 else 's'}: what most people asked comes first."
    ),
    nothing_unanswered=lambda days: f"Every question of the last {days} days was answered.",
)

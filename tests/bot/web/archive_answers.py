"""Answers of the archive over one article, in every form that a page has for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answer import Answer, MonthCount, Statement
from index.article import Period
from tests.bot.messenger.samples import BIRTH, INSTALLED, LENS, LIGHT, answered, cite

TIMELINE = "Chronologie de Fresnel"
DOSSIER = "Fiche sur Fresnel"
COMPARISON = "Compare la lentille et le phare"


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def timeline() -> Answer:
    """Three events in two years, one of a known day."""
    day = date(1822, 7, 25)
    statements = (
        Statement(BIRTH, (1,), heading="3 dates", label="1788", days=_year(1788)),
        Statement(INSTALLED, (2,), label="1822", days=_year(1822)),
        Statement(LENS, (3,), label="25 juillet 1822", days=Period(day, day)),
    )
    months = (MonthCount(date(2023, 11, 1), 1), MonthCount(date(2024, 3, 1), 4))
    whole = answered(TIMELINE, cite(1, BIRTH), cite(2, INSTALLED), cite(3, LENS))
    light = Statement(LIGHT, (4,), label="1800", days=_year(1800))
    return replace(
        whole,
        statements=statements,
        intent="chronology",
        coverage=months,
        further=(cite(4, LIGHT),),
        rest=(light,),
        whole_heading="4 dates",
    )


def dossier() -> Answer:
    statements = (
        Statement(BIRTH, (1,), heading="Fresnel, d’après un article"),
        Statement(LENS, (2,), heading="Dates", label="1822", days=_year(1822)),
        Statement(LIGHT, (3,), heading="Chiffres"),
    )
    whole = answered(DOSSIER, cite(1, BIRTH), cite(2, LENS), cite(3, LIGHT))
    return replace(whole, statements=statements, intent="dossier")


def comparison() -> Answer:
    statements = (
        Statement(INSTALLED, (1,), heading="L’un et l’autre"),
        Statement(LENS, (2,), heading="La lentille", side=1),
        Statement(LIGHT, (3,), heading="Le phare", side=2),
        Statement(BIRTH, (4,), heading="Le phare\u00a0: chiffres", side=2),
    )
    cited = (cite(1, INSTALLED), cite(2, LENS), cite(3, LIGHT), cite(4, BIRTH))
    return replace(answered(COMPARISON, *cited), statements=statements, intent="comparison")


ARCHIVE_ANSWERS = {TIMELINE: timeline(), DOSSIER: dossier(), COMPARISON: comparison()}

"""What is said of people, companies and institutions: only in the words of one cited sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.verification.checker import FactChecker
from bot.verification.claim import Claim, GivenPassage
from index.article import Article
from index.build.passages import cut
from tests.bot.verification.made import fault, given

NAMED_CLAIMS = Path(__file__).parents[2] / "data" / "named_claims.jsonl"

WORKS = (
    "Les travaux de la rue des Tilleuls ont commencé lundi à Valmont. La maire, Hélène Dufresne, a "
    "promis que la rue rouvrirait en septembre. L’entreprise Batirex, chargée du chantier, emploie "
    "24 ouvriers. Son directeur, Marc Tessier, reconnaît trois semaines de retard. André Vial "
    "a demandé une indemnité au tribunal administratif."
)
QUARREL = (
    "La maire, Hélène Dufresne, accuse le préfet Luc Sarrazin de corruption. La fédération a "
    "suspendu le médecin Paul Ortega. Le sénateur Alain Guérin, blessé au genou, a renoncé. "
    "Il partira lundi."
)


def judged(*, faithful: bool) -> Iterator[tuple[GivenPassage, str]]:
    """The half of the set that took no part in making the rule."""
    for line in NAMED_CLAIMS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "judge":
            article = Article(
                id=str(row["passage"]),
                text=row["text"],
                title=row["title"],
                outlet=row["outlet"],
                path="article.md",
                language=row["language"],
                published=date(2024, 5, 6),
            )
            (passage,) = cut(article)
            source = GivenPassage(1, article, passage, passage.sentences)
            for each in row["claims"]:
                if each["faithful"] == faithful:
                    yield source, each["claim"]


def share_shown(checker: FactChecker, *, faithful: bool) -> float:
    verdicts = [
        checker.check(Claim(claim, (1,)), [source], source.article.title).kept
        for source, claim in judged(faithful=faithful)
    ]
    assert len(verdicts) == 30
    return sum(verdicts) / len(verdicts)


def test_inventions_about_names_are_not_shown(checker: FactChecker) -> None:
    assert share_shown(checker, faithful=False) <= 0.05


def test_sentences_close_to_the_article_are_shown(checker: FactChecker) -> None:
    assert share_shown(checker, faithful=True) >= 0.35


@pytest.mark.parametrize(
    "claim",
    [
        "La maire, Hélène Dufresne, est accusée de corruption.",
        "La maire est accusée de corruption.",
        "Batirex a fait faillite.",
        "L’entreprise a fait faillite.",
        "Marc Tessier a démissionné après trois semaines de retard.",
        "Marc Tessier reconnaît trois semaines de retard après le scandale.",
        "Hélène Dufresne a promis que la rue rouvrirait en septembre, et elle est accusée.",
        "Hélène Dufresne a promis que la rue rouvrirait ; elle a fait faillite.",
        "Hélène Dufresne, accusée de corruption, a promis que la rue rouvrirait en septembre.",
        "Hélène Dufresne, qui a fait faillite, a promis que la rue rouvrirait en septembre.",
        # True of somebody else.
        "La maire a demandé une indemnité au tribunal administratif.",
        "Hélène Dufresne et André Vial ont demandé une indemnité au tribunal administratif.",
        "Le directeur a promis que la rue rouvrirait en septembre.",
        "Elle reconnaît trois semaines de retard.",
        "Chargée du chantier, Hélène Dufresne a promis que la rue rouvrirait en septembre.",
    ],
)
def test_what_no_sentence_says_of_a_name_is_dropped(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, WORKS) is not None


@pytest.mark.parametrize(
    "claim",
    [
        "Hélène Dufresne est accusée de corruption.",
        "Hélène Dufresne, accusée de corruption, a renoncé.",
        "La maire est accusée de corruption.",
        "La maire est accusée de corruption par le préfet.",
        "Le préfet accuse la maire de corruption.",
        "Paul Ortega a suspendu la fédération.",
        "Alain Guérin et Paul Ortega ont été suspendus.",
    ],
)
def test_nor_may_who_acts_and_who_suffers_change_places(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, QUARREL) is not None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Hélène Dufresne a promis que la rue rouvrirait en septembre.", WORKS),
        ("La maire Hélène Dufresne a promis que la rue rouvrirait.", WORKS),
        ("Marc Tessier, le directeur, reconnaît trois semaines de retard.", WORKS),
        ("Alain Guérin partira lundi.", QUARREL),
        ("Une indemnité a été demandée au tribunal administratif par André Vial.", WORKS),
        ("Batirex emploie vingt-quatre ouvriers.", WORKS),
        ("Hélène Dufresne a promis que la rue rouvrirait, et Batirex emploie 24 ouvriers.", WORKS),
        ("Le préfet Luc Sarrazin est accusé de corruption.", QUARREL),
        ("Paul Ortega a été suspendu par la fédération.", QUARREL),
        ("Blessé au genou, Alain Guérin a renoncé.", QUARREL),
    ],
)
def test_what_one_sentence_says_is_kept_though_turned_round(
    checker: FactChecker, claim: str, source: str
) -> None:
    assert fault(checker, claim, source) is None


def test_a_title_bears_out_nothing_about_a_name(checker: FactChecker) -> None:
    source = given(WORKS, title="Corruption : la maire accusée")
    claim = Claim("La maire, Hélène Dufresne, est accusée de corruption.", (1,))
    assert not checker.check(claim, [source], "Que s’est-il passé ?").kept

"""Numbers, dates and quoted words that the passages do not have."""

from __future__ import annotations

import pytest

from tests.bot.verification.made import exact_fault

WORKS = (
    "Le pont de Vauclair a rouvert le 12 mai 2019. Les travaux ont coûté 2,3 millions d’euros et "
    "duré quatorze mois. « Nous avons tenu parole », a dit la maire. 15 000 personnes ont signé."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Les travaux ont coûté 2,3 millions d’euros.",
        "Les travaux ont coûté 2 300 000 euros.",
        "Les travaux ont duré 14 mois.",
        "Quinze mille personnes ont signé.",
        "15000 personnes ont signé.",
        "15k personnes ont signé.",
        "Le pont de Vauclair a rouvert en mai 2019.",
        "Le pont a rouvert le 12/05/2019.",
        "« Nous avons tenu parole », a dit la maire.",
        "La maire a dit : « Nous avons tenu parole ».",
        "La maire a dit qu’ils avaient “tenu parole”.",
    ],
)
def test_what_the_passage_says_is_found_however_it_is_written(claim: str) -> None:
    assert exact_fault(claim, WORKS) is None


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("Les travaux ont coûté 3,2 millions d’euros.", "number"),
        ("Les travaux ont coûté 2,3 milliards d’euros.", "number"),
        ("Les travaux ont coûté 2,3 millions de dollars.", "number"),
        ("Les travaux ont duré quatorze semaines.", "number"),
        ("Un millier et demi de personnes ont signé, soit 1 500.", "number"),
        ("Le pont de Vauclair a rouvert le 12 mai 2018.", "date"),
        ("Le pont de Vauclair a rouvert le 21 mai 2019.", "date"),
        ("Le pont de Vauclair a rouvert en mars 2019.", "date"),
        ("« Nous avons tenu nos délais », a dit la maire.", "quote"),
        ("« Nous n’avons pas tenu parole », a dit la maire.", "quote"),
        ("Le pont de Vauclair a été inauguré par Paul Meunier.", "name"),
    ],
)
def test_what_it_does_not_say_is_named(claim: str, wrong: str) -> None:
    assert exact_fault(claim, WORKS) == wrong

from __future__ import annotations

import pytest

from bot.verification.proper_names import SourceNames, find_proper_names, fold_words, is_named


def parts(text: str, language: str = "fr") -> list[tuple[str, ...]]:
    return [each.parts for each in find_proper_names(text, language) if each.sure]


def known(text: str, *, whole: str = "", foreign: bool = False) -> SourceNames:
    return SourceNames(fold_words(text), fold_words(whole or text), foreign)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hier, Élise Marchand a signé.", [("elise", "marchand")]),
        ("Le général Jean-Louis Georgelin dirige.", [("jean", "louis", "georgelin")]),
        ("C’est à Ludwig van Beethoven qu’on le doit.", [("ludwig", "beethoven")]),
        ("Les travaux ont repris lundi 3 mars.", []),
        ("Depuis avril, rien n’a changé.", []),
        ("La SNCF l’a confirmé.", [("sncf",)]),
    ],
)
def test_names_are_told_from_other_capitals(text: str, told: list[tuple[str, ...]]) -> None:
    assert parts(text) == told


@pytest.mark.parametrize(
    ("claim", "source", "there"),
    [
        ("Hier, M. Lantier parlait.", "Hugo Lantier dirige les travaux.", True),
        ("Hier, Hugo Lantier parlait.", "Hugo Lantier dirige les travaux.", True),
        ("Hier, Hugo Roque parlait.", "Hugo Lantier et Bastien Roque en parlent.", False),
        ("Hier, Pierre Curie parlait.", "Pierre et Marie Curie en parlent.", True),
        ("Hier, Paul Lantier parlait.", "Hugo Lantier dirige les travaux.", False),
        ("Hier, Solene Kerbrat parlait.", "Solène Kerbrat l’a dit.", True),
        ("Il vit à Londres.", "He lives in London.", True),
        ("Il vit à Cracovie.", "He lives in Warsaw.", False),
    ],
)
def test_a_source_bears_the_names_that_it_has(claim: str, source: str, there: bool) -> None:
    (name,) = find_proper_names(claim, "fr")
    assert is_named(name, known(source, foreign="lives" in source)) is there


def test_a_letter_is_no_family_name() -> None:
    (name,) = find_proper_names("C’est Sagittarius A*.", "fr")
    assert not is_named(name, known("Le trou noir de M87.", whole="Le trou noir. Sagittarius A*."))


def test_a_first_name_may_stand_elsewhere_in_the_article() -> None:
    (name,) = find_proper_names("C’est Hugo Lantier.", "fr")
    assert is_named(name, known("M. Lantier dirige.", whole="Hugo Lantier. M. Lantier dirige."))

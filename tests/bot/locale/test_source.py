"""What stands beside an article's title in every source line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.locale.source import details
from index.article import Article, Copy
from tests.bot.answers import answered, article, citation, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")

QUOTE = "Le second modèle a demandé 15 000 puces."


def reprinted(*outlets: str, **facts: str) -> Article:
    copies = tuple(Copy(f"{n:012}", "Titre", f"{n}.md", name) for n, name in enumerate(outlets))
    return replace(article(), copies=copies, **facts)  # type: ignore[arg-type]


def test_the_outlet_stands_before_the_author_and_the_date() -> None:
    signed = "par Camille Roche, 1er août 2025"
    assert details(reprinted(outlet="Le Phare"), FR) == f", Le Phare, {signed}"
    assert details(reprinted(outlet="Camille Roche"), FR) == f", {signed}"


@pytest.mark.parametrize(
    ("outlets", "french", "english"),
    [
        (("Le Phare",), "Le Phare", "Le Phare"),
        (("Le Phare", "La Gazette"), "Le Phare et La Gazette", "Le Phare and La Gazette"),
        (("A", "B", "C", "D"), "A, B, C et 1 autre", "A, B, C and 1 other"),
        (tuple("ABCDEFG"), "A, B, C et 4 autres", "A, B, C and 4 others"),
        (("Le Phare", "Le Phare"), "Le Phare", "Le Phare"),
    ],
)
def test_who_else_published_is_named(outlets: tuple[str, ...], french: str, english: str) -> None:
    source = reprinted(*outlets)
    assert details(source, FR).endswith(f", 1er août 2025, aussi publié par {french}")
    assert details(source, EN).endswith(f", 1 August 2025, also published by {english}")


def test_json_lists_every_copy() -> None:
    source = reprinted(*"ABCDE", outlet="Le Phare")
    written = json.loads(answer_json(answered(citation(QUOTE, source))))
    (cited,) = written["citations"]
    assert (cited["outlet"], cited["updated"]) == ("Le Phare", None)
    assert [copy["outlet"] for copy in cited["copies"]] == list("ABCDE")
    assert " ".join(cited["copies"][0]) == "article_id title outlet published url path"
    (near,) = json.loads(answer_json(refused(source)))["nearest"]
    assert near["outlet"] == "Le Phare"

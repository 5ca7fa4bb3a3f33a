"""What stands beside an article's title in every source line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.locale.answers import Phrases
from bot.locale.source import details
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_json, answer_text, refusal_text
from index.article import Article, Copy
from tests.bot.answers import answered, article, citation, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")

QUOTE = "Le second modèle a demandé 15 000 puces."


def reprinted(*outlets: str, **facts: str) -> Article:
    copies = tuple(Copy(f"{n:012}", "Titre", f"{n}.md", name) for n, name in enumerate(outlets))
    return replace(article(), copies=copies, **facts)  # type: ignore[arg-type]


def test_the_outlet_stands_before_the_author_and_the_date() -> None:
    told = details(replace(article(), outlet="Le Phare"), FR)
    assert told == ", Le Phare, par Camille Roche, 1er août 2025"
    signed = replace(article(), outlet="Camille Roche")
    assert details(signed, FR) == ", par Camille Roche, 1er août 2025"


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
def test_who_else_published_it_is_named(
    outlets: tuple[str, ...], french: str, english: str
) -> None:
    source = reprinted(*outlets)
    assert details(source, FR).endswith(f", 1er août 2025, aussi publié par {french}")
    assert details(source, EN).endswith(f", 1 August 2025, also published by {english}")


def test_an_earlier_version_of_the_same_paper_is_no_other_publisher() -> None:
    assert "aussi" not in details(reprinted("Le Phare", outlet="Le Phare"), FR)
    old = Copy("1" * 12, "Titre", "ancien.md", url="https://www.exemple.fr/ancien")
    assert "aussi" not in details(replace(article(), copies=(old,)), FR)


def test_a_copy_is_named_by_its_site_else_by_its_file() -> None:
    site = Copy("1" * 12, "Titre", "a.md", url="https://www.gazette.example/a")
    wrong = Copy("2" * 12, "Titre", "b.md", url="http://[")
    file = Copy("3" * 12, "Titre", "depeches/a.txt")
    assert "aussi publié par gazette.example" in details(replace(article(), copies=(site,)), FR)
    assert "aussi" not in details(replace(article(), copies=(wrong,)), FR)
    copied = replace(article(), copies=(file,))
    assert details(copied, FR, files=True).endswith(", aussi dans depeches/a.txt")
    assert details(copied, EN, files=True).endswith(", also in depeches/a.txt")
    assert "depeches" not in details(copied, FR)


def test_every_answer_says_who_else_published_it() -> None:
    source = reprinted("Le <Phare>\x1b[31m")
    answer = answered(citation(QUOTE, source))
    assert "aussi publié par Le <Phare>" in answer_text(answer, FR).plain
    assert "\x1b" not in answer_text(answer, FR).plain
    assert "aussi publié par" in refusal_text(refused(source), FR).plain
    (message,) = answer_html(answer, FR)
    assert "aussi publié par Le &lt;Phare&gt;" in message


def test_json_lists_every_copy() -> None:
    source = reprinted(*"ABCDE", outlet="Le Phare")
    written = json.loads(answer_json(answered(citation(QUOTE, source)), FR))
    (cited,) = written["citations"]
    assert (cited["outlet"], cited["updated"]) == ("Le Phare", None)
    assert [copy["outlet"] for copy in cited["copies"]] == list("ABCDE")
    assert list(cited["copies"][0]) == [
        "article_id",
        "title",
        "outlet",
        "published",
        "url",
        "path",
    ]
    (near,) = json.loads(answer_json(refused(source), FR))["nearest"]
    assert near["outlet"] == "Le Phare"

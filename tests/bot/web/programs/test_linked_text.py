"""The text of a chat message, and where its links are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml.html import fromstring
from markdown_it import MarkdownIt

from bot.answer import Answer
from bot.answering.refusal import lower
from bot.web.answer_view import quotes_path
from bot.web.linked_text import LinkedText, escape_markdown
from tests.bot.messenger.samples import FRESNEL, LENS, answered, article, cite, refused

BASE = "https://selon.exemple.fr"
QUESTION = "Qui a conçu la lentille ?"


def linked(answer: Answer) -> LinkedText:
    message = LinkedText.of(answer, BASE)
    for link in message.links:
        assert message.text[link.start : link.end].endswith(f"]({link.url})")
    return message


def test_a_quote_stands_with_its_link_and_its_source() -> None:
    message = linked(answered(QUESTION, cite(1, LENS)))
    (link,) = message.links
    assert message.text.startswith(f"«\u00a0{LENS}\u00a0»\u00a0[1](")
    assert message.text.endswith("— Fresnel & les phares, par Anne Le Gall, 1er mars 2024")
    assert link.title == FRESNEL.title
    assert link.url.startswith("https://exemple.fr/phares?page=1&vue=a#lentilles:~:text=")


def test_what_is_not_online_is_read_at_selon() -> None:
    letter = replace(FRESNEL, id="une lettre", url=None)
    citation = cite(1, LENS, letter)
    (link,) = linked(answered(QUESTION, citation)).links
    assert link.url == f"{BASE}{quotes_path([citation])}"
    near = linked(refused(QUESTION, letter))
    assert f"]({BASE}/articles/une%20lettre)" in near.text
    assert near.links == []


def test_an_uncertain_answer_says_so_first() -> None:
    answer = replace(lower(answered(QUESTION, cite(1, LENS))), understood="Et elle ?")
    first, second, *_ = linked(answer).text.split("\n\n")
    assert "Et elle ?" in first
    assert second.startswith("Le plus proche dans les articles")


@pytest.mark.parametrize(
    "attack",
    [
        "[cliquez](javascript:alert(1))",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a][b] et [b]: https://mal.example",
        "<!-- caché",
        "![x\\](https://mal.example/?q=1)",
        "\\\\<b>",
    ],
)
def test_markup_of_an_article_is_text(attack: str) -> None:
    markdown = MarkdownIt()
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    quote = f"Il dit {attack} ici."
    source = article(quote, title=f"Titre {attack}")
    for answer in (answered(attack, cite(1, quote, source)), refused(attack, source)):
        page = fromstring(f"<div>{markdown.render(linked(answer).text)}</div>")
        assert {element.tag for element in page.iter()} <= {"div", "p", "a", "ul", "li"}
        assert all(link.get("href").startswith("https://exemple.fr/") for link in page.iter("a"))
    assert escape_markdown("« […] » et [1] puis 3 < 4") == "« […] » et [1] puis 3 < 4"

"""Links that open a page at the quoted sentence."""

from __future__ import annotations

import re
import string
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import link_to, web_address
from bot.start_links import payload_question, question_payload

PAGE = "https://exemple.fr/article"


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        ("Un mot.", "Un%20mot."),
        ("L’été, à Saint-Malo", "L%E2%80%99%C3%A9t%C3%A9%2C%20%C3%A0%20Saint%2DMalo"),
        ("R&D", "R%26D"),
        ("15\u00a0000 puces", "15%20000%20puces"),
        ("à 100\u202f% #1 ?", "%C3%A0%20100%20%25%20%231%20%3F"),
    ],
)  # fmt: skip
def test_a_short_quote_is_named_whole(quote: str, directive: str) -> None:
    assert link_to(PAGE, quote) == f"{PAGE}#:~:text={directive}"


def test_a_long_quote_is_named_by_its_ends() -> None:
    quote = (
        "Le modèle a été entraîné de bout en bout, en interne, sur environ 15 000 puces, alors que "
        "Grok en a demandé plus de 100 000, selon le même entretien accordé à Semafor."
    )
    assert link_to(PAGE, quote) == (
        f"{PAGE}#:~:text="
        "Le%20mod%C3%A8le%20a%20%C3%A9t%C3%A9%20entra%C3%AEn%C3%A9%20de%20bout,"
        "m%C3%AAme%20entretien%20accord%C3%A9%20%C3%A0%20Semafor."
    )
    across = link_to(PAGE, "Voici une première ligne de poème\nEt voici une seconde ligne de poème")
    assert across is not None
    assert across.count(",") == 1


def test_a_link_never_becomes_longer_than_clients_take() -> None:
    assert link_to(PAGE, "光" * 300) == PAGE


@pytest.mark.parametrize(
    ("url", "start"),
    [
        (f"{PAGE}?a=1&b=2", f"{PAGE}?a=1&b=2#:~:text="),
        (f"{PAGE}#partie", f"{PAGE}#partie:~:text="),
        (f"{PAGE}#partie:~:text=autre", f"{PAGE}#partie:~:text="),
        (f"{PAGE}#:~:text=autre", f"{PAGE}#:~:text="),
        (" https://exemple.fr/un mot/é ", "https://exemple.fr/un%20mot/%C3%A9#:~:text="),
        ("https://exemple.fr/100%25/5%", "https://exemple.fr/100%25/5%25#:~:text="),
    ],
)
def test_the_address_is_kept(url: str, start: str) -> None:
    assert link_to(url, "Un mot.") == f"{start}Un%20mot."


@pytest.mark.parametrize(
    "url", [None, "", "article.md", "ftp://exemple.fr/", "javascript:alert(1)", "https://", "http://[x"]
)  # fmt: skip
def test_what_is_no_web_address_gives_no_link(url: str | None) -> None:
    assert web_address(url) is None
    assert link_to(url, "Un mot.") is None


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=90))
def test_a_directive_holds_the_words_and_no_separator_of_its_own(quote: str) -> None:
    link = link_to(PAGE, quote)
    assert link is not None
    directive = link.removeprefix(PAGE).removeprefix("#:~:text=")
    assert set(directive) <= set(string.ascii_letters + string.digits + "%_.~,")
    if "," not in directive:
        assert unquote(directive).split() == quote.split()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_a_question_comes_back(question: str) -> None:
    payload = question_payload(question)
    if payload:
        assert re.fullmatch(r"[\w-]{1,64}", payload, re.ASCII)
        assert len(payload) != 32  # which is an invitation
        assert payload_question(payload) == question.strip()
    else:
        assert len(question.encode()) > 46


@pytest.mark.parametrize("payload", ["", "inline", "q", "q_", "q-----", "qgICA", "k123", "Quand"])
def test_what_carries_no_question_is_none(payload: str) -> None:
    assert payload_question(payload) == ""

"""The page that asks and answers, without a script."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.bot.messenger.samples import BIRTH, FRESNEL, LENS, answered, cite
from tests.bot.web.conftest import QUESTION
from tests.e2e.telegram import Shelf, StubChain


def ask(client: TestClient, question: str = QUESTION, conversation: str = "7") -> str:
    page = client.post("/", data={"q": question, "conversation": conversation})
    assert page.status_code == 200
    return page.text


def test_a_question_leads_to_the_page_of_its_answer(client: TestClient) -> None:
    response = client.post("/", data={"q": QUESTION}, follow_redirects=False)
    assert response.status_code == 303
    page = client.get(response.headers["location"])
    assert QUESTION in page.text
    assert LENS in page.text
    assert "Fresnel &amp; les phares" in page.text
    assert f'href="/articles/{FRESNEL.id}?a=' in page.text


def test_a_follow_up_knows_what_was_asked_before(client: TestClient, chain: StubChain) -> None:
    conversation = re.search(r'name="conversation" value="(\d+)"', ask(client))
    assert conversation is not None
    assert conversation[1] == "7"
    ask(client, "Et quand ?", conversation[1])
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
    ask(client, "Et quand ?", "8")
    assert chain.said[-1].history == ()


def test_an_answer_shows_when_its_article_changed(client: TestClient, shelf: Shelf) -> None:
    response = client.post("/", data={"q": QUESTION}, follow_redirects=False)
    del shelf.articles[FRESNEL.id]
    page = client.get(response.headers["location"])
    assert page.status_code == 200
    assert LENS not in page.text


def test_a_link_from_elsewhere_asks_nothing(client: TestClient, chain: StubChain) -> None:
    page = client.get("/", params={"q": QUESTION}, headers={"sec-fetch-site": "cross-site"})
    assert f'value="{QUESTION}"' in page.text
    assert chain.questions == []
    assert LENS in client.get("/", params={"q": QUESTION}).text


def test_pages_speak_the_language_of_the_browser(client: TestClient) -> None:
    headers = {"accept-language": "de, en;q=0.8, fr;q=0.3"}
    page = client.get("/", headers=headers).text
    assert '<html lang="en">' in page
    assert "Ask the articles a question" in page
    assert '<html lang="fr">' in client.get("/").text


@pytest.mark.parametrize(
    ("question", "status"), [(" ", 400), ("a" * 1001, 400), ("a" * 70_000, 413)]
)
def test_questions_are_bounded(client: TestClient, question: str, status: int) -> None:
    assert client.post("/", data={"q": question}).status_code == status


def test_who_asks_too_much_waits(client: TestClient) -> None:
    statuses = {client.post("/", data={"q": QUESTION}).status_code for _ in range(25)}
    assert statuses == {200, 429}


def test_what_another_site_sends_is_refused(client: TestClient, chain: StubChain) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://ailleurs.example"}):
        assert client.post("/", data={"q": QUESTION}, headers=headers).status_code == 403
    assert client.get("/", headers={"host": "ailleurs.example"}).status_code == 400
    assert chain.questions == []


def test_markup_in_a_question_is_text(client: TestClient, chain: StubChain) -> None:
    attack = '"><script>alert(1)</script>'
    chain.answers[attack] = answered(attack, cite(1, BIRTH))
    assert "<script>alert" not in ask(client, attack)
    assert "<script>alert" not in client.get("/", params={"q": attack}).text

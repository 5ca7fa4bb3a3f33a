"""Conversations on the web: taken up again, listed, named, deleted, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.state.database import State
from bot.state.tables import ConversationRow, TurnRow, VoteRow
from bot.web.app import create_app
from bot.web.conversations import WHOLE_TURNS
from bot.web.service import WebService
from tests.bot.messenger.samples import BIRTH, LENS, answered, cite
from tests.bot.web.browser import check_accessible, phone, served
from tests.bot.web.conftest import QUESTION
from tests.bot.web.library import answer_paths, open_client
from tests.bot.web.test_asking_in_browser import ask, find, wait_for
from tests.e2e.telegram import StubChain

BORN, LATER = "Quand Fresnel est-il né ?", "Et quand est-il né ?"
WHOLE = f"Sans ce qui précède\u00a0: {LATER}"


@pytest.fixture
def chain() -> StubChain:
    leaning = replace(
        answered(LATER, cite(1, BIRTH)), understood=BORN, buttons=(WHOLE, "C’est sûr\u00a0?")
    )
    born = answered(BORN, cite(1, BIRTH))
    return StubChain(**{QUESTION: answered(QUESTION, cite(1, LENS)), BORN: born, LATER: leaning})


@pytest.fixture
def address(service: WebService) -> Iterator[str]:
    with served(create_app(service)) as address:
        yield address


def ask_in(client: TestClient, question: str, number: int = 7) -> str:
    return unescape(client.post("/", data={"q": question, "conversation": str(number)}).text)


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 id="question-[^>]*>(.*?)</h2>', page)


def titles(client: TestClient, words: str = "") -> list[str]:
    page = unescape(client.get("/conversations", params={"q": words}).text)
    return re.findall(r'href="/conversations/\d+">(.*?)</a>', page)


def test_a_conversation_has_an_address_that_shows_all_of_it(
    client: TestClient, chain: StubChain
) -> None:
    ask_in(client, QUESTION)
    ask_in(client, LATER)
    page = client.get("/conversations/7").text
    assert headings(page) == [LATER, QUESTION]
    for number in range(WHOLE_TURNS):
        ask_in(client, f"Et le numéro {number} ?")
    page = client.get("/conversations/7").text
    assert len(headings(page)) == WHOLE_TURNS
    assert re.findall(r'<li><a href="/a/[^"]+">(.*?)</a>', page) == [LATER, QUESTION]


def test_it_is_taken_up_after_a_restart_and_days_of_silence(
    service: WebService, chain: StubChain
) -> None:
    with open_client(service) as client:
        ask_in(client, QUESTION)
        cookies = client.cookies
    later = service.now() + timedelta(days=30)
    with open_client(replace(service, now=lambda: later)) as client:
        client.cookies = cookies
        assert QUESTION in client.get("/conversations/7").text
        ask_in(client, LATER)
        assert [turn.question for turn in chain.said[-1].history] == [QUESTION]


def test_conversations_are_listed_searched_and_named(client: TestClient) -> None:
    ask_in(client, QUESTION, 7)
    ask_in(client, BORN, 8)
    client.post("/api/ask", json={"question": "Qui parle aux programmes ?"})
    assert titles(client) == [BORN, QUESTION]
    assert titles(client, "LENTILLE concu") == [QUESTION]
    assert titles(client, "absent") == []
    client.post("/conversations/7", data={"title": f"  Pour   l’article {'x' * 300}"})
    assert titles(client, "l'article")[0].startswith("Pour l’article xxx")
    assert len(titles(client, "l'article")[0]) == 200
    assert "<title>Pour l’article" in client.get("/conversations/7").text
    client.post("/conversations/7", data={"title": " "})
    assert QUESTION in titles(client)


def test_a_deleted_conversation_leaves_nothing(
    client: TestClient, state: State, tmp_path: Path
) -> None:
    (at,) = answer_paths(ask_in(client, QUESTION, 7))
    client.post(f"{at}/vote", data={"vote": "good"})
    ask_in(client, BORN, 8)
    client.post("/conversations/7", data={"delete": "1"})
    assert titles(client) == [BORN]
    assert client.get("/conversations/7").status_code == client.get(at).status_code == 404
    with state.session() as session:
        assert session.scalars(select(TurnRow.question)).all() == [BORN]
        assert session.scalars(select(ConversationRow.thread_id)).all() == [8]
        assert session.scalars(select(VoteRow)).all() == []
    files = b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))
    assert b"lentille" not in files


def test_they_are_their_owners_alone(client: TestClient) -> None:
    ask_in(client, QUESTION)
    client.post("/conversations/7", data={"title": "Secrète"})
    owner = dict(client.cookies)
    client.cookies.clear()
    assert titles(client) == []
    assert client.get("/conversations/7").status_code == 404
    client.post("/conversations/7", data={"title": "Prise"})
    client.post("/conversations/7", data={"delete": "1"})
    client.cookies.clear()
    client.cookies.update(owner)
    assert titles(client) == ["Secrète"]
    assert "Secrète" in client.get("/mesdonnees.json").text
    client.post("/oublier")
    client.cookies.update(owner)
    assert titles(client) == []
    assert client.get("/conversations/7").status_code == 404


def test_a_cookie_lasts_as_long_as_what_it_opens(service: WebService) -> None:
    service.settings.keep_days = 400
    with open_client(service) as client:
        assert "Max-Age=34560000" in client.get("/").headers["set-cookie"]
        asked = client.post("/", data={"q": QUESTION}, follow_redirects=False)
        assert "Max-Age=34560000" in asked.headers["set-cookie"]
        assert "set-cookie" not in client.get("/").headers
        assert "Max-Age=0" in client.post("/oublier").headers["set-cookie"]


def test_what_was_assumed_can_be_left_out(client: TestClient) -> None:
    page = ask_in(client, LATER)
    (line,) = re.findall(r'<p class="understood">(.*?)</p>', page, re.DOTALL)
    assert BORN in line
    assert f'value="{WHOLE}"' in line
    assert "Répondre sans le contexte" in line
    assert page.count(WHOLE) == 1
    assert "C’est sûr" in page


def test_three_answers_survive_reload_back_and_a_second_tab(browser: Chrome, address: str) -> None:
    browser.get(address)
    for count, question in enumerate((QUESTION, BORN, LATER), 1):
        ask(browser, question)
        find(browser, "article.answer", count)
        wait_for(browser, "return document.getElementById('q').value == ''")
    conversation = browser.current_url
    assert "/conversations/" in conversation
    browser.refresh()
    find(browser, "article.answer", 3)
    find(browser, ".answer .actions a", 3)[0].click()
    find(browser, ".reader")
    browser.back()
    find(browser, "article.answer", 3)
    browser.switch_to.new_window("tab")
    browser.get(conversation)
    ask(browser, "Et ailleurs ?")
    find(browser, "article.answer", 4)
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
    browser.refresh()
    find(browser, "article.answer", 4)
    find(browser, ".understood button")[0].click()
    find(browser, "article.answer", 5)
    find(browser, ".subjects .plain")[0].click()
    find(browser, "article.answer", 0)
    find(browser, ".subjects a:last-child")[0].click()
    find(browser, ".articles summary")[0].click()
    field = find(browser, ".articles input")[0]
    field.clear()
    field.send_keys("Fresnel")
    find(browser, ".articles form button", 2)[0].click()
    wait_for(browser, "return document.querySelector('.articles a').textContent == 'Fresnel'")


def test_the_pages_are_accessible_and_fit_a_phone(browser: Chrome, address: str) -> None:
    for question in (QUESTION, LATER):
        browser.get(address)
        ask(browser, question)
        find(browser, "article.answer")
        wait_for(browser, "return location.pathname.startsWith('/conversations/')")
    pages = [browser.current_url, f"{address}/conversations", f"{address}/conversations?q=absent"]
    for page in pages:
        check_accessible(browser, page)
        with phone(browser, 320):
            browser.get(page)
            for summary in browser.find_elements(By.CSS_SELECTOR, ".articles summary"):
                summary.click()
            width = browser.execute_script("return document.documentElement.scrollWidth")
            assert width <= 320, page


def test_they_work_without_a_script(browser_without_script: Chrome, address: str) -> None:
    browser = browser_without_script
    browser.get(address)
    for count, question in enumerate((QUESTION, LATER), 1):
        ask(browser, question)
        find(browser, "article.answer", count)
    find(browser, ".understood button")[0].click()
    find(browser, "article.answer", 3)
    find(browser, ".subjects a:last-child")[0].click()
    find(browser, ".articles summary")[0].click()
    find(browser, ".articles form button", 2)[1].click()
    find(browser, ".articles li", 0)

"""Asking in a real browser, with and without the script."""

from __future__ import annotations

import asyncio
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from pypdfium2 import PdfDocument
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from bot.answer import Answer, Statement
from bot.answering.refusal import lower
from bot.errors import WebError
from bot.followups.turn import TurnText
from bot.locale.answers import Phrases
from bot.web.app import create_app
from bot.web.citation_formats import CitationFormats
from bot.web.feature import MenuLink, WebFeature
from bot.web.rendering import STATIC
from bot.web.service import WebService
from tests.bot.messenger.samples import BIRTH, INSTALLED, LENS, answered, cite
from tests.bot.web.archive_answers import ARCHIVE_ANSWERS, COMPARISON
from tests.bot.web.browser import (
    WAIT_SECONDS,
    check_accessible,
    check_page,
    phone,
    served,
)
from tests.bot.web.conftest import QUESTION
from tests.e2e.telegram import StubChain

DOUBT = "Quand le phare a-t-il été allumé ?"
UNSAID = "Qui sera le gardien en 2030 ?"
SLOW = "Une longue question ?"


class SlowChain(StubChain):
    def __init__(self) -> None:
        super().__init__()
        self.began, self.closed = threading.Event(), threading.Event()

    async def ainvoke(self, input: TurnText) -> Answer:
        if input.question == SLOW:
            self.began.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.closed.set()
        return await super().ainvoke(input)


@pytest.fixture
def chain() -> SlowChain:
    chain = SlowChain()
    lens = answered(QUESTION, cite(1, LENS))
    marked = Statement(LENS, (1,), (LENS.index("en 1822"), LENS.index("en 1822") + 7))
    chain.answers[QUESTION] = replace(lens, statements=(marked,))
    doubtful = answered(DOUBT, cite(1, INSTALLED), cite(2, BIRTH))
    chain.answers |= {DOUBT: lower(doubtful), **ARCHIVE_ANSWERS}
    return chain


@pytest.fixture
def address(service: WebService) -> Iterator[str]:
    service.settings.web_embed = ("https://www.exemple.fr",)
    with served(create_app(service)) as address:
        yield address


def find(browser: Chrome, selector: str, count: int = 1) -> list[WebElement]:
    def enough(browser: Chrome) -> list[WebElement] | bool:
        elements = browser.find_elements(By.CSS_SELECTOR, selector)
        return (elements or True) if len(elements) == count else False

    return WebDriverWait(browser, WAIT_SECONDS).until(enough)  # type: ignore[return-value]


def ask(browser: Chrome, question: str) -> None:
    find(browser, "#q")[0].send_keys(question)
    find(browser, "form.ask button")[0].click()


def wait_for(browser: Chrome, script: str) -> None:
    WebDriverWait(browser, WAIT_SECONDS).until(lambda page: page.execute_script(script))


def test_answers_come_in_place_and_each_has_its_look(browser: Chrome, address: str) -> None:
    browser.get(address)
    ask(browser, QUESTION)
    assert find(browser, ".outcome.sure")[0].text == "Les articles le disent"
    assert find(browser, "blockquote mark")[0].text == "en 1822"
    find(browser, "details.passage summary")[0].click()
    assert "en 1822" in find(browser, "details.passage mark")[0].text
    check_page(browser)
    find(browser, "button[value=bad]")[0].click()
    find(browser, "button[value=incomplete]")[0].click()
    assert find(browser, "button[value=bad][aria-pressed=true]")[0].text == "Pas utile"
    wait_for(browser, "return document.getElementById('q').value == ''")
    ask(browser, DOUBT)
    find(browser, "article.answer", 2)
    assert "Le plus proche" in find(browser, ".outcome.perhaps")[0].text
    wait_for(browser, "return document.getElementById('q').value == ''")
    ask(browser, UNSAID)
    find(browser, "article.answer", 3)
    assert find(browser, ".outcome.no")[0].text == "Les articles ne le disent pas"
    wait_for(browser, "return document.getElementById('status').textContent == 'Réponse prête.'")
    browser.back()
    find(browser, "article.answer", 0)
    browser.forward()
    find(browser, "article.answer", 3)


def test_an_answer_is_printed_as_an_article_with_footnotes(browser: Chrome, address: str) -> None:
    browser.get(address)
    ask(browser, QUESTION)
    find(browser, "article.answer")
    assert find(browser, "ol.printed li")[0].text == ""  # on paper alone
    with closing(PdfDocument(b64decode(browser.print_page()))) as document:
        (page,) = document
        text = "".join(page.get_textpage().get_text_bounded().split())
    footnote = CitationFormats(cite(1, LENS), Phrases.of("fr"), address).footnote
    assert "".join(f"{LENS}1".split()) in text
    assert "".join(f"1.{footnote}".split()) in text
    for button in ("Demander", "Copier", "Lire", "Utile", "Lien"):
        assert button not in text


def test_the_scripts_of_all_pages_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC.parent.parent.rglob("static/*.js")}
    assert {"selon.js", "widget.js", "embed.js"} <= set(sizes)
    assert sum(sizes.values()) <= 20_000


def test_escape_stops_an_answer_and_an_error_is_told_in_its_card(
    browser: Chrome, address: str, chain: SlowChain
) -> None:
    browser.get(address)
    ask(browser, SLOW)
    assert chain.began.wait(WAIT_SECONDS)
    find(browser, "body")[0].send_keys(Keys.ESCAPE)
    wait_for(browser, "return !document.querySelector('article.answer')")
    assert find(browser, "#status")[0].get_attribute("textContent") == "Arrêté."
    assert chain.closed.wait(WAIT_SECONDS)
    chain.answers[UNSAID] = WebError("web-question-empty")
    browser.get(address)
    ask(browser, UNSAID)
    wait_for(browser, "return document.body.innerText.includes('Il n’y a pas de question')")


def test_all_works_without_a_script(browser_without_script: Chrome, address: str) -> None:
    browser = browser_without_script
    browser.get(address)
    ask(browser, QUESTION)
    assert find(browser, "blockquote")[0].text == LENS
    find(browser, "details.passage summary")[0].click()
    assert find(browser, "details.passage mark")[0].text == LENS
    find(browser, "details.copy summary")[0].click()
    assert "@article" in find(browser, "details.copy pre", 4)[2].text
    find(browser, "button[value=bad]")[0].click()
    find(browser, "button[value=wrong]")[0].click()
    find(browser, "button[value=bad][aria-pressed=true]")
    ask(browser, "Et quand ?")
    assert find(browser, "article.answer h2", 2)[1].text == QUESTION


def test_pages_are_accessible_and_fit_a_phone(browser: Chrome, address: str) -> None:
    paths = ("", "absent", "entrer", "mesdonnees", "oublier", "embed", "api")
    pages = [f"{address}/{path}" for path in paths]
    for question in (QUESTION, DOUBT, UNSAID, *ARCHIVE_ANSWERS):
        browser.get(address)
        ask(browser, question)
        find(browser, "article.answer")
        wait_for(browser, "return location.pathname.startsWith('/conversations/')")
        pages.append(browser.current_url)
    for page in pages:
        check_accessible(browser, page)
        with phone(browser, 320):
            browser.get(page)
            width = browser.execute_script("return document.documentElement.scrollWidth")
            assert width <= 320, page


def test_a_comparison_is_in_two_columns_that_stack_on_a_phone(
    browser: Chrome, address: str
) -> None:
    browser.get(address)
    ask(browser, COMPARISON)
    first, second = find(browser, ".beside:has(.side-1) > section", 2)
    assert first.location["y"] == second.location["y"]
    assert first.location["x"] < second.location["x"]
    with phone(browser, 320):
        browser.get(browser.current_url)
        first, second = find(browser, ".beside:has(.side-1) > section", 2)
        assert first.location["x"] == second.location["x"]
        assert first.location["y"] < second.location["y"]


def test_the_menu_is_one_line_on_a_phone(browser: Chrome, service: WebService) -> None:
    names = ["Le Quotidien", "Podcasts", "Arène"]
    links = [MenuLink(f"/{name}", lambda code, name=name: name) for name in names]
    with served(create_app(service, [WebFeature((), links)])) as address:
        check_accessible(browser, address)
        with phone(browser):
            browser.get(address)
            script = "return document.querySelector('.top nav').getClientRects()[0].height"
            assert browser.execute_script(script) < 40
    assert find(browser, ".top nav a", 2 + len(names))

"""Without a connection or a server, a card says so, keeps the question and tries again."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from selenium.webdriver import Chrome
from selenium.webdriver.support.wait import WebDriverWait
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.answer import Answer
from bot.errors import TooBusy, TooManyQuestions
from bot.followups.turn import TurnText
from bot.settings import Settings
from bot.state.database import open_state
from bot.web.app import create_app
from bot.web.rendering import STATIC
from bot.web.service import WebService
from index.errors import StoreError
from tests.bot.messenger.samples import BIRTH, FRESNEL, LENS, answered, cite
from tests.bot.web.browser import WAIT_SECONDS, check_page, served
from tests.bot.web.conftest import QUESTION
from tests.bot.web.test_asking_in_browser import ask, find, wait_for
from tests.e2e.telegram import Shelf, StubChain
from tests.postgres.server import free_port

BORN = "Quand Fresnel est-il né ?"
ANSWERS = {QUESTION: answered(QUESTION, cite(1, LENS)), BORN: answered(BORN, cite(1, BIRTH))}
RETRY = "#answers .card .plain"


class StuckChain(StubChain):
    """Begins to answer one question, and never ends."""

    def __init__(self, begun: Any, **answers: Any) -> None:
        super().__init__(**answers)
        self._begun = begun

    async def ainvoke(self, input: TurnText) -> Answer:
        if input.question == BORN and not input.is_extractive:
            self._begun.set()
            await asyncio.Event().wait()
        return await super().ainvoke(input)


@contextmanager
def application(folder: Path, chain: Any) -> Iterator[ASGIApp]:
    shelf: Any = Shelf(FRESNEL)
    settings = Settings(_env_file=None, data_dir=folder)
    with closing(open_state(f"sqlite:///{folder}/state.sqlite")) as state:
        yield create_app(WebService(chain, shelf, state, settings))


def serve(folder: Path, port: int, begun: Any) -> None:
    """Serve in this process; one question never ends, and the event is set once it begins."""
    with application(folder, StuckChain(begun, **ANSWERS)) as app:
        uvicorn.run(app, port=port, log_config=None)


@contextmanager
def running(folder: Path, port: int, begun: Any) -> Iterator[Callable[[], None]]:
    """A server in a process of its own, and what kills it."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(folder, port, begun), daemon=True)
    process.start()
    try:
        yield process.kill
    finally:
        process.kill()
        process.join()


def reach(browser: Chrome, address: str) -> None:
    """Open a page once its server answers."""

    def is_open(browser: Chrome) -> bool:
        browser.get(address)
        return "Selon" in browser.title

    WebDriverWait(browser, WAIT_SECONDS, ignored_exceptions=[Exception]).until(is_open)


@pytest.fixture
def address(service: WebService) -> Iterator[str]:
    with served(create_app(service)) as address:
        yield address


@contextmanager
def offline(browser: Chrome) -> Iterator[None]:
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.enable", {})
    send = partial(browser.execute_cdp_cmd, "Network.emulateNetworkConditions")
    send({**conditions, "offline": True})
    try:
        yield
    finally:
        send({**conditions, "offline": False})


def said(browser: Chrome) -> str:
    """What the card of a problem says."""
    return find(browser, "#answers .card:has(.plain) .note")[0].text


def test_without_a_connection_the_question_waits(browser: Chrome, address: str) -> None:
    browser.get(address)
    with offline(browser):
        ask(browser, QUESTION)
        find(browser, RETRY)
        assert said(browser).startswith("Pas de connexion.")
        assert find(browser, "#answers h2")[0].text == QUESTION
        assert find(browser, "#q")[0].get_attribute("value") == QUESTION
        check_page(browser)
    find(browser, RETRY)[0].click()
    assert find(browser, "article.answer blockquote")[0].text == LENS
    wait_for(browser, "return document.getElementById('q').value == ''")
    with offline(browser):
        find(browser, "button[value=good]")[0].click()
        wait_for(browser, "return document.body.innerText.includes('Votre avis n’est pas parti')")
    find(browser, "button[value=good]")[0].click()
    find(browser, "button[value=good][aria-pressed=true]")


def test_a_server_that_is_killed_in_an_answer_is_asked_again_once_it_is_back(
    browser: Chrome, tmp_path: Path
) -> None:
    port = free_port()
    begun = multiprocessing.get_context("spawn").Event()
    address = f"http://127.0.0.1:{port}/"
    with running(tmp_path, port, begun) as kill:
        reach(browser, address)
        ask(browser, QUESTION)
        find(browser, "article.answer")
        wait_for(browser, "return document.getElementById('q').value == ''")
        ask(browser, BORN)
        assert begun.wait(WAIT_SECONDS)
        kill()
        find(browser, RETRY)
        assert "Votre question est gardée ici." in said(browser)
        find(browser, RETRY)[0].click()
        wait_for(browser, "return document.body.innerText.includes('Selon ne répond pas')")
    find(browser, "article.answer")  # the first answer is still there
    with application(tmp_path, StubChain(**ANSWERS)) as app, served(app, port):

        def is_answered(browser: Chrome) -> bool:
            for button in browser.find_elements("css selector", RETRY):
                button.click()
            return len(browser.find_elements("css selector", "article.answer")) == 2

        WebDriverWait(browser, WAIT_SECONDS).until(is_answered)
        browser.refresh()
        find(browser, "article.answer", 2)


def test_limits_and_failures_are_told_in_the_card(
    browser: Chrome, address: str, chain: StubChain
) -> None:
    chain.answers[BORN] = TooBusy("web-busy", seconds=10)
    browser.get(address)
    ask(browser, BORN)
    find(browser, RETRY)
    assert "en même temps" in said(browser)
    chain.answers[BORN] = StoreError("pg-failed")
    find(browser, RETRY)[0].click()
    wait_for(browser, "return document.body.innerText.includes('Quelque chose n’a pas marché')")
    chain.answers[BORN] = TooManyQuestions("web-too-many", seconds=30)
    find(browser, RETRY)[0].click()
    wait_for(browser, "return document.body.innerText.includes('Trop de demandes')")
    check_page(browser)


def test_an_answer_that_takes_long_says_so(
    browser: Chrome, service: WebService, tmp_path: Path
) -> None:
    begun = threading.Event()
    object.__setattr__(service, "chain", StuckChain(begun))
    with served(create_app(service)) as address:
        browser.get(address)
        ask(browser, BORN)
        wait_for(browser, "return document.body.innerText.includes('plus que d’habitude')")
        assert find(browser, "#q")[0].get_attribute("value") == BORN
        check_page(browser)
        browser.get("about:blank")


class Broken:
    """The application behind a network that loses answers: cut off once stored, or `silent`."""

    def __init__(self, app: ASGIApp, *, silent: bool) -> None:
        self._app = app
        self._silent = silent
        self.is_broken = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/static/selon.js" and self._silent:
            script = (STATIC / "selon.js").read_text("utf-8").replace("= 30000", "= 1500")
            await Response(script, media_type="text/javascript")(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)

        if scope.get("path") != "/answer" or not self.is_broken:
            await self._app(scope, receive, send)
            return
        self.is_broken = False
        await self._app(scope, receive, send_head)
        if self._silent:
            await asyncio.Event().wait()


@pytest.mark.parametrize("silent", [False, True])
def test_an_answer_that_was_lost_on_its_way_is_said_and_taken_up(
    browser: Chrome, service: WebService, silent: bool
) -> None:
    with served(Broken(create_app(service), silent=silent)) as address:
        browser.get(address)
        ask(browser, QUESTION)
        find(browser, RETRY)
        assert said(browser).startswith("La connexion s’est coupée")
        find(browser, RETRY)[0].click()
        find(browser, "article.answer")
        wait_for(browser, "return location.pathname.startsWith('/conversations/')")
        assert [turn.question for turn in service.chain.said].count(QUESTION) == 1  # type: ignore[attr-defined]
        browser.refresh()
        find(browser, "article.answer")

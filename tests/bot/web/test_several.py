"""Several processes behind a proxy, over one database, are one to their visitors."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from bot.settings import Settings
from bot.state.database import open_state
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.messenger.samples import LENS
from tests.bot.state.conftest import url
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.bot.web.library import answer_paths

__all__ = ["url"]


def ask(browser: TestClient, question: str) -> str:
    form = {"q": question, "conversation": "7"}
    return browser.post("/", data=form, follow_redirects=False).headers["location"]


def test_an_answer_of_one_is_that_of_all(url: str, tmp_path: Path, chain: Any, shelf: Any) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    with ExitStack() as opened:
        browsers = []
        for _ in range(3):
            state = opened.enter_context(closing(open_state(url)))
            app = create_app(WebService(chain, shelf, state, settings))
            client = TestClient(app, base_url=ORIGIN)
            browsers.append(opened.enter_context(client))
        browsers[0].get("/")
        for browser in browsers[1:]:
            browser.cookies = browsers[0].cookies
        first, second, third = browsers
        conversation = second.get(ask(first, QUESTION)).text
        assert LENS in conversation
        (at,) = answer_paths(conversation)
        second.post(f"{at}/vote", data={"vote": "good"})
        assert "1 question, 1 vote" in third.get("/mesdonnees").text
        # What was asked earlier in this conversation is shown.
        assert QUESTION in first.get(ask(third, "Et quand ?")).text
        second.post("/oublier")
        assert first.get(at).status_code == 404

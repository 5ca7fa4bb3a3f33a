"""Several processes behind a proxy, over one database, are one to their visitors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.settings import Settings
from bot.state.database import open_state
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.bot.state.conftest import url
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import Shelf, StubChain

__all__ = ["url"]
PROCESSES = 3
BURST = 6


@pytest.fixture
def processes(url: str, tmp_path: Path) -> Iterator[Sequence[TestClient]]:
    """A browser at each of them, with the same cookies."""
    settings = Settings(_env_file=None, data_dir=tmp_path, question_burst=BURST)
    cookies = {"selon": "c" * 22}
    with ExitStack() as opened:
        browsers = []
        for _ in range(PROCESSES):
            state = opened.enter_context(closing(open_state(url)))
            chain: Any = StubChain(**{QUESTION: answered(QUESTION, cite(1, LENS))})
            shelf: Any = Shelf(FRESNEL)
            app = create_app(WebService(chain, shelf, state, settings))
            client = TestClient(app, base_url=ORIGIN, cookies=cookies)
            browsers.append(opened.enter_context(client))
        yield browsers


def ask(browser: TestClient, question: str = QUESTION) -> Any:
    form = {"q": question, "conversation": "7"}
    return browser.post("/", data=form, follow_redirects=False)


def test_an_answer_of_one_is_that_of_all(processes: Sequence[TestClient]) -> None:
    first, second, third = processes
    at = ask(first).headers["location"]
    assert LENS in second.get(at).text
    second.post(f"{at}/vote", data={"vote": "good"})
    assert "1 question, 1 vote" in third.get("/mesdonnees").text
    follow_up = ask(third, "Et quand ?").headers["location"]
    assert QUESTION in first.get(follow_up).text  # earlier in this conversation
    second.post("/oublier")
    assert first.get(at).status_code == 404


def test_they_share_the_limits(processes: Sequence[TestClient]) -> None:
    statuses = [ask(processes[turn % PROCESSES]).status_code for turn in range(3 * BURST)]
    assert statuses[:3] == [303] * 3
    assert statuses[-1] == 429
    # Each counts the first half of a burst by itself, so as not to ask the database.
    assert statuses.count(303) <= (PROCESSES + 1) * BURST // 2

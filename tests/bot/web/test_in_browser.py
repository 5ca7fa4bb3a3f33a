"""The reader in a real browser: it opens at the quote, without a script and on a phone too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from bot.answer import Citation
from bot.web.answer_view import quotes_path
from bot.web.app import create_app
from bot.web.service import WebService
from index.article import Article
from index.ingestion.builder import build
from index.ingestion.passages import cut
from tests.bot.web.browser import check_accessible, phone, served
from tests.bot.web.library import open_service
from tests.bot.web.test_article_text import squeezed
from tests.fakes import FakeEmbedder

ROOT = Path(__file__).parents[3]
EVERY = 8
"""Of so many articles of the corpus one is opened."""

_MARKS = """
const marks = [...document.querySelectorAll(`mark[data-quotes~="${arguments[0]}"]`)];
const first = document.getElementById(`c${arguments[0]}`).getBoundingClientRect();
return {
  text: marks.map(mark => mark.textContent).join(" "),
  top: first.top, bottom: first.bottom, right: first.right,
  bar: document.querySelector(".bar").getBoundingClientRect().bottom,
  height: innerHeight, width: document.documentElement.scrollWidth, window: innerWidth,
};
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebService, str]]:
    folder = tmp_path_factory.mktemp("corpus")
    build([ROOT / "corpus"], folder, FakeEmbedder())
    with open_service(folder) as service, served(create_app(service)) as address:
        yield service, address


def articles(service: WebService) -> Iterator[Article]:
    for entry in service.library.newest(1_000):
        article = service.library.article(entry.id)
        assert article is not None
        yield article


def cite(article: Article) -> Sequence[Citation]:
    """The first sentence of an article, one of its middle, and the last."""
    found = [(sentence, passage) for passage in cut(article) for sentence in passage.sentences]
    places = sorted({0, len(found) // 2, len(found) - 1})
    return [Citation.of(number, *found[at], article) for number, at in enumerate(places, 1)]


def check_opened(browser: Chrome, address: str, citation: Citation, number: int) -> None:
    """The mark is in view below the bar, and holds the quote."""
    browser.get("about:blank")  # or an address that differs by its fragment is not loaded again
    browser.get(address)
    seen: dict[str, Any] = browser.execute_script(_MARKS, number)
    assert squeezed(seen["text"]) == squeezed(citation.quote)
    assert seen["bar"] <= seen["top"], address
    assert seen["top"] + 20 <= seen["height"], address
    assert seen["width"] <= seen["window"], address


def test_articles_open_at_their_quotes(browser: Chrome, corpus: tuple[WebService, str]) -> None:
    service, address = corpus
    for article in islice(articles(service), 0, None, EVERY):
        cited = cite(article)
        for number, citation in enumerate(cited, 1):
            check_opened(browser, address + quotes_path(cited, number), citation, number)
        with phone(browser, 390):
            check_opened(browser, address + quotes_path(cited, 2), cited[1], 2)


def test_it_opens_at_the_quote_without_a_script(
    browser_without_script: Chrome, corpus: tuple[WebService, str]
) -> None:
    service, address = corpus
    cited = cite(next(articles(service)))
    browser = browser_without_script
    browser.get("data:text/html,<title>off</title><script>document.title = 'on'</script>")
    assert browser.title == "off"
    check_opened(browser, address + quotes_path(cited, 3), cited[2], 3)


def test_everybody_can_use_the_pages(browser: Chrome, corpus: tuple[WebService, str]) -> None:
    service, address = corpus
    listed = next(article for article in articles(service) if "jeux-olympiques" in article.path)
    paths = ("/articles?q=Paris&language=fr", "/articles?since=hier", "/articles/inconnu")
    for path in (quotes_path(cite(listed), 2), *paths):
        check_accessible(browser, address + path)

"""Articles on their pages: at a quote, in a list, and gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.answer import Citation
from bot.web import article_text
from bot.web.answer_view import quotes_path
from bot.web.articles import PAGE_SIZE
from bot.web.service import WebService
from index.article import Article
from index.ingestion.passages import cut
from index.store.factory import open_store
from index.store.removals import RemovedArticles
from tests.bot.messenger.samples import BIRTH, FRESNEL, LENS, answered, cite
from tests.bot.web.conftest import QUESTION
from tests.bot.web.library import answer_paths, open_client, open_service
from tests.e2e.telegram import Shelf, StubChain
from tests.index.samples import BRIDGE, article, full, three

SHELF = {"published": date(2024, 5, 1), "outlet": "Le Phare", "category": "Mer & côte"}
PHARE = replace(article("phare", "Le phare de Cordouan date de 1611. Il est classé."), **SHELF)
REPRINT = replace(PHARE, id="reprint", path="lettres/courrier.pdf", outlet=None, published=None)
ARTICLES = [PHARE, REPRINT, full(), *three()]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    with open_service(tmp_path_factory.mktemp("web"), ARTICLES) as service:
        yield service


@pytest.fixture
def pages(indexed: WebService) -> Iterator[TestClient]:
    with open_client(indexed) as client:
        yield client


def citations(source: Article, *places: int) -> list[Citation]:
    found = [(sentence, passage) for passage in cut(source) for sentence in passage.sentences]
    return [Citation.of(number, *found[place], source) for number, place in enumerate(places, 1)]


def marks(page: str, number: int = 1) -> str:
    found = re.findall(r'<mark data-quotes="([\d ]+)"[^>]*>(.*?)</mark>', page)
    return unescape("".join(text for numbers, text in found if str(number) in numbers.split()))


def titles(page: str) -> list[str]:
    return re.findall(r"<cite[^>]*><a[^>]*>(.*?)</a></cite>", page)


def test_an_article_opens_at_a_quote(pages: TestClient) -> None:
    source = three()[0]
    first, second = citations(source, 0, 1)
    page = pages.get(quotes_path([first, second], 2)).text
    assert (marks(page, 1), marks(page, 2)) == (first.quote, second.quote)
    assert re.search(r'<mark data-quotes="2" id="c2" class="current">', page)
    assert "Citation 2 sur 2" in page
    assert f'rel="prev" href="{quotes_path([first, second], 1)}"'.replace("&", "&amp;") in page
    assert 'rel="next"' not in page


def test_headings_are_shown_and_no_quote_that_is_no_longer_there(pages: TestClient) -> None:
    page = pages.get(f"/articles/{full().id}").text
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == ["Origine", "Suite"]
    assert "A. Noûr · 29 février 2024 · français" in page
    assert 'href="https://example.org/full?a=1"' in page
    changed = replace(three()[0], text=BRIDGE.replace("1901", "1902"))
    page += pages.get(quotes_path(citations(changed, 0))).text
    assert "1901" in page
    assert "<mark" not in page


def test_other_versions_are_listed(pages: TestClient) -> None:
    kept = pages.get(f"/articles/{PHARE.id}").text
    assert "Autres versions" in kept
    assert f'<a href="/articles/{REPRINT.id}">Phare</a>, lettres/courrier.pdf' not in kept
    assert f'<a href="/articles/{REPRINT.id}">Phare</a>, courrier.pdf' in kept
    copy = pages.get(f"/articles/{REPRINT.id}").text
    assert "Le phare de Cordouan date de 1611." in copy
    assert f'une autre version de cet article\u00a0: <a href="/articles/{PHARE.id}"' in copy
    assert "<dt>Fichier</dt><dd>courrier.pdf</dd>" in copy


def test_the_list_has_days_opening_lines_and_authors(pages: TestClient) -> None:
    page = unescape(pages.get("/articles").text)
    assert '<h2><a href="?since=2024-05-01&until=2024-05-01">1er mai 2024</a></h2>' in page
    opening = page[page.index(f'href="/articles/{PHARE.id}"') :]
    assert "Le phare de Cordouan date de 1611.</p>" in opening
    assert "Il est classé" not in page
    mine = pages.get("/articles", params={"author": full().author}).text
    assert titles(mine) == [full().title]
    assert '<option value="A. Noûr" selected>' in mine
    assert "<h2><a" not in pages.get("/articles", params={"q": "phare"}).text


@pytest.mark.parametrize("name", ["0123456789ab", "..%2F..%2Fetc%2Fpasswd", "a/b", "%00"])
def test_an_unknown_article_is_not_found(pages: TestClient, name: str) -> None:
    response = pages.get(f"/articles/{name}")
    assert response.status_code == 404
    assert "Article introuvable" in response.text


def test_a_withdrawn_article_is_not_found(tmp_path: Path) -> None:
    source = three()[0]
    with open_service(tmp_path, three()) as service, open_client(service) as pages:
        assert pages.get(f"/articles/{source.id}").status_code == 200
        RemovedArticles(open_store(tmp_path)).add([source])
        response = pages.get(quotes_path(citations(source, 0)))
        assert response.status_code == 404
        assert "1901" not in response.text
        assert source.title not in pages.get("/articles").text


@pytest.mark.parametrize(
    "query",
    [
        *("?ref=", "?ref=p:x:1:2:3:4:00000000&n=1", f"?ref=p:x:{'9' * 5000}:2:3:4:00000000"),
        *("?n=9", "?n=x&part=x", "?part=99999", "?a=nothing"),
    ],
)
def test_an_address_that_names_no_quote_opens_the_article(pages: TestClient, query: str) -> None:
    page = pages.get(f"/articles/{three()[0].id}{query}")
    assert page.status_code == 200
    assert "trente mètres" in page.text
    assert "<mark" not in page.text


def test_long_articles_come_in_parts(pages: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_text, "PART_CHARACTERS", 30)
    source = three()[1]
    last = citations(source, -1)
    page = pages.get(quotes_path(last)).text
    assert marks(page) == last[0].quote
    assert "Partie 2 sur 3" in page
    assert "Le moulin broie" not in page
    assert "Le moulin broie" in pages.get(f"/articles/{source.id}?part=1").text


def test_a_stored_answer_shows_all_its_quotes_or_that_the_article_changed(
    client: TestClient, chain: StubChain, shelf: Shelf
) -> None:
    chain.answers[QUESTION] = answered(QUESTION, cite(1, LENS), cite(2, BIRTH))
    asked = client.post("/", data={"q": QUESTION})
    key = answer_paths(asked.text)[0].removeprefix("/a/")
    page = client.get(f"/articles/{FRESNEL.id}", params={"a": key, "n": 2}).text
    assert (marks(page, 1), marks(page, 2)) == (LENS, BIRTH)
    assert "Citation 2 sur 2" in page
    assert f'href="/articles/{FRESNEL.id}?a={key}&amp;n=1#c1"' in page
    shelf.articles[FRESNEL.id] = replace(FRESNEL, text="Tout est réécrit.", sections=())
    page = client.get(f"/articles/{FRESNEL.id}", params={"a": key, "n": 1}).text
    assert "Tout est réécrit." in page
    assert "L’article a changé depuis cette réponse" in page
    assert f'<a href="{asked.url.path}#a-{key}">← La réponse</a>' in page
    assert "<mark" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Phare", "L’histoire entière"]),
        ("outlet=Le+Phare", ["Phare"]),
        ("category=Mer+%26+c%C3%B4te", ["Phare"]),
        ("language=en", ["Harbour"]),
        ("since=2024&until=2024-03", ["L’histoire entière"]),
        ("q=moulin", ["Moulin"]),
        ("q=moulin&language=en", []),
        ("q=https://example.org/full?a%3D1", ["L’histoire entière"]),
        ("page=9", ["Phare", "L’histoire entière"]),
        ("page=-1", ["Phare", "L’histoire entière"]),
    ],
)
def test_articles_are_filtered(pages: TestClient, query: str, expected: list[str]) -> None:
    response = pages.get(f"/articles?{query}")
    assert response.status_code == 200
    assert titles(response.text)[: max(1, len(expected))] == expected


def test_filters_offer_what_there_is_and_keep_what_was_chosen(pages: TestClient) -> None:
    page = pages.get("/articles?category=Mer+%26+c%C3%B4te&since=2024-05-01").text
    assert '<option value="Mer &amp; côte" selected>Mer &amp; côte</option>' in page
    assert '<option value="Le Phare">Le Phare</option>' in page
    assert '<option value="en">anglais</option>' in page
    assert 'name="since" type="date" value="2024-05-01"' in page
    assert "1 article <" in page


def test_days_that_are_none_are_refused(pages: TestClient) -> None:
    for query in ("since=hier", "since=2025&until=2024", "until=2024-13"):
        response = pages.get(f"/articles?{query}")
        assert (response.status_code, titles(response.text)) == (400, [])
        assert "Ces dates ne vont pas" in response.text


def test_searches_are_limited_less_than_questions(indexed: WebService) -> None:
    now = indexed.now()
    with open_client(replace(indexed, now=lambda: now)) as pages:
        codes = [pages.get("/articles?q=moulin").status_code for _ in range(100)]
        assert set(codes[:80]) == {200}
        assert codes[-1] == 429
        assert pages.get("/articles").status_code == 200


def test_a_long_list_has_pages_that_keep_the_filters(tmp_path: Path) -> None:
    sources = [
        replace(article(f"n{n}", f"Le canal {n} va à la mer."), published=date(2024, 1, 1 + n))
        for n in range(PAGE_SIZE + 3)
    ]
    with open_service(tmp_path, sources) as service, open_client(service) as pages:
        first = pages.get("/articles?language=fr").text
        assert titles(first) == [source.title for source in reversed(sources)][:PAGE_SIZE]
        assert "Page 1 sur 2" in first
        address = re.search(r'rel="next" href="([^"]+)"', first)
        assert address is not None
        second = pages.get(f"/articles{unescape(address[1])}").text
        assert titles(second) == [source.title for source in reversed(sources)][PAGE_SIZE:]
        assert "Page 2 sur 2" in second
        assert 'rel="next"' not in second

"""The page that asks and answers, without a script."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.state.database import State
from bot.state.tables import PersonRow, TurnRow, VoteRow
from bot.web.access import LOGIN
from bot.web.serve import forget
from bot.web.service import Visitor, WebService
from index.errors import StoreError
from tests.bot.messenger.samples import BIRTH, FRESNEL, LENS, LIGHT, answered, article, cite
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.bot.web.library import answer_paths
from tests.e2e.telegram import Shelf, StubChain


def test_a_follow_up_knows_what_was_asked_before(client: TestClient, chain: StubChain) -> None:
    page = client.post("/", data={"q": QUESTION, "conversation": "7"})
    assert 'name="conversation" value="7"' in page.text
    page = client.post("/", data={"q": "Et quand ?", "conversation": "7"})
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
    client.post("/", data={"q": "Et quand ?", "conversation": "8"})
    assert chain.said[-1].history == ()
    alone = answer_paths(page.text)[0]
    assert 'value="7"' in client.get(alone).text
    client.cookies.clear()  # somebody else
    assert 'value="7"' not in client.get(alone).text


def test_a_link_from_elsewhere_asks_nothing(client: TestClient, chain: StubChain) -> None:
    page = client.get("/", params={"q": QUESTION}, headers={"sec-fetch-site": "cross-site"})
    assert f'value="{QUESTION}"' in page.text
    assert QUESTION not in chain.questions
    assert LENS in client.get("/", params={"q": QUESTION}).text


def test_a_page_without_an_index_names_no_number_of_articles(
    client: TestClient, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ">1 article," in client.get("/").text
    monkeypatch.setattr(shelf, "generation", Mock(side_effect=StoreError("pg-failed")))
    page = client.get("/")
    assert page.status_code == 200
    assert "0 article" not in page.text


def test_the_home_page_says_what_the_articles_cover(client: TestClient, shelf: Shelf) -> None:
    old = replace(FRESNEL, id="ancien", title="Avant", published=date(1999, 1, 2))
    undated = replace(FRESNEL, id="sans", title="Sans date", published=None)
    shelf.articles |= {old.id: old, undated.id: undated}
    page = unescape(client.get("/").text)
    assert "3 articles, du 2 janvier 1999 au 1er mars 2024." in page
    headlines = page[page.index("Les titres du 1") :]
    assert f'href="/articles/{FRESNEL.id}">Fresnel & les phares</a>' in headlines
    assert "Avant" not in headlines


def test_a_page_is_told_by_its_title(client: TestClient, shelf: Shelf) -> None:
    titled = replace(FRESNEL, title="Le phare : « qui l’éteint ? »")
    shelf.articles[FRESNEL.id] = titled
    for path, title in (
        ("/rien", "Cette page n’existe pas, ou plus."),
        (LOGIN, "Ces pages sont privées"),
        (f"/articles/{FRESNEL.id}", "Le phare\u00a0: «\u00a0qui l’éteint\u00a0?\u00a0»"),
    ):
        assert f"<title>{title} · Selon</title>" in client.get(path).text


def address(client: TestClient, question: str = QUESTION) -> str:
    return answer_paths(client.post("/", data={"q": question}).text)[0]


def test_a_vote_asks_for_its_reason_and_both_count(client: TestClient, state: State) -> None:
    at = address(client)
    assert "C’est faux" in client.post(f"{at}/vote", data={"vote": "bad"}).text
    part = client.post(f"{at}/vote", data={"reason": "wrong"}, headers={"x-part": "1"}).text
    assert "<html" not in part
    with state.session() as session:
        row = session.scalars(select(VoteRow)).one()
        assert (row.good, row.reason) == (False, "wrong")
    client.post(f"{at}/vote", data={"vote": "good"})
    with state.session() as session:
        assert session.scalars(select(VoteRow.good)).all() == [True]


def test_an_answer_stays_until_its_article_is_withdrawn(client: TestClient, shelf: Shelf) -> None:
    at = address(client)
    changed = FRESNEL.text.replace("en 1822", "en 1823")
    shelf.articles[FRESNEL.id] = article(changed)
    page = client.get(at).text
    assert LENS in page
    assert "il ne dit plus exactement cela" in page
    shelf.articles[FRESNEL.id] = article(f"Corrigé.\n\n{FRESNEL.text}")
    assert "il ne dit plus exactement cela" not in client.get(at).text
    del shelf.articles[FRESNEL.id]
    page = client.get(at)
    assert page.status_code == 200
    assert LENS not in page.text
    assert "Les articles cités ont été retirés" in page.text


def test_each_quote_can_be_opened_and_copied(client: TestClient, chain: StubChain) -> None:
    chain.answers[QUESTION] = answered(QUESTION, cite(1, LENS), cite(2, BIRTH))
    page = unescape(client.get(address(client)).text)
    assert page.count("Lire dans l’article") == 2
    assert re.findall(r"/articles/\w+\?a=[\w-]+&n=(\d)#c\1\">Lire", page) == ["1", "2"]
    for quote in (LENS, BIRTH):
        copied = f"«\u00a0{quote}\u00a0» (Anne Le Gall, «\u00a0Fresnel & les phares\u00a0»"
        assert page.count(copied) == 1
    assert "title = {{Fresnel \\& les phares}}" in page
    assert f"url = {{{FRESNEL.url}}}" in page
    assert "DA  - 2024/03/01" in page
    assert "ER  - " in page


def test_the_quotes_of_an_article_stand_together_above_their_passages(
    client: TestClient, chain: StubChain, shelf: Shelf
) -> None:
    other = replace(FRESNEL, id="autre", title="Un autre article")
    shelf.articles[other.id] = other
    cited = (cite(1, LENS), cite(2, BIRTH, other), cite(3, LIGHT))
    chain.answers[QUESTION] = answered(QUESTION, *cited)
    page = client.get(address(client)).text
    figures = page.split("<figure")[1:]
    assert [figure.count("<blockquote") for figure in figures] == [2, 1]
    assert [figure.count(">Le passage<") for figure in figures] == [1, 1]
    passage = re.split(r"</?details", figures[0])[-2]
    marked = [unescape(mark) for mark in re.findall("<mark>(.*?)</mark>", passage)]
    assert sorted(marked) == sorted([LENS, LIGHT])
    words = unescape(re.sub("<[^>]+>", "", passage))
    assert BIRTH in words  # a sentence around
    shelf.articles = {FRESNEL.id: article("Tout autre chose."), other.id: other}
    assert client.get(address(client)).text.count(">Le passage<") == 1


def test_what_is_copied_does_not_open_the_question(
    client: TestClient, chain: StubChain, shelf: Shelf
) -> None:
    letter = replace(FRESNEL, id="lettre", url=None)
    shelf.articles[letter.id] = letter
    chain.answers[QUESTION] = answered(QUESTION, cite(1, LENS, letter))
    at = address(client)
    key = at.removeprefix("/a/")
    copies = re.findall(r"<pre[^>]*>(.*?)</pre>", unescape(client.get(at).text), re.DOTALL)
    links = [re.search(ORIGIN + r"(/articles/\S+?)(?=[.)},]*$)", copy, re.M) for copy in copies]
    assert len(links) == 4
    for copy, link in zip(copies, links, strict=True):
        assert key not in copy
        assert link is not None
        page = client.get(link[1]).text
        assert f">{LENS}</mark>" in page
        assert key not in page


def test_a_full_disk_costs_the_address_of_an_answer_alone(
    client: TestClient, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    at = address(client)
    with state.session() as session:
        for table, job in (("people", "UPDATE"), ("meters", "INSERT"), ("turns", "INSERT")):
            full = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
            session.execute(text(f"CREATE TRIGGER full_{table} BEFORE {job} ON {table} {full}"))
    for _ in range(12):  # beyond what is counted in memory
        page = client.post("/", data={"q": QUESTION})
        assert page.status_code == 200
        assert LENS in page.text
        assert "Cette réponse n’est pas enregistrée" in page.text
    assert "n’est pas enregistrée" not in client.get(at).text
    answer = client.post("/api/ask", json={"question": QUESTION})
    assert (answer.status_code, answer.headers.get("content-location")) == (200, None)
    assert "database or disk is full" in caplog.text


def test_errors_beside_static_files_are_not_cached(client: TestClient) -> None:
    (style,) = re.findall(r'href="(/static/[^"]+)"', client.get("/").text)
    assert "immutable" in client.get(style).headers["cache-control"]
    assert client.get("/static/absent.css").headers["cache-control"] == "no-store"
    assert client.post(style).headers["cache-control"] == "no-store"


def test_a_refusal_offers_articles_that_open(client: TestClient) -> None:
    page = client.get(address(client, "Quel temps fait-il ?")).text
    assert "Les articles ne le disent pas" in page
    assert f'href="/articles/{FRESNEL.id}"' in page


def test_the_script_gets_a_part_of_the_page(client: TestClient, chain: StubChain) -> None:
    response = client.post("/answer", data={"q": QUESTION, "conversation": "3"})
    assert response.headers["x-accel-buffering"] == "no"
    part = response.json()
    assert LENS in part["html"]
    assert part["url"] == "/conversations/3"
    assert LENS in client.get(part["url"]).text
    refused = client.post("/answer", data={"q": "a" * 1_001}).json()
    assert "plus de 1\u202f000 caractères" in refused["problem"]


def test_a_page_is_light(client: TestClient) -> None:
    page = client.get(address(client)).text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(files) == 2
    assert len(page) + sum(len(client.get(file).content) for file in files) <= 60_000


async def test_questions_and_visitors_are_forgotten_where_no_bot_runs(
    service: WebService, state: State
) -> None:
    def count_rows() -> list[int | None]:
        with state.session() as session:
            rows = (select(func.count()).select_from(table) for table in (TurnRow, PersonRow))
            return [session.scalar(row) for row in rows]

    await service.ask(QUESTION, Visitor(2**60 + 7, "fr"))
    await forget(service)
    assert count_rows() == [1, 1]
    now = service.now()
    for days in range(1, 93):
        moment = now + timedelta(days=days)
        await forget(replace(service, now=lambda moment=moment: moment))
    assert count_rows() == [0, 0]


def test_visitors_see_and_erase_what_is_kept_about_them(client: TestClient) -> None:
    at = address(client)
    client.post(f"{at}/vote", data={"vote": "good"})
    assert "1 question, 1 vote" in client.get("/mesdonnees").text
    kept = client.get("/mesdonnees.json")
    assert "attachment" in kept.headers["content-disposition"]
    assert [turn["question"] for turn in kept.json()["turns"]] == [QUESTION]
    assert "Tout effacer" in client.get("/oublier").text
    assert "je ne garde plus rien de vous" in client.post("/oublier").text
    assert client.get(at).status_code == 404
    assert client.get("/mesdonnees.json").json()["turns"] == []


SECRET = "Qui a conçu la fondrière aux hydrangéas ?"


def test_an_answer_that_is_still_computed_is_not_stored_after_erasure(
    client: TestClient, chain: StubChain
) -> None:
    client.get("/")
    (cookie,) = client.cookies.values()
    client.cookies.clear()
    visitor = {"cookie": f"selon={cookie}"}

    def forget() -> Answer:
        client.post("/oublier", headers=visitor)
        return answered(QUESTION, cite(1, LENS))

    def forget_and_return() -> Answer:
        answer = forget()
        client.post("/", data={"q": "Et quand ?"}, headers=visitor)
        return answer

    for meanwhile, remaining in ((forget, []), (forget_and_return, ["Et quand ?"])):
        chain.answers[QUESTION] = meanwhile
        page = client.post("/", data={"q": QUESTION}, headers=visitor)
        assert LENS in page.text
        assert page.url.path == "/"
        kept = client.get("/mesdonnees.json", headers=visitor).json()
        assert [turn["question"] for turn in kept["turns"]] == remaining


def test_what_is_erased_leaves_the_files(client: TestClient, tmp_path: Path) -> None:
    def stored() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))

    client.post("/", data={"q": SECRET})
    assert "hydrangéas".encode() in stored() or b"hydrang\\u00e9as" in stored()
    client.post("/oublier")
    assert b"hydrang" not in stored()

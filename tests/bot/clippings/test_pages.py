"""« Mon dossier » on the web: kept, ordered, compared, exported, shared; in a browser; attacked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bot.answer import Citation
from bot.clippings import clipping_records, pages
from bot.clippings.clipping_records import ClippingRow, ClippingShareRow
from bot.clippings.feature import ClippingsFeature
from bot.conversation.passage_refs import PassageRef
from bot.settings import Settings
from bot.state.database import open_state
from bot.state.retention import RetentionTerms, delete_expired_rows
from bot.web.service import WebService
from index.article import Article
from index.ingestion.passages import cut
from tests.bot.messenger.samples import answered, article
from tests.bot.web.browser import (
    WAIT_SECONDS,
    check_accessible,
    check_page,
    follow,
    phone,
    served,
)
from tests.bot.web.library import create_pages, open_client
from tests.bot.web.test_attacks import BIDI, FOREIGN, SCRIPTS, faults
from tests.e2e.telegram import Shelf, StubChain

SAID = "Le pont de Vaubrey mesure 30 mètres et compte 4 arches de pierre blanche."
BRIDGE = replace(article(f"{SAID} Il date de 1901."), title="Le pont")
OTHER = replace(
    article(SAID.replace("30", "35"), id="abcdef012345", author="Jeanne Petit"), title="Le même"
)
LIMIT = 6  # of clippings, where they are all kept
QUESTION = "Combien mesure le pont de mes questions secrètes ?"


def cite(number: int, article: Article, at: int = 0) -> Citation:
    passage = cut(article)[0]
    return Citation.of(number, passage.sentences[at], passage, article)


def ref(article: Article, at: int = 0) -> str:
    return PassageRef.of(cite(1, article, at)).encode()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    ClippingsFeature().load_tables()
    shelf: Any = Shelf(BRIDGE, OTHER)
    chain: Any = StubChain(**{QUESTION: answered(QUESTION, cite(1, BRIDGE), cite(2, OTHER))})
    settings = Settings(_env_file=None, data_dir=tmp_path)
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        yield WebService(chain, shelf, state, settings)


@pytest.fixture
def client(service: WebService) -> Iterator[TestClient]:
    with open_client(service, [ClippingsFeature()]) as client:
        yield client


def keep(client: TestClient, *refs: str) -> str:
    response = client.post("/dossier", data={"ref": list(refs)})
    assert response.status_code == 200
    return unescape(response.text)


def numbers(page: str) -> list[str]:
    """The ids of the clippings on a page."""
    return re.findall(r'action="/dossier/(\d+)"', page)


def share(client: TestClient) -> str:
    page = client.post("/dossier/partage", data={"share": "1"}).text
    (path,) = re.findall(r'<a href="(/dossier/partage/[^"]+)">', page)
    return str(path)


def test_quotes_of_an_answer_are_kept_in_order_with_notes(client: TestClient) -> None:
    answer = client.post("/", data={"q": QUESTION}).text
    refs = re.findall(r'class="keep".*?name="ref" value="([^"]+)"', answer)
    assert refs == [ref(BRIDGE), ref(OTHER)]
    page = keep(client, *refs)
    assert page.index("mesure 30") < page.index("mesure 35")
    assert "<td>30 mètres</td><td>35 mètres</td>" in page
    assert "<td>35 mètres</td><td>30 mètres</td>" in page
    assert keep(client, refs[0]).count("mesure 30") == 1
    first, second = numbers(page)
    page = client.post(f"/dossier/{second}", data={"do": "up", "note": "À revoir."}).text
    assert page.index("mesure 35") < page.index("mesure 30")
    assert "À revoir.</textarea>" in page
    page = client.post(f"/dossier/{first}", data={"do": "delete"}).text
    assert numbers(page) == [second]


def test_sentences_of_an_article_are_kept(client: TestClient) -> None:
    read = client.get(f"/articles/{BRIDGE.id}").text
    (path,) = re.findall(r'href="(/dossier/article/[^"]+)"', read)
    assert ref(BRIDGE, 1) in client.get(path).text
    assert "Il date de 1901." in keep(client, ref(BRIDGE, 1))


def test_it_is_exported_with_notes_and_sources(client: TestClient) -> None:
    (first, _) = numbers(keep(client, ref(BRIDGE), ref(OTHER)))
    client.post(f"/dossier/{first}", data={"do": "note", "note": "À *revoir*."})
    files = {
        suffix: client.get(f"/dossier/document.{suffix}")
        for suffix in ("docx", "odt", "md", "ris", "bib")
    }
    text = files["md"].text
    assert f"«\u00a0{SAID}\u00a0»[^1]" in text
    assert "**Note\u00a0:** À \\*revoir\\*." in text
    assert "[^2]: Jeanne Petit" in text
    assert [part.text for part in docx.Document(io.BytesIO(files["docx"].content)).paragraphs][
        :2
    ] == [
        "Mon dossier",
        f"«\u00a0{SAID}\u00a0»",
    ]
    assert files["odt"].content.startswith(b"PK")
    assert files["ris"].text.count("TY  - NEWS") == files["bib"].text.count("@article{") == 2
    assert client.get("/dossier/document.exe").status_code == 404


def test_a_link_shows_the_quotes_alone(client: TestClient, service: WebService) -> None:
    client.post("/", data={"q": QUESTION})
    (first, _) = numbers(keep(client, ref(BRIDGE), ref(OTHER)))
    client.post(f"/dossier/{first}", data={"do": "note", "note": "Ma note secrète"})
    path = share(client)
    with open_client(service, [ClippingsFeature()]) as other:
        shared = other.get(path).text
        assert SAID in shared
        assert "secrète" not in shared
        assert numbers(shared) == []
        assert len(numbers(other.post(path).text)) == 2  # taken
        again = share(client)
        assert path != again
        assert other.get(path).status_code == 404
        client.post("/dossier/partage", data={"share": ""})
        assert other.get(again).status_code == 404


def test_changed_and_withdrawn_articles_are_told(client: TestClient, service: Any) -> None:
    keep(client, ref(BRIDGE), ref(OTHER))
    path = share(client)
    assert "ont changé" not in client.get("/").text
    service.library.articles[BRIDGE.id] = replace(BRIDGE, text="Le pont est tombé.")
    del service.library.articles[OTHER.id]
    assert "Les articles de 2 citations gardées ont changé" in unescape(client.get("/").text)
    page = unescape(client.get("/dossier").text)
    assert "L’article a changé depuis" in page
    assert "L’article a été retiré" in page
    assert "mesure 35" not in page
    assert "mesure 35" not in client.get(path).text
    assert "ont changé" not in client.get("/").text  # told


def test_it_goes_with_ones_data_and_with_time(client: TestClient, service: WebService) -> None:
    keep(client, ref(BRIDGE))
    path = share(client)
    assert client.get("/mesdonnees.json").json()["clippings"][0]["citation"]["quote"] == SAID
    client.post("/oublier")
    assert client.get(path).status_code == 404
    keep(client, ref(BRIDGE))
    share(client)
    days = timedelta(days=service.settings.keep_days)
    terms = RetentionTerms(days, days, days)
    with service.state.session() as session:
        for later, count in ((days / 2, 1), (days * 2, 0)):
            delete_expired_rows(session, service.now() + later, terms)
            for table in (ClippingRow, ClippingShareRow):
                assert session.scalar(select(func.count()).select_from(table)) == count


def test_a_journalist_keeps_quotes(
    browser: Chrome, browser_without_script: Chrome, service: WebService
) -> None:
    """In a real browser: below an answer with the script, the whole way without it."""
    for used, script in ((browser, True), (browser_without_script, False)):
        with served(create_pages(service, [ClippingsFeature()])) as address:
            used.get(address)
            used.find_element(By.ID, "q").send_keys(QUESTION)
            used.find_element(By.CSS_SELECTOR, "form.ask button").click()
            wait = WebDriverWait(used, WAIT_SECONDS)
            wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, "form.keep"))
            keep_button = used.find_element(By.CSS_SELECTOR, "form.keep button")
            if not script:
                follow(keep_button)
            else:
                keep_button.click()
                wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, ".keep a"))
                check_page(used)
                follow(used.find_element(By.CSS_SELECTOR, ".keep a"))
            assert SAID in used.find_element(By.CSS_SELECTOR, ".card blockquote").text
            used.find_element(By.NAME, "note").send_keys("À revoir")
            if script:  # it is stored, too, by whoever leaves it
                follow(used.find_element(By.CSS_SELECTOR, "nav a[href='/articles']"))
                used.get(f"{address}/dossier")
            else:
                follow(used.find_element(By.CSS_SELECTOR, "button[value=note]"))
            note = used.find_element(By.NAME, "note")
            assert note.get_attribute("value") == "À revoir"
            follow(used.find_element(By.CSS_SELECTOR, "button[name=share]"))
            follow(used.find_element(By.CSS_SELECTOR, "a[href^='/dossier/partage/']"))
            assert SAID in used.page_source
            assert "À revoir" not in used.page_source
            if script:
                shared = used.current_url
                for path in ("/dossier", f"/dossier/article/{BRIDGE.id}"):
                    check_accessible(used, address + path)
                check_accessible(used, shared)
                with phone(used, 320):
                    used.get(f"{address}/dossier")
                    assert used.execute_script("return document.documentElement.scrollWidth") <= 320


# Attacks


def test_markup_in_a_dossier_is_text(client: TestClient, service: Any) -> None:
    for attack in (*SCRIPTS, f"{BIDI}retourné"):
        words = f"Il conçoit {attack} en 1822."
        hostile = replace(article(words, id="fedcba987654"), title=attack, author=attack)
        service.library.articles[hostile.id] = hostile
        (number,) = numbers(keep(client, ref(hostile)))
        for page in (
            client.post(f"/dossier/{number}", data={"do": "note", "note": attack}),
            client.get(f"/dossier/article/{hostile.id}"),
            client.get(share(client)),
        ):
            assert page.status_code == 200, attack
            assert faults(page.text) == [], attack
            assert "7006652" not in page.text, attack
        client.post(f"/dossier/{number}", data={"do": "delete"})


def test_nobody_changes_anothers(client: TestClient, service: WebService) -> None:
    (number,) = numbers(keep(client, ref(BRIDGE)))
    with open_client(service, [ClippingsFeature()]) as other:
        for action in ("up", "down", "delete", "note"):
            other.post(f"/dossier/{number}", data={"do": action, "note": "vu"})
        assert SAID not in other.get("/dossier").text
        assert other.get("/dossier/document.docx").status_code == 404
    page = client.get("/dossier").text
    assert numbers(page) == [number]
    assert "vu</textarea>" not in page


def test_a_link_cannot_be_guessed(client: TestClient) -> None:
    keep(client, ref(BRIDGE))
    path = share(client)
    assert len(path.rpartition("/")[2]) == 22
    for guess in ("x", "%00", "' OR 1=1 --", path[-22:-1], path[-22:].swapcase()):
        for response in (
            client.get(f"/dossier/partage/{guess}"),
            client.post(f"/dossier/partage/{guess}"),
        ):
            assert response.status_code in (404, 405), guess


def test_other_sites_keep_and_share_nothing(client: TestClient) -> None:
    keep(client, ref(BRIDGE))
    for headers in FOREIGN:
        for path in ("/dossier", "/dossier/1", "/dossier/partage", "/dossier/partage/x"):
            data = {"ref": ref(OTHER), "share": "1", "do": "delete"}
            assert client.post(path, data=data, headers=headers).status_code == 403, path
    page = client.get("/dossier").text
    assert len(numbers(page)) == 1
    assert "/dossier/partage/" not in page


def test_what_no_article_says_is_not_kept(client: TestClient) -> None:
    path, other, long = (
        "p:../../etc/passwd:0:9:0:9:00000000",
        ref(BRIDGE)[:-1] + "0",
        "p:" + "9" * 500,
    )
    for forged in ("x", path, other, long, "\0"):
        assert client.post("/dossier", data={"ref": [forged]}).status_code == 404, forged
        assert numbers(client.get("/dossier").text) == [], forged


def test_there_is_room_for_so_many(
    client: TestClient, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pages, clipping_records):
        monkeypatch.setattr(module, "CLIPPING_LIMIT", LIMIT)
    text = " ".join(f"La phrase numéro {at} parle du pont." for at in range(LIMIT + 2))
    long = article(text, id="0123456789ab")
    service.library.articles[long.id] = long
    refs = [
        PassageRef.of(Citation.of(1, sentence, passage, long)).encode()
        for passage in cut(long)
        for sentence in passage.sentences
    ]
    assert len(refs) == LIMIT + 2
    keep(client, *refs[:LIMIT])
    response = client.post("/dossier", data={"ref": refs[LIMIT:]})
    assert response.status_code == 409
    assert len(numbers(response.text)) == LIMIT
    (number, *_) = numbers(response.text)
    page = client.post(f"/dossier/{number}", data={"do": "note", "note": "a" * 60_000}).text
    assert "a" * 2_000 in page
    assert "a" * 2_001 not in page
    assert client.post(f"/dossier/{2**70}", data={"do": "up"}).status_code == 404

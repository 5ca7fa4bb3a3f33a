"""The operators' pages: who sees them, and what they do."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from starlette.testclient import TestClient

from bot.errors import OperatorBusy
from bot.library import documents
from bot.state import roles, web_tokens
from bot.state.audit import Actor, list_acts
from bot.state.clock import utc_now
from bot.state.rights import list_readers
from bot.web.administration.page import SECTIONS, address
from bot.web.administration.work import BackgroundJob
from bot.web.app import create_app
from bot.web.service import WebService
from index.ingestion.builder import BuildReport, build
from tests.bot.messenger.samples import LENS, answered, cite, refused
from tests.bot.web.browser import check_accessible, follow, phone, served
from tests.bot.web.library import ORIGIN, answer_paths, open_service
from tests.e2e.telegram import StubChain
from tests.fakes import FakeEmbedder
from tests.index.samples import live

QUESTION, UNKNOWN = "Qui a conçu la lentille ?", "Qui a volé la lentille ?"
LINE = {"question": "Quand Fresnel conçoit-il une lentille ?", "answer": "1822"}


def build_here(paths: Any, location: Any, *, bounds: Any = None, **more: Any) -> BuildReport:
    return build(paths, location, FakeEmbedder(), **more)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebService]:
    monkeypatch.setattr(documents, "BuildProcess", lambda load: build_here)
    corpus = tmp_path / "articles"
    corpus.mkdir()
    (corpus / "phares.txt").write_text("Les phares\n\nFresnel conçoit une lentille en 1822.")
    (corpus / "canal.txt").write_text("Le canal\n\nLe canal relie deux mers depuis 1681.")
    (corpus / "vide.pdf").write_bytes(b"%PDF-1.4 nothing")
    build([corpus], tmp_path, FakeEmbedder())
    with open_service(tmp_path) as service:
        chain: Any = StubChain(
            **{QUESTION: answered(QUESTION, cite(1, LENS)), UNKNOWN: refused(UNKNOWN)}
        )
        settings = service.settings.model_copy(
            update={"web_admins": ("local", "Zoé"), "reader": "none"}
        )
        yield replace(service, settings=settings, chain=chain, index=live(tmp_path))


@pytest.fixture
def client(service: WebService) -> Iterator[TestClient]:
    app = create_app(service)
    with TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 1)) as client:
        yield client


def finish(client: TestClient, section: str) -> str:
    """The page once its job has ended."""
    for _ in range(600):
        page = unescape(client.get(address(section)).text)
        if "/admin/arret" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def test_only_those_who_run_selon_see_the_pages(service: WebService) -> None:
    def status(path: str, host: str = "127.0.0.1", **headers: str) -> int:
        app = create_app(service)
        with TestClient(app, base_url=ORIGIN, client=(host, 1)) as client:
            return client.get(path, headers=headers).status_code

    paths = ["/admin", "/admin/questions", "/admin/articles", "/admin/chiffres"]
    paths += ["/admin/evaluation", "/admin/personnes", "/admin/questions.csv"]
    paths += ["/admin/journal", "/admin/journal.csv"]
    assert {status(path, "203.0.113.9") for path in paths} == {403}
    proxied = {"x-forwarded-for": "203.0.113.9"}
    assert status("/admin", **proxied) == 403, "a proxy on this machine brings strangers"
    assert status("/admin") == 200
    for setting, value in (("web_admins", ()), ("web_access", "open")):
        before = getattr(service.settings, setting)
        setattr(service.settings, setting, value)
        assert status("/admin") == 403, setting
        setattr(service.settings, setting, before)
    service.settings.web_access = "token"
    for name, expected in (("Zoé", 200), ("local ", 403)):
        create = partial(web_tokens.create_token, name=name, now=utc_now(), by=Actor("terminal"))
        token = service.state.do(create)
        assert status("/admin", authorization=f"Bearer {token}") == expected


def test_other_sites_and_strangers_change_nothing(service: WebService) -> None:
    paths = ["", "/index", "/retirer", "/retablir"]
    paths = [f"/admin/articles{path}" for path in paths]
    paths += ["/admin/arret", "/admin/evaluation", "/admin/personnes/jetons"]
    paths += ["/admin/personnes/roles", "/admin/personnes/droits", "/admin/sources"]
    for host, headers in (
        ("127.0.0.1", {"sec-fetch-site": "cross-site"}),
        ("127.0.0.1", {"origin": "https://mal.example"}),
        ("203.0.113.9", {}),
    ):
        with TestClient(create_app(service), base_url=ORIGIN, client=(host, 1)) as client:
            for path in paths:
                assert client.post(path, data={"id": "x"}, headers=headers).status_code == 403


def test_questions_show_what_was_not_answered_or_voted_down(client: TestClient) -> None:
    client.post("/", data={"q": UNKNOWN})
    (at,) = answer_paths(client.post("/", data={"q": QUESTION}).text)[:1]
    client.post(f"{at}/vote", data={"vote": "bad"})
    page = unescape(client.get("/admin/questions").text)
    assert UNKNOWN in page
    assert f'<a href="{at}">{QUESTION}</a>' in page
    assert UNKNOWN in client.get("/admin/questions.csv").content.decode("utf-8-sig")
    assert "2 questions, au plus 2 par jour" in client.get("/admin/chiffres?jours=7").text
    client.post("/oublier")
    assert QUESTION not in unescape(client.get("/admin/questions").text), "it is kept no longer"


def test_articles_are_added_removed_and_built_again(
    client: TestClient, service: WebService
) -> None:
    page = unescape(client.get("/admin/articles?q=Le canal").text)
    assert "vide.pdf" in page, "what failed, and why"
    (article,) = re.findall(r'action="/admin/articles/retirer".*?value="(\w+)"', page)
    client.post("/admin/articles/retirer", data={"id": article})
    assert client.get(f"/articles/{article}").status_code == 404
    assert "Articles retirés" in client.get("/admin/articles").text
    client.post("/admin/articles/retablir", data={"id": article})
    assert client.get(f"/articles/{article}").status_code == 200
    text = "Le pont\n\nLe pont de pierre fut construit en 1901 par Élise Marchand.".encode()
    client.post("/admin/articles", files={"file": ("pont.txt", text)})
    assert "pont.txt" in finish(client, "articles")
    assert [entry.title for entry in service.library.find("Le pont")] == ["Le pont"]
    text = b"---\ntitle: La gare\ndate: 2099-01-01\n---\n\nElle ouvre demain.\n"
    client.post("/admin/articles", files={"file": ("gare.md", text)})
    assert "«\u00a0gare.md\u00a0» est sous embargo jusqu’au 2099-01-01" in finish(
        client, "articles"
    )
    assert not service.library.find("La gare")
    refusal = client.post("/admin/articles", files={"file": ("rien.exe", b"MZ\0\0")})
    assert refusal.status_code == 200
    assert 'role="alert"' in finish(client, "articles")
    large = client.post("/admin/articles", files={"file": ("long.txt", b"Une page. " * 7_000)})
    assert large.status_code == 200
    assert "long.txt" in finish(client, "articles")
    client.post("/admin/articles/index")
    assert "4 articles" in finish(client, "articles")
    assert client.post("/admin/articles", data={"url": ""}).status_code == 422


def test_own_questions_are_asked_and_their_figures_kept(client: TestClient) -> None:
    assert client.post("/admin/evaluation").status_code == 422
    stop = client.post("/admin/arret", data={"section": "//mal.example"}, follow_redirects=False)
    assert stop.headers["location"] == "/admin"
    questions = f"{json.dumps(LINE)}\n".encode()
    client.post("/admin/evaluation", files={"file": ("questions.jsonl", questions)})
    assert "1 question posée." in finish(client, "evaluation")
    assert "hit@1" in client.get("/admin/evaluation").text
    client.post("/admin/evaluation", files={"file": ("questions.jsonl", b"{")})
    assert 'role="alert"' in finish(client, "evaluation")
    assert "hit@1" in client.get("/admin/evaluation").text, "the last result stays"


def test_one_job_runs_at_a_time_until_it_is_stopped() -> None:
    job = BackgroundJob()
    job.start("articles", "Ajout", "fr", lambda: str(job.stop.wait(60)))
    with pytest.raises(OperatorBusy):
        job.start("articles", "Ajout", "fr", str)
    job.stop.set()
    while job.is_running:
        time.sleep(0.01)
    assert job.result == "True"


def test_tokens_and_roles_are_given_and_taken(client: TestClient, service: WebService) -> None:
    page = client.post("/admin/personnes/jetons", data={"name": "Ana"}).text
    (token,) = re.findall(r"<code>([\w-]{32})</code>", page)
    assert service.state.do(partial(web_tokens.token_name, token=token)) == "Ana"
    assert token not in client.get("/admin/personnes").text
    client.post("/admin/personnes/jetons", data={"name": "Ana", "remove": "1"})
    assert service.state.do(partial(web_tokens.token_name, token=token)) is None
    assert client.post("/admin/personnes/jetons", data={"name": "a\nb"}).status_code == 422
    client.post("/admin/personnes/roles", data={"number": "123456", "role": "editor"})
    assert service.state.do(roles.load_roles) == {123456: "editor"}
    for number, role in (("1", "administrator"), ("-5", "reader"), ("x", "barred")):
        form = {"number": number, "role": role}
        assert client.post("/admin/personnes/roles", data=form).status_code == 422


def test_the_audit_has_each_act_once_and_no_question(
    client: TestClient, service: WebService, tmp_path: Path
) -> None:
    def acts() -> list[tuple[str, str, str]]:
        with service.state.session() as session:
            entries = list(list_acts(session))[::-1]
        assert {(entry.who, entry.door) for entry in entries} <= {("local", "web")}
        return [(entry.act, entry.object, entry.detail) for entry in entries]

    assert "Personne n’a encore rien changé" in client.get("/admin/journal").text
    client.post("/", data={"q": UNKNOWN})
    (article,) = [entry.id for entry in service.library.find("Le canal")]
    for name in ("retirer", "retirer", "retablir", "retablir"):
        client.post(f"/admin/articles/{name}", data={"id": article})
    client.post("/admin/articles", files={"file": ("=pont.txt", b"Le pont\n\nIl est ouvert.")})
    finish(client, "articles")
    client.post("/admin/articles", files={"file": ("rien.exe", b"MZ\0\0")})
    finish(client, "articles")
    (tmp_path / "articles" / "gare.txt").write_text("La gare\n\nElle est fermée.", "utf-8")
    for _ in range(2):
        client.post("/admin/articles/index")
        finish(client, "articles")
    for form in ({"name": "Ana"}, {"name": "a\nb"}, {"name": "Ana", "remove": "1"}) * 2:
        client.post("/admin/personnes/jetons", data=form)
    client.post("/admin/personnes/jetons", data={"name": "Ana", "remove": "1"})
    for role in ("editor", "barred", "administrator"):
        client.post("/admin/personnes/roles", data={"number": "123456", "role": role})
    tokens = [("token", "Ana", ""), ("revoke", "Ana", "")] * 2
    done = acts()
    built = done.pop(3)
    assert built[0] == "build"
    assert done == [
        ("remove", article, ""),
        ("restore", article, ""),
        ("add", "pont.txt", ""),
        *tokens,
        ("role", "123456", "editor"),
        ("role", "123456", "barred"),
    ]
    page = unescape(client.get("/admin/journal").text)
    assert "<b>rôle donné</b> 123456 (exclu)" in page
    assert QUESTION not in page
    content = client.get("/admin/journal.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(content.splitlines(), delimiter=";"))
    assert [row[4] for row in rows[1:]][::-1] == [
        *(article, article, "pont.txt", built[1]),
        *("Ana",) * 4,
        *("123456 (éditeur)", "123456 (exclu)"),
    ]


def test_rights_are_given_and_taken(
    client: TestClient, service: WebService, tmp_path: Path
) -> None:
    assert "Collections fermées" not in client.get("/admin/personnes").text
    service.settings.collections = file = tmp_path / "collections.toml"
    file.write_text("[conseil]\nfolders = ['conseil']\n", encoding="utf-8")
    form = {"collection": "conseil", "who": "token:Ana"}
    page = client.post("/admin/personnes/droits", data=form).text
    assert "Collections fermées" in page
    assert 'value="token:Ana"' in page
    assert list_readers(service.state, service.settings) == {"conseil": ["token:Ana"]}
    client.post("/admin/personnes/droits", data={**form, "take": "1"})
    assert list_readers(service.state, service.settings) == {"conseil": []}
    for wrong in ({"who": "Ana"}, {"collection": "autre"}):
        assert client.post("/admin/personnes/droits", data=form | wrong).status_code == 422
    service.settings.collections = None


def test_sources_are_listed_and_checked(
    client: TestClient, service: WebService, tmp_path: Path
) -> None:
    assert "selon sources add" in client.get("/admin").text
    file = tmp_path / "sources.toml"
    service.settings.sources = file
    drop = tmp_path / "articles"
    file.write_text(f"[depot]\nkind = 'folder'\naddress = '{drop.as_uri()}'\n", encoding="utf-8")
    page = unescape(client.get("/admin").text)
    assert f"depot (folder)\u00a0: {drop.as_uri()}" in page
    client.post("/admin/sources", data={"name": "depot"})
    assert "3\u00a0articles lus" in finish(client, "etat")
    file.write_text("[", encoding="utf-8")
    assert "sources.toml" in unescape(client.get("/admin").text)
    file.unlink()


def test_the_pages_are_for_everybody(
    service: WebService, client: TestClient, browser: Chrome
) -> None:
    """Axe finds nothing, a phone shows all, and forms work without a script."""
    client.post("/", data={"q": UNKNOWN})
    questions = f"{json.dumps(LINE)}\n".encode()
    client.post("/admin/evaluation", files={"file": ("questions.jsonl", questions)})
    finish(client, "evaluation")
    with served(create_app(service)) as at:
        for section in SECTIONS:
            check_accessible(browser, at + address(section))
            with phone(browser, 320):
                width = browser.execute_script("return document.documentElement.scrollWidth")
                assert width <= 320, section
        browser.get(at + address("etat"))
        assert not browser.find_elements(By.TAG_NAME, "script")
        follow(browser.find_element(By.LINK_TEXT, "Administration"))
        follow(browser.find_elements(By.LINK_TEXT, "Articles")[1])
        browser.find_element(By.ID, "q").send_keys("Le canal")
        follow(browser.find_element(By.CSS_SELECTOR, "[role=search] button"))
        follow(browser.find_element(By.CSS_SELECTOR, "[action$=retirer] button"))
        assert "Articles retirés" in browser.page_source

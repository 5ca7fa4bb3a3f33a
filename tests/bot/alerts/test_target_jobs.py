"""Alerts by e-mail and to webhooks, over real servers on 127.0.0.1."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from bot.alerts import target_jobs, target_records
from bot.alerts.feature import AlertsFeature
from bot.alerts.target_records import FAILURE_LIMIT
from bot.library.articles import SubjectArticles
from bot.main import run
from bot.rights import readable_collections
from bot.settings import load_settings
from bot.state.audit import Actor
from bot.state.database import State, open_state
from bot.state.rights import change_right
from bot.web.app import create_app
from bot.web.service import WebService
from index.article import Article
from index.fetch import transport
from index.fetch.transport import FetchLimits
from tests.bot.alerts.mail import MailServer
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.e2e.telegram import Shelf, StubChain
from tests.web.site import CERTIFICATE, Site

Client, Servers = TestClient, tuple[TestClient, MailServer]
ZOE, ANNE = {"X-Forwarded-User": "zoe"}, {"X-Forwarded-User": "anne"}
ADDRESS = "zoé@exemple.fr".replace("é", "e")
TARGET = "bot.alerts.target_records"
ARTICLE = Article(
    id="abcdef012345",
    text="Le phare de Cordouan rouvre <ce soir> & demain. @all Le gardien est là.",
    title="Le phare rouvre",
    path="phare.md",
    language="fr",
    outlet="Le Monde",
)
QUOTE = "Le phare de Cordouan rouvre <ce soir> & demain."


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(minutes=1)

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder; this machine is journal.exemple, whose certificate is trusted."""
    monkeypatch.chdir(tmp_path)
    find = socket.getaddrinfo

    def find_here(host: str, *args: Any, **options: Any) -> Any:
        return find("127.0.0.1" if host == "journal.exemple" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", find_here)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    monkeypatch.setattr(transport, "trusted_certificates", lambda: trusting)
    limits = FetchLimits(
        total=0.6, silence=0.6, redirects=3, interval=0.0, patience=86_400.0, size=2**16
    )
    monkeypatch.setattr(target_jobs, "_LIMITS", limits)


@pytest.fixture(params=[False, True], ids=["starttls", "tls"])
def mail(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with MailServer(starts_with_tls=request.param) as server:
        yield server


@pytest.fixture
def starttls() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


class Newsroom:
    """The pages, with articles that come and a mail server that may be none."""

    def __init__(self, folder: Path, clock: Clock, url: str = "") -> None:
        AlertsFeature().load_tables()
        self.settings = load_settings(
            data_dir=folder,
            web_access="proxy",
            web_proxies="127.0.0.1",
            web_address="https://selon.exemple",
            smtp_url=url or None,
            mail_sender="Selon de l’Été <selon@exemple.fr>",
            fetch_allow="127.0.0.1",
            web_admins="anne",
        )
        self.clock, self.url = clock, f"sqlite:///{folder}/state.sqlite"
        self.shelf: Any = Shelf(FRESNEL)
        self.chain: Any = StubChain()
        self.state: State = open_state(self.url)
        self.open()

    def open(self) -> None:
        now = lambda: self.clock.now  # noqa: E731
        self.service = WebService(self.chain, self.shelf, self.state, self.settings, now=now)
        pages = AlertsFeature().web(self.service)
        assert pages is not None
        self.pages = pages
        app = create_app(self.service, [pages])
        self.client = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1))

    def restart(self) -> None:
        self.state.close()
        self.state = open_state(self.url)
        self.open()

    def publish(self, article: Article = ARTICLE) -> None:
        self.shelf.articles[article.id] = article
        self.shelf.current = f"{self.shelf.current}1"

    async def look(self) -> None:
        for job in self.pages.jobs:
            await job()

    def follow(self, subject: str, hour: str = "", address: str = ADDRESS) -> Any:
        form = {"subject": subject, "hour": hour, "address": address}
        return self.client.post("/alertes/courriel", data=form, headers=ZOE)

    async def follow_confirmed(self, mail: MailServer, subject: str, hour: str = "") -> None:
        assert "Tapez-le ici" in self.follow(subject, hour).text
        code = code_in(mail)
        page = self.client.post("/alertes/courriel/code", data={"code": code}, headers=ZOE)
        assert f"envoyées à {ADDRESS}" in page.text
        mail.messages.clear()
        await self.look()  # what is there already is not new

    def close(self) -> None:
        self.state.close()


@pytest.fixture
def newsroom(tmp_path: Path, clock: Clock, starttls: MailServer) -> Iterator[Newsroom]:
    with closing(Newsroom(tmp_path, clock, starttls.url)) as newsroom:
        yield newsroom


def code_in(mail: MailServer) -> str:
    (code,) = re.findall(r"^\d{8}$", text_of(mail.messages[-1]), re.MULTILINE)
    return code


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


async def test_a_subject_is_followed_by_mail_once_its_code_is_typed(
    tmp_path: Path, clock: Clock, mail: MailServer
) -> None:
    with closing(Newsroom(tmp_path, clock, mail.url)) as newsroom:
        assert "Suivre par courriel" in newsroom.client.get("/alertes", headers=ZOE).text
        assert newsroom.follow("phare", address="pas une adresse").status_code == 422
        assert "Tapez-le ici" in newsroom.follow("phare").text
        assert mail.messages[0]["Subject"].startswith("Votre code pour Selon")
        code = code_in(mail)
        assert code not in newsroom.client.get("/mesdonnees.json", headers=ZOE).text
        await newsroom.look()
        newsroom.publish()
        await newsroom.look()
        assert len(mail.messages) == 1, "nothing is sent to an address that is not confirmed"
        for wrong, person in (("00000000", ZOE), (code, ANNE)):
            page = newsroom.client.post(
                "/alertes/courriel/code", data={"code": wrong}, headers=person
            )
            assert page.status_code == 422
        newsroom.client.post("/alertes/courriel/code", data={"code": code}, headers=ZOE)
        newsroom.publish(FRESNEL)
        await newsroom.look()
        mail.messages.clear()
        other = Article("0f0f0f0f0f0f", QUOTE.replace("Cordouan", "Sein"), "Sein", "sein.md", "fr")
        newsroom.publish(other)
        await newsroom.look()
        await newsroom.look()
        (message,) = mail.messages
    assert message["Subject"] == "Du nouveau sur «\u00a0phare\u00a0»"
    assert message["From"] == "Selon de l’Été <selon@exemple.fr>"
    text, html = text_of(message), unescape(text_of(message, "html"))
    quote = other.text
    assert f"«\u00a0{quote}\u00a0»\n— Sein" in text
    link = f"https://selon.exemple/articles/{other.id}?ref="
    assert link in text
    assert link in html
    assert "rouvre &lt;ce soir&gt; &amp; demain" in text_of(message, "html")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_one_click_ends_it(newsroom: Newsroom, starttls: MailServer) -> None:
    await newsroom.follow_confirmed(starttls, "phare")
    newsroom.publish()
    await newsroom.look()
    (message,) = starttls.messages
    path = str(message["List-Unsubscribe"]).strip("<>").removeprefix("https://selon.exemple")
    assert "Retirer mon adresse" in newsroom.client.get(path).text
    assert ADDRESS in newsroom.client.get("/alertes", headers=ZOE).text
    forged = f"/alertes/fin/{path.rpartition('/')[2]}x"
    assert newsroom.client.post(forged, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    ended = newsroom.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (ended.status_code, "est effacée" in ended.text) == (200, True)
    page = newsroom.client.get("/alertes", headers=ZOE).text
    assert ADDRESS not in page
    assert "phare" not in page
    assert newsroom.client.post(path).status_code == 200, "twice is no failure"


async def test_a_daily_digest_comes_at_its_hour(
    newsroom: Newsroom, starttls: MailServer, clock: Clock
) -> None:
    await newsroom.follow_confirmed(
        starttls, "phare", hour=str((clock.now.astimezone().hour + 2) % 24)
    )
    newsroom.follow("gardien", hour=str((clock.now.astimezone().hour + 2) % 24))
    await newsroom.look()
    newsroom.publish()
    await newsroom.look()
    clock.pass_by(hours=1)
    await newsroom.look()
    assert not starttls.messages
    clock.pass_by(hours=1)
    await newsroom.look()
    await newsroom.look()
    (message,) = starttls.messages
    assert message["Subject"] == "Du nouveau sur 2 sujets"


async def test_an_answer_that_was_waited_for_is_mailed(
    newsroom: Newsroom, starttls: MailServer
) -> None:
    question = "Qui a conçu la lentille ?"
    await newsroom.follow_confirmed(starttls, "phare")
    page = newsroom.client.post("/", data={"q": question}, headers=ZOE).text
    (key,) = re.findall(r'action="/alertes"><input type="hidden" name="key" value="(.+?)"', page)
    newsroom.client.post("/alertes", data={"key": unescape(key)}, headers=ZOE)
    newsroom.chain.answers[question] = answered(question, cite(1, LENS))
    newsroom.shelf.current = "20260401T120000.000000Z"
    await newsroom.look()
    (message,) = starttls.messages
    text = text_of(message)
    assert "répond maintenant à votre question" in text
    assert LENS in text
    assert "https://selon.exemple/a/" in text


class ClosedShelf(Shelf):
    """Articles of which the council's are for those who may read them."""

    def is_open(self, article: Article) -> bool:
        return not article.path.startswith("conseil/") or "conseil" in readable_collections()

    def article(self, article_id: str) -> Article | None:
        article = super().article(article_id)
        return article if article is not None and self.is_open(article) else None

    def on_subject(self, subject: str) -> SubjectArticles:
        found = super().on_subject(subject)
        cited = tuple(own for own in found.citations if self.is_open(own.article))
        ids = frozenset(own.id for own in self.articles.values() if self.is_open(own))
        return replace(found, citations=cited, article_ids=ids)


async def test_a_closed_article_is_mailed_to_those_who_may_read_it_when_it_is_sent(
    tmp_path: Path, newsroom: Newsroom, starttls: MailServer, clock: Clock
) -> None:
    collections = tmp_path / "collections.toml"
    collections.write_text("[conseil]\nfolders = ['conseil']\n", encoding="utf-8")
    newsroom.settings = newsroom.settings.model_copy(update={"collections": collections})
    newsroom.shelf = ClosedShelf(FRESNEL)
    newsroom.open()
    closed = replace(ARTICLE, path="conseil/phare.md")

    def change(*, is_given: bool) -> None:
        who = ("conseil", "proxy:zoe", Actor("terminal"))
        assert change_right(newsroom.state, newsroom.settings, *who, is_given=is_given)

    await newsroom.follow_confirmed(
        starttls, "phare", hour=str((clock.now.astimezone().hour + 2) % 24)
    )
    change(is_given=True)
    newsroom.publish(closed)
    await newsroom.look()
    change(is_given=False)
    clock.pass_by(hours=3)
    await newsroom.look()
    newsroom.publish(replace(closed, id="0a0a0a0a0a0a"))
    await newsroom.look()
    clock.pass_by(days=1)
    await newsroom.look()
    assert not starttls.messages, "zoe may not read it"
    change(is_given=True)
    newsroom.publish(replace(closed, id="0f0f0f0f0f0f"))
    await newsroom.look()
    clock.pass_by(days=1)
    await newsroom.look()
    assert "Cordouan" in text_of(starttls.messages[0])


async def test_a_death_before_the_record_repeats_the_same_message(
    newsroom: Newsroom, starttls: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await newsroom.follow_confirmed(starttls, "phare")
    newsroom.publish()

    def die(session: Session, **_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(target_records, "record_delivery", die)
        await newsroom.look()
    newsroom.restart()
    await newsroom.look()
    assert len(starttls.messages) == 1, "another process may be at it"
    newsroom.publish(Article("0f0f0f0f0f0f", "Un autre phare brille.", "Sein", "sein.md", "fr"))
    clock.pass_by(minutes=6)
    await newsroom.look()
    await newsroom.look()
    first, again, new = starttls.messages
    assert again["Message-ID"] == first["Message-ID"] != new["Message-ID"]
    newsroom.restart()
    await newsroom.look()
    assert len(starttls.messages) == 3


async def test_what_is_withdrawn_before_is_not_sent(
    newsroom: Newsroom, starttls: MailServer, clock: Clock
) -> None:
    await newsroom.follow_confirmed(
        starttls, "phare", hour=str((clock.now.astimezone().hour + 2) % 24)
    )
    newsroom.publish()
    await newsroom.look()
    del newsroom.shelf.articles[ARTICLE.id]
    clock.pass_by(hours=2)
    await newsroom.look()
    clock.pass_by(days=1)
    await newsroom.look()
    assert not starttls.messages


async def test_a_refused_address_pauses_and_a_silent_server_does_not(
    newsroom: Newsroom, starttls: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await newsroom.follow_confirmed(starttls, "phare")
    newsroom.publish()
    with monkeypatch.context() as away:
        away.setattr(smtplib, "SMTP", lambda *_, **__: socket.create_connection(("127.0.0.1", 9)))
        for _ in range(FAILURE_LIMIT + 2):
            await newsroom.look()
            clock.pass_by(hours=7)
    page = unescape(newsroom.client.get("/admin", headers=ANNE).text)
    assert (
        "n’a pas pu être envoyée : le serveur de courriel journal.exemple".replace(" :", "\u00a0:")
        in page
    )
    starttls.answers = ["550 no such user"] * FAILURE_LIMIT
    for _ in range(FAILURE_LIMIT + 2):
        await newsroom.look()
        clock.pass_by(hours=7)
    page = unescape(newsroom.client.get("/admin", headers=ANNE).text)
    assert "est suspendue" in page
    assert "550 no such user" in page
    assert "1 adresse de courriel, 0 webhook" in page
    assert not starttls.messages
    newsroom.follow("")  # chooses again, and it is tried again
    await newsroom.look()
    assert len(starttls.messages) == 1
    newsroom.client.post("/alertes/courriel/arret", data={"id": "1"}, headers=ZOE)
    assert "Ne plus suivre" not in newsroom.client.get("/alertes", headers=ZOE).text
    newsroom.client.post("/alertes/courriel/arret", headers=ZOE)
    assert ADDRESS not in newsroom.client.get("/alertes", headers=ZOE).text


async def test_codes_are_rare_and_an_old_one_is_refused(
    newsroom: Newsroom, starttls: MailServer, clock: Clock
) -> None:
    newsroom.follow("phare")
    code = code_in(starttls)
    assert newsroom.follow("phare").status_code == 503
    assert len(starttls.messages) == 1
    clock.pass_by(minutes=61)
    page = newsroom.client.post("/alertes/courriel/code", data={"code": code}, headers=ZOE)
    assert page.status_code == 422


def test_without_a_mail_server_there_is_none(tmp_path: Path, clock: Clock) -> None:
    with closing(Newsroom(tmp_path, clock)) as newsroom:
        assert "courriel" not in newsroom.client.get("/alertes", headers=ZOE).text
        assert newsroom.follow("phare").status_code == 404


class Receiver:
    """A webhook that checks signatures and answers with these statuses in turn, 0 for never."""

    def __init__(self, site: Site, path: str, *statuses: int, headers: Any = None) -> None:
        self.url, self.statuses, self.headers = f"{site.url}{path}", list(statuses), headers or {}
        self.secret, self.records, self.ids = "", list[Any](), list[str]()
        site.pages[path] = self._take

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert request.method == "POST"
        assert request.content_type == "application/json"
        if self.secret:
            moment, batch = request.headers["webhook-timestamp"], request.headers["webhook-id"]
            key = base64.b64decode(self.secret.removeprefix("whsec_"))
            digest = hmac.new(key, f"{batch}.{moment}.".encode() + body, hashlib.sha256).digest()
            expected = f"v1,{base64.b64encode(digest).decode()}"
            assert hmac.compare_digest(request.headers["webhook-signature"], expected)
            self.ids.append(batch)
        status = self.statuses.pop(0) if self.statuses else 204
        if not status:
            await asyncio.sleep(60)
        if status < 300:
            self.records.append(json.loads(body))
        return web.Response(status=status, headers=self.headers)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def selon(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    monkeypatch.setenv("SELON_FETCH_ALLOW", "127.0.0.1")
    return run(["alerts", *words, "--data-dir", str(folder)])


@pytest.fixture
def hooked(tmp_path: Path, clock: Clock) -> Iterator[Newsroom]:
    with closing(Newsroom(tmp_path, clock)) as newsroom:
        yield newsroom


async def test_webhooks_get_signed_news_whatever_the_others_do(
    hooked: Newsroom,
    site: Site,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = Receiver(site, "/bon"), Receiver(site, "/500", 204, 500, 500)
    busy = Receiver(site, "/429", 204, 429, headers={"Retry-After": "3600"})
    slow = Receiver(site, "/lent", 204, 0)
    elsewhere = Receiver(
        site, "/ailleurs", 204, *[307] * 20, headers={"Location": "http://10.0.0.1/x"}
    )
    chat, gone = Receiver(site, "/salon"), Receiver(site, "/parti", 204, 410)
    for receiver in (good, bad, busy, slow, elsewhere):
        assert selon(monkeypatch, tmp_path, "add", receiver.url, "--subject", "phare") == 0
        receiver.secret = capsys.readouterr().out.strip()
        assert receiver.secret.startswith("whsec_")
    assert selon(monkeypatch, tmp_path, "add", chat.url, "--subject", "phare", "--chat") == 0
    assert chat.records.pop() == {
        "text": "Selon est relié\u00a0: les nouveaux articles seront annoncés ici."
    }
    assert selon(monkeypatch, tmp_path, "add", gone.url, "--subject", "phare") == 0
    good.records.clear()
    await hooked.look()
    hooked.publish()
    await hooked.look()
    (record,) = good.records
    (news,) = record["data"]["news"]
    assert record["type"] == "selon.news"
    assert (news["subject"], news["citations"][0]["quote"]) == ("phare", QUOTE)
    assert news["citations"][0]["link"].startswith("https://selon.exemple/articles/")
    (said,) = chat.records
    assert "rouvre &lt;ce soir&gt; &amp; demain." in said["text"]
    page = unescape(hooked.client.get("/admin", headers=ANNE).text)
    assert f"L’alerte 7 ({site.url}) est suspendue" in page, "gone is final"
    clock.pass_by(minutes=20)
    await hooked.look()
    clock.pass_by(minutes=20)
    await hooked.look()
    assert [len(own.records) for own in (good, bad, slow, busy)] == [1, 2, 2, 1]
    assert len(set(bad.ids)) == 1, "a message that is sent again keeps its id"
    clock.pass_by(minutes=21)
    await hooked.look()
    assert len(busy.records) == 2
    for _ in range(FAILURE_LIMIT):
        clock.pass_by(hours=7)
        await hooked.look()
    page = unescape(hooked.client.get("/admin", headers=ANNE).text)
    assert f"L’alerte 5 ({site.url}) est suspendue\u00a0: elle mène à un autre site" in page
    assert "0 adresse de courriel, 7 webhooks" in page
    capsys.readouterr()
    assert selon(monkeypatch, tmp_path, "list") == 0
    listed = capsys.readouterr().out
    assert f"1. {site.url}, tout de suite\u00a0: phare" in listed
    assert "/bon" not in listed, "the path is a secret"
    assert selon(monkeypatch, tmp_path, "remove", "5") == 0
    assert selon(monkeypatch, tmp_path, "remove", "5") == 2


async def test_a_webhook_is_told_of_open_articles_alone(
    hooked: Newsroom, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "collections.toml").write_text("[conseil]\nfolders = ['conseil']\n", "utf-8")
    update = {"collections": tmp_path / "collections.toml"}
    hooked.settings, hooked.shelf = hooked.settings.model_copy(update=update), ClosedShelf(FRESNEL)
    hooked.open()
    receiver = Receiver(site, "/bon")
    assert selon(monkeypatch, tmp_path, "add", receiver.url, "--subject", "phare") == 0
    receiver.records.clear()
    await hooked.look()
    for path, told in (("conseil/phare.md", 0), ("phare.md", 1)):
        hooked.publish(replace(ARTICLE, path=path, id=ARTICLE.id[::-1] if told else ARTICLE.id))
        await hooked.look()
        assert len(receiver.records) == told


def test_private_addresses_are_the_operators_to_allow(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Receiver(site, "/bon")
    for lang, words in (("fr", "privé"), ("en", "private")):
        monkeypatch.setenv("SELON_LANGUAGE", lang)
        address = f"{site.url}/bon"
        code = run(["alerts", "add", address, "--subject", "x", "--data-dir", str(tmp_path)])
        assert code == 1
        assert words in capsys.readouterr().err
    assert not site.asked


@pytest.mark.parametrize("language", ["fr", "en"])
def test_bad_settings_are_said(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_LANGUAGE", language)
    cases = {
        "imap://hote": "smtps://",
        "smtp://nom:secret/de@hote": "%2F",
        "smtps://nom:secret@hote": "SELON_SMTP_URL",
    }
    for url, words in cases.items():
        monkeypatch.setenv("SELON_SMTP_URL", url)
        assert run(["alerts", "list"]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "secret/de" not in said
        assert "nom:secret@" not in said
    monkeypatch.setenv("SELON_MAIL_SENDER", "Selon")
    assert run(["alerts", "list"]) == 2
    assert "selon@exemple.fr" in capsys.readouterr().err

"""Who may ask on the web, and as whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.errors import ModelFailed, SettingsError
from bot.followups.turn import TurnText
from bot.llm.budget import Allowance, RationedModel
from bot.settings import Settings, load_settings
from bot.state import web_tokens
from bot.state.audit import Actor
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.people import WEB_PEOPLE
from bot.state.tables import VoteRow
from bot.web.access import accepted_language, address_number
from bot.web.addresses import LOGIN
from bot.web.app import create_app
from bot.web.cookies import COOKIE
from bot.web.service import Visitor, WebService
from tests.bot.llm.fakes import Scripted
from tests.bot.llm.test_budget import REQUEST
from tests.bot.messenger.samples import LENS, refused
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.bot.web.library import answer_paths
from tests.e2e.telegram import Shelf, StubChain

PROXY = "10.0.0.2"
BEHIND_PROXY = {"web_access": "open", "web_proxies": "10.0.0.0/24", "group_burst": 4}
HOST = "selon.exemple.fr"
Open = Callable[..., TestClient]


@pytest.fixture
def visit(chain: StubChain, shelf: Shelf, state: State, tmp_path: Path) -> Iterator[Open]:
    """Browsers that come to an application of these settings, from an address, all at once."""
    now = utc_now()
    with ExitStack() as opened:

        def visit(address: str = "203.0.113.9", **settings: Any) -> TestClient:
            chosen = Settings(_env_file=None, data_dir=tmp_path, **settings)
            service = WebService(chain, shelf, state, chosen, now=lambda: now)  # type: ignore[arg-type]
            client = TestClient(create_app(service), base_url=ORIGIN, client=(address, 1234))
            return opened.enter_context(client)

        yield visit


def create(state: State) -> str:
    return state.do(
        partial(web_tokens.create_token, name="Zoé", now=utc_now(), by=Actor("terminal"))
    )


def ask(client: TestClient, **headers: str) -> int:
    client.cookies.clear()
    return client.post("/", data={"q": QUESTION}, headers=headers).status_code


def test_a_token_opens_the_pages_until_it_is_removed(visit: Open, state: State) -> None:
    client, token = visit(web_access="token"), create(state)
    assert ask(client) == 401
    assert ask(client, authorization=f"Bearer {token}") == 200
    assert client.get("/", headers={"accept": "text/html"}).url.path == LOGIN
    assert client.post(LOGIN, data={"token": "x" * 32}).status_code == 401
    assert COOKIE not in client.cookies
    assert client.post(LOGIN, data={"token": token}).status_code == 200
    assert LENS in client.post("/", data={"q": QUESTION}).text
    state.do(partial(web_tokens.remove_token, name="Zoé", now=utc_now(), by=Actor("terminal")))
    assert ask(client, authorization=f"Bearer {token}") == 401


def test_a_token_is_stored_as_a_digest(state: State, tmp_path: Path) -> None:
    token = create(state)
    state.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))
    assert "Zoé".encode() in stored
    assert token.encode() not in stored


def test_who_guesses_tokens_is_slowed_down(visit: Open, state: State) -> None:
    client, token = visit(web_access="token"), create(state)
    answers = [ask(client, authorization=f"Bearer {n:032}") for n in range(25)]
    assert (answers[0], answers[-1]) == (401, 429)
    other = visit("203.0.113.77", web_access="token")
    assert ask(other, authorization=f"Bearer {token}") == 200
    assert ask(other, authorization=f"Bearer {1:032}") == 401


def test_a_trusted_proxy_names_the_person(visit: Open) -> None:
    proxied = visit(PROXY, web_access="proxy", web_proxies="10.0.0.0/24")
    assert ask(proxied, **{"X-Forwarded-User": "zoe"}) == 200
    assert ask(proxied) == 403
    stranger = visit(web_access="proxy", web_proxies="10.0.0.0/24")
    assert ask(stranger, **{"X-Forwarded-User": "zoe"}) == 403


@pytest.mark.parametrize("mode", ["local", "open"])
def test_a_cookie_is_nobody_unless_selon_signed_it(visit: Open, state: State, mode: str) -> None:
    token = create(state)
    bearer = {"authorization": f"Bearer {token}"}
    named = {"X-Forwarded-User": "zoe.martin.de.la.redaction"}
    visit(web_access="token").post("/", data={"q": QUESTION}, headers=bearer)
    visit(PROXY, web_access="proxy", web_proxies=PROXY).post(
        "/", data={"q": QUESTION}, headers=named
    )
    mine = visit(web_access=mode)
    mine.post("/", data={"q": QUESTION})
    (cookie,) = mine.cookies.values()
    assert len(mine.get("/mesdonnees.json").json()["turns"]) == 1
    other_mode = "open" if mode == "local" else "local"
    forged = ["user zoe.martin.de.la.redaction", "proxy zoe.martin.de.la.redaction", "token Zoé"]
    forged += [
        "zoe.martin.de.la.redaction",
        token,
        cookie[:-1],
        cookie.partition(".")[0],
        f"a{cookie}",
    ]
    for value in forged:
        client = visit(web_access=mode)
        kept = client.get("/mesdonnees.json", headers={"cookie": f"{COOKIE}={value}".encode()})
        assert kept.json()["turns"] == []
        assert COOKIE in kept.headers["set-cookie"]
    elsewhere = visit(web_access=other_mode).get(
        "/mesdonnees.json", headers={"cookie": f"{COOKIE}={cookie}"}
    )
    assert elsewhere.json()["turns"] == []


def test_one_address_has_one_limit_whatever_its_cookies(visit: Open) -> None:
    client = visit(web_access="open", group_burst=6)
    assert [ask(client) for _ in range(8)][::7] == [200, 429]
    assert ask(visit("198.51.100.4", web_access="open", group_burst=6)) == 200
    local = visit(web_access="local", group_burst=6)
    assert {ask(local) for _ in range(8)} == {200}


def test_a_cookie_is_for_the_server_alone(visit: Open) -> None:
    cookie = visit(web_access="open").get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secure = visit("127.0.0.1", web_access="open")
    proxied = secure.get("/", headers={"x-forwarded-proto": "https"})
    assert "Secure" in proxied.headers["set-cookie"]


def test_local_access_listens_on_this_machine_alone() -> None:
    with pytest.raises(SettingsError):
        load_settings(_env_file=None, web_host="0.0.0.0")
    assert load_settings(_env_file=None, web_host="0.0.0.0", web_access="open").web_port == 8000


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "fr"), ("en-GB,en;q=0.9", "en"), ("de,fr;q=.5,en;q=.4", "fr"), ("en;q=x", "fr")],
)
def test_the_browser_tells_the_language(header: str, language: str) -> None:
    assert accepted_language(header) == language


def test_an_address_is_one_however_it_is_written_and_for_a_household() -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert address_number(f"{prefix}203.0.113.9") == address_number("203.0.113.9")
        assert address_number(f"{prefix}203.0.113.9") != address_number(f"{prefix}203.0.113.8")
    household = address_number("2001:db8:1:2::7")
    assert household == address_number("2001:db8:1:2:ffff::1")
    assert household != address_number("2001:db8:1:3::7")


@pytest.mark.parametrize("proxy", [PROXY, f"::ffff:{PROXY}"])
def test_visitors_behind_a_proxy_on_a_dual_stack_socket_have_limits_of_their_own(
    visit: Open, proxy: str
) -> None:
    client = visit(proxy, **BEHIND_PROXY)
    one, other = ({"x-forwarded-for": f"::ffff:203.0.113.{n}, ::ffff:10.0.0.3"} for n in (1, 2))
    assert {ask(client, **one) for _ in range(6)} == {200, 429}
    assert ask(client, **other) == 200


def test_pages_of_other_sites_do_not_use_up_a_limit(visit: Open) -> None:
    client = visit(web_access="open", question_burst=2, group_burst=2)
    sent = {"sec-fetch-site": "cross-site"}
    for path in ("/articles?q=phare", "/?q=phare", "/articles?q=lentille"):
        for _ in range(10):
            page = client.get(path, headers=sent)
    assert page.status_code == 403
    assert "Un autre site vous envoie ici." in page.text
    assert 'href="/articles?q=lentille"' in page.text
    assert ask(client) == 200


def test_new_cookies_are_no_new_voices(visit: Open, state: State) -> None:
    asker = visit(web_access="open", group_burst=0)
    (at,) = answer_paths(asker.post("/", data={"q": QUESTION}).text)
    for _ in range(5):
        stranger = visit("198.51.100.4", web_access="open", group_burst=0)
        assert "/vote" not in stranger.get(at).text
        assert stranger.post(f"{at}/vote", data={"vote": "bad"}).status_code == 404
    assert asker.post(f"{at}/vote", data={"vote": "good"}).status_code == 200
    with state.session() as session:
        assert session.scalars(select(VoteRow.good)).all() == [True]


async def test_new_cookies_are_no_new_allowance(shelf: Shelf, state: State, tmp_path: Path) -> None:
    model = Scripted("Fresnel")
    rationed = RationedModel(model, Allowance(lambda: state, 2))

    class Chain(StubChain):
        async def ainvoke(self, input: TurnText) -> Answer:
            with suppress(ModelFailed):
                await rationed.reply(REQUEST)
            return refused(input.question)

    settings = Settings(_env_file=None, data_dir=tmp_path, web_access="open")
    service = WebService(Chain(), shelf, state, settings)  # type: ignore[arg-type]
    for number in range(5):
        await service.ask(QUESTION, Visitor(WEB_PEOPLE + number, "fr", WEB_PEOPLE + 99))
    assert len(model.calls) == 2
    await service.ask(QUESTION, Visitor(WEB_PEOPLE + 7, "fr"))
    assert len(model.calls) == 3


@pytest.mark.parametrize(
    ("method", "path", "headers", "sentence"),
    [
        ("POST", "/", {"content-length": "70000"}, "La requête est trop longue."),
        ("POST", "/api/ask", {"content-length": "70000"}, "La requête est trop longue."),
        ("POST", "/articles", {}, "Cette méthode n’est pas permise ici."),
        ("POST", "/", {"origin": "https://x.fr"}, "Les requêtes d’autres sites sont refusées."),
        ("GET", "/", {"host": "x.fr"}, "Ce nom de machine n’est pas servi ici."),
        ("GET", "/api/nothing", {}, "Cette adresse n’existe pas."),
        ("GET", "/embed", {}, "Ce site n’a pas le droit d’afficher Selon\u00a0: SELON_WEB_EMBED."),
        ("POST", "/answer", {"accept-language": "en", "host": "x.fr"}, "Invalid host header."),
        ("GET", f"/?q={'a' * 1001}", {}, "La question a plus de 1\u202f000 caractères"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(
    visit: Open, method: str, path: str, headers: dict[str, str], sentence: str
) -> None:
    response = visit(web_access="local").request(method, path, headers=headers)
    text = response.json()["error"]["message"] if path.startswith("/api/") else response.text
    assert sentence in text

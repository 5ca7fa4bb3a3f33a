"""Sign-in with a real OpenID provider on this machine, and attacks on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.errors import SettingsError
from bot.rights import readable_collections
from bot.settings import load_settings
from bot.state.audit import Actor
from bot.state.clock import utc_now
from bot.state.rights import change_right
from bot.web.addresses import LOGIN
from bot.web.app import create_app
from bot.web.cookies import COOKIE, seal
from bot.web.openid import BEGIN, RETURN
from bot.web.service import WebService
from tests.bot.messenger.samples import LENS, answered, cite
from tests.bot.web.browser import check_page, follow, served
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import StubChain

pytest.importorskip("authlib")
from tests.bot.web.openid_provider import (
    CLIENT,
    SECRET,
    FakeProvider,
    sign_not,
    sign_with_another_key,
    sign_with_the_secret,
)


@pytest.fixture(scope="module")
def started() -> Iterator[FakeProvider]:
    provider = FakeProvider()
    with served(provider.app) as provider.issuer:
        yield provider


@pytest.fixture
def provider(started: FakeProvider) -> FakeProvider:
    started.reset()
    return started


@pytest.fixture
def signing_in(service: WebService, provider: FakeProvider) -> WebService:
    settings = load_settings(
        _env_file=None,
        data_dir=service.settings.data_dir,
        web_access="openid",
        openid_issuer=provider.issuer,
        openid_client=CLIENT,
        openid_secret=SECRET,
        openid_roles="direction=administrator; redaction=editor",
        openid_groups="equipes",
    )
    return replace(service, settings=settings)


@pytest.fixture
def visitor(signing_in: WebService) -> Iterator[TestClient]:
    with TestClient(create_app(signing_in), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def go(client: TestClient, path: str = "") -> str:
    """Follow a visitor to the provider; the path to which it sends them back."""
    begun = client.get(BEGIN, params={"next": path})
    assert begun.status_code == 302
    back = urlsplit(httpx2.get(begun.headers["location"]).headers["location"])
    return f"{back.path}?{back.query}"


def names(client: TestClient) -> bool:
    return client.get("/conversations").status_code == 200


def test_who_signs_in_is_named_until_they_sign_out(
    visitor: TestClient, provider: FakeProvider
) -> None:
    page = visitor.get("/articles?q=phare", headers={"accept": "text/html"})
    login = visitor.get(page.headers["location"])
    assert f'href="{BEGIN}?next=/articles%3Fq%3Dphare"' in login.text
    back = visitor.get(go(visitor, "/articles?q=phare"))
    assert (back.status_code, back.headers["location"]) == (303, "/articles?q=phare")
    assert "Se déconnecter (Zoé)" in visitor.get("/conversations").text
    assert visitor.post("/", data={"q": QUESTION}).status_code == 303
    assert visitor.get("/admin/chiffres").status_code == 200, "an editor"
    assert visitor.get("/admin").status_code == 403
    assert visitor.post("/admin/articles/retirer", data={"id": "x"}).status_code == 403
    left = visitor.post("/sortir")
    assert f"{provider.issuer}/end?post_logout_redirect_uri=" in left.text
    assert not names(visitor)
    visitor.get(go(visitor))
    assert len(visitor.get("/mesdonnees.json").json()["turns"]) == 1, "the same person"


def test_a_browser_goes_to_the_provider_and_comes_back(
    signing_in: WebService, provider: FakeProvider, browser: Chrome
) -> None:
    """The policy of the pages and the cookies let it."""
    with served(create_app(signing_in)) as provider.origin:
        browser.get(f"{provider.origin}/articles")
        check_page(browser)
        follow(browser.find_element(By.LINK_TEXT, "Se connecter"))
        assert browser.current_url == f"{provider.origin}/articles"
        follow(browser.find_element(By.CSS_SELECTOR, ".end button"))
        assert "Vous êtes déconnecté" in browser.page_source
        check_page(browser)
        browser.get(f"{provider.origin}/articles")
        assert browser.current_url.startswith(f"{provider.origin}{LOGIN}")


@pytest.mark.parametrize(
    ("claims", "further", "status"),
    [
        ({}, {}, 303),
        ({"equipes": "direction"}, {}, 303),
        ({"equipes": ["sport"]}, {}, 403),
        ({"equipes": [{"redaction": 1}]}, {}, 403),
        ({"equipes": None}, {"equipes": ["redaction"]}, 303),
        ({"equipes": None}, {}, 403),
        ({"equipes": None}, {"sub": "mallory", "equipes": ["direction"]}, 403),
    ],
)
def test_groups_let_people_in(
    visitor: TestClient,
    provider: FakeProvider,
    claims: dict[str, Any],
    further: dict[str, Any],
    status: int,
) -> None:
    provider.claims, provider.further = claims, {**provider.further, **further}
    back = visitor.get(go(visitor))
    assert back.status_code == status
    assert names(visitor) is (status == 303)
    assert f'href="{LOGIN}"' in back.text or status == 303


def test_a_group_reads_what_is_closed_until_its_right_is_taken(
    signing_in: WebService, chain: StubChain, provider: FakeProvider, tmp_path: Path
) -> None:
    (tmp_path / "collections.toml").write_text("[conseil]\nfolders = ['conseil']\n", "utf-8")
    provider.claims = {"equipes": ["redaction", "sport"]}
    settings = signing_in.settings.model_copy(update={"collections": tmp_path / "collections.toml"})
    service, who = replace(signing_in, settings=settings), "group:redaction"
    read: list[frozenset[str]] = []

    def answer() -> Answer:
        read.append(readable_collections())
        return answered(QUESTION, cite(1, LENS))

    chain.answers[QUESTION] = answer
    change = partial(change_right, service.state, settings, "conseil", by=Actor("terminal"))
    with TestClient(create_app(service), base_url=ORIGIN, follow_redirects=False) as client:
        for is_given, reader in ((True, who), (False, who), (True, "group:photo")):
            assert change(who=reader, is_given=is_given)
            if is_given:
                client.get(go(client))
            assert client.post("/", data={"q": QUESTION}).status_code == 303
    assert read == [{"conseil"}, frozenset(), frozenset()]


ATTACKS: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "x" * 20}},
    "no nonce": {"claims": {"nonce": None}},
    "no signature": {"sign": sign_not},
    "a signature by the client's secret": {"sign": sign_with_the_secret},
    "a signature by another key": {"sign": sign_with_another_key},
    "no ID token": {"sign": lambda claims: None},
    "an ID token that is none": {"sign": lambda claims: "a.b.c"},
    "another audience": {"claims": {"aud": "wiki"}},
    "another audience, authorized for us": {"claims": {"aud": ["wiki"], "azp": CLIENT}},
    "for us, authorized for another": {"claims": {"aud": [CLIENT, "wiki"], "azp": "wiki"}},
    "another issuer": {"claims": {"iss": "https://mal.example"}},
    "an expired ID token": {"claims": {"exp": int(time.time()) - 600}},
    "nobody": {"claims": {"sub": None}},
}


def test_an_id_token_that_is_not_for_this_sign_in_names_nobody(
    visitor: TestClient, provider: FakeProvider
) -> None:
    for name, attack in ATTACKS.items():
        provider.reset()
        for field, value in attack.items():
            setattr(provider, field, value)
        back = visitor.get(go(visitor))
        assert back.status_code == 403, name
        assert "La connexion n’a pas abouti" in back.text, name
        assert not names(visitor), name


def test_a_return_that_this_browser_did_not_begin_names_nobody(
    visitor: TestClient, signing_in: WebService
) -> None:
    """A link of somebody else's return would sign their account in here."""
    path = go(visitor)
    with TestClient(create_app(signing_in), base_url=ORIGIN, follow_redirects=False) as other:
        assert other.get(path).status_code == 403
        go(other)
        assert other.get(path).status_code == 403
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert visitor.get(RETURN, params={**query, "state": "x" * 30}).status_code == 403


def test_a_code_is_good_once(visitor: TestClient) -> None:
    path = go(visitor)
    flow = dict(visitor.cookies)
    assert visitor.get(path).status_code == 303
    visitor.cookies.clear()
    assert visitor.get(path).status_code == 403, "the browser's flow is over"
    visitor.cookies.update(flow)
    assert visitor.get(path).status_code == 403, "and the provider's code is used"


def test_sign_in_leads_to_pages_of_ours_alone(visitor: TestClient) -> None:
    for path in (
        *("https://mal.example", "//mal.example", "/\\mal.example", "/\t/mal.example", "mal"),
        *("javascript:alert(1)", "/a\r\nset-cookie: x=y", "\\\\mal.example", "/" + "a" * 2000),
        LOGIN,
    ):
        assert visitor.get(go(visitor, path)).headers["location"] == "/", path


def test_a_cookie_names_nobody_unless_it_is_of_an_account(
    visitor: TestClient, signing_in: WebService
) -> None:
    path = go(visitor)
    flow = visitor.cookies[f"{COOKIE}-openid"]
    visitor.get(path)
    account = visitor.cookies[COOKIE]
    for forged in (flow, f"a{account}", account[:-1], account.partition(".")[0], "", "é.é"):
        visitor.cookies.clear()
        header = {"cookie": f"{COOKIE}={forged}".encode()}
        assert visitor.get("/conversations", headers=header).status_code == 401, forged
    later = replace(signing_in, now=lambda: utc_now() + timedelta(hours=13))
    with TestClient(create_app(later), base_url=ORIGIN) as tomorrow:
        header = {"cookie": f"{COOKIE}={account}".encode()}
        assert tomorrow.get("/conversations", headers=header).status_code == 401


def test_a_provider_that_is_another_or_away_is_said(
    service: WebService, visitor: TestClient, provider: FakeProvider
) -> None:
    provider.called = "https://mal.example"
    assert "La connexion n’a pas abouti" in visitor.get(BEGIN).text
    settings = load_settings(
        _env_file=None,
        data_dir=service.settings.data_dir,
        web_access="openid",
        openid_issuer="http://127.0.0.1:9",
        openid_client=CLIENT,
    )
    with TestClient(create_app(replace(service, settings=settings)), base_url=ORIGIN) as client:
        page = client.get(BEGIN, headers={"accept-language": "en"})
        until = utc_now().timestamp() + 60
        zoe = {"subject": "zoe-1", "name": "Zoé", "role": "reader", "until": until}
        client.cookies.set(COOKIE, seal(zoe, "account", service.cookie_key))
        left = client.post("/sortir")
    assert "sign-in does not answer" in page.text
    assert "Vous êtes déconnecté" in left.text
    assert "Max-Age=0" in left.headers["set-cookie"]


@pytest.mark.parametrize(
    "settings",
    [
        {"openid_issuer": "http://login.exemple.fr"},
        {"openid_issuer": "login.exemple.fr"},
        {"openid_roles": "redaction=chef"},
        {"openid_roles": "redaction"},
    ],
)
def test_settings_of_sign_in_are_checked(settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load_settings(_env_file=None, **settings)

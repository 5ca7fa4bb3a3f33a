"""To somebody without rights, Selon is as if the closed articles were not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bot.errors import SettingsError, UsageError
from bot.features import FEATURES
from bot.rights import closed_collections, keep_apart
from bot.settings import load_settings
from bot.state import web_tokens
from bot.state.audit import Actor, list_acts
from bot.state.database import State
from bot.state.people import person_number
from bot.state.rights import GROUP, change_right, find_readable, list_readers
from bot.web.serve import open_service
from bot.web.service import WebService
from index.article import Selection, article_id
from index.formats.base import Options
from index.ingestion.builder import build
from index.models.base import Embedder
from tests.bot.messenger.conftest import state
from tests.bot.web.library import ORIGIN, create_pages

__all__ = ["state"]
FILE = '[conseil]\nfolders = ["conseil"]\n\n[lettre]\noutlets = ["La Lettre"]\n'
PORT = "Le port de Kerbihan accueille quarante navires depuis 1932."
OPEN = {
    "pont.md": "Le pont de Kerbihan fut construit en 1901 par Élise Marchand. Il mesure trente "
    "mètres. Élise Marchand est née à Vannes en 1860.",
    "port.md": f"{PORT} La maire de Kerbihan, Anne Morel, veut y bâtir une halle.",
    "ecole.md": "L’école de Kerbihan compte trente élèves. Anne Morel l’a inaugurée en 1998.",
    "moulin.md": "Le moulin de Kerbihan broie du grain depuis 1850. Sa roue tourne encore.",
}
SECRET = "Le conseil de Kerbihan vendra le moulin à Zacharie Uzon pour quarante millions."
CLOSED = {
    "conseil/vente.md": f"{SECRET} Zacharie Uzon est un financier de Genève.",
    "conseil/ecole.md": "L’école de Kerbihan fermera en 2027. Anne Morel l’a dit au conseil.",
    "conseil/copie.md": OPEN["pont.md"],
    "lettre.md": "La maire de Kerbihan, Anne Morel, quittera la mairie pour un zeppelin.",
}
BY = Actor("terminal", name="root")
QUESTIONS = (
    "Qui a construit le pont de Kerbihan ?",
    "À qui le conseil vendra-t-il le moulin ?",
    "Qui est Zacharie Uzon ?",
    "Quand l’école de Kerbihan fermera-t-elle ?",
    "zepelin",
    "combien d’articles parlent de l’école de Kerbihan ?",
    "Que dit Anne Morel ?",
    "Quels sont les derniers articles ?",
    "Chronologie de Kerbihan",
    "Fiche sur Anne Morel",
    "Les articles de La Lettre",
)
_NUMBERS = re.compile(r"\b\d{16,19}\b|\b(?:chatcmpl-|msg_)\w{24}|UEsDB[\w+/=]{99,}")  # and a zip
# Found in the background.
_EXAMPLES = re.compile(r'\s*<(div|details) class="(?:examples|functions).*?</\1>', re.DOTALL)
IDS = [article_id(f"corpus/{name}") for name in (*OPEN, *CLOSED)]


def write(folder: Path, texts: Mapping[str, str]) -> None:
    for day, (name, text) in enumerate(texts.items(), start=3):
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        outlet = "La Lettre" if name == "lettre.md" else "Le Phare"
        head = f"title: {path.parent.name} {path.stem}\noutlet: {outlet}\ndate: 2024-05-{day:02}"
        path.write_text(f"---\n{head}\n---\n{text}\n", encoding="utf-8")


class Browser:
    """A browser of an application, that comes with the token of a name."""

    def __init__(self, service: WebService, client: TestClient) -> None:
        self.service = service
        self.client = client

    def named(self, name: str) -> TestClient:
        create = partial(web_tokens.create_token, name=name, by=BY, now=datetime.now(UTC))
        token = self.service.state.do(create)
        self.client.cookies.clear()
        self.client.headers["authorization"] = f"Bearer {token}"
        return self.client

    def change(self, *collections: str, is_given: bool) -> None:
        for name in collections:
            state, settings = self.service.state, self.service.settings
            assert change_right(state, settings, name, "token:Zoé", BY, is_given=is_given)


@pytest.fixture
def both(
    tmp_path: Path, bundled: Embedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Browser, Browser]]:
    """Selon over all articles, some of them closed, and over the open ones alone."""
    file = tmp_path / "collections.toml"
    file.write_text(FILE, encoding="utf-8")
    browsers = []
    with ExitStack() as stack:
        for name, texts in (("whole", OPEN | CLOSED), ("open", OPEN)):
            folder = tmp_path / name
            write(folder, texts)
            monkeypatch.chdir(folder)
            settings = load_settings(
                data_dir=folder,
                collections=file if name == "whole" else None,
                web_access="token",
                web_admins="Chef",
                question_burst=100_000,
            )
            options = keep_apart(settings, Options(), [Path("corpus")])
            build([Path("corpus")], folder, bundled, options=options)
            service = stack.enter_context(open_service(settings))
            client = TestClient(create_pages(service, FEATURES), base_url=ORIGIN)
            browsers.append(Browser(service, stack.enter_context(client)))
        yield browsers[0], browsers[1]


def call_tool(client: TestClient, name: str, arguments: Mapping[str, str]) -> str:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    accept = {"accept": "application/json, text/event-stream"}
    params = {"name": name, "arguments": arguments}
    return client.post("/mcp", json={**call, "params": params}, headers=accept).text


def ask_everything(client: TestClient, questions: Sequence[str] = QUESTIONS) -> dict[str, str]:
    """What every door says, without what is of the moment."""
    said: dict[str, str] = {}

    def note(name: str, text: str) -> None:
        for key in re.findall(r"/a/([\w-]{22})", text):
            text = text.replace(key, "KEY")
        text = _NUMBERS.sub("NUMBER", _EXAMPLES.sub("", text))
        text = re.sub(r'"created(?:_at)?":\s*\d+', "", text)
        said[name] = re.sub(r'"(?:confidence|elapsed_ms)":\s*[\d.e-]+', "", text)

    searches = ("moulin", "conseil", "zeppelin", "zepelin", "uzon", "école", "Anne Morel")
    paths = [
        *("/", "/articles", "/articles?outlet=La+Lettre", "/articles?since=2024-05-05"),
        *("/quotidien?day=2024-05-10", "/quotidien.xml?day=2024-05-08", "/verifier", "/dossier"),
        *("/alertes", "/api/openapi.json"),
        *(f"/articles?q={quote(words)}" for words in searches),
        *(f"/api/search?q={quote(words)}" for words in searches),
        *(f"/articles/{own}" for own in IDS),
        *(f"/api/articles/{own}" for own in IDS),
        *(f"/api/ask?q={quote(question)}" for question in questions),
    ]
    for path in paths:
        note(path, client.get(path).text)
    for question in questions:
        note(f"page {question}", client.post("/", data={"q": question}).text)
        messages = [{"role": "user", "content": question}]
        body = {"model": "selon", "messages": messages}
        note(f"v1 {question}", client.post("/v1/chat/completions", json=body).text)
        note(f"tool {question}", call_tool(client, "ask", {"question": question}))
    for words in searches:
        note(f"search {words}", call_tool(client, "search", {"query": words}))
    for own in IDS:
        note(f"fetch {own}", call_tool(client, "fetch", {"id": own}))
    draft = {"text": f"{SECRET} {OPEN['moulin.md']}"}
    note("draft", client.post("/verifier", data=draft).text)
    return said


def test_without_a_right_every_door_says_what_it_would_without_the_articles(
    both: tuple[Browser, Browser],
) -> None:
    whole, only = both
    expected = ask_everything(only.named("Zoé"))
    said = ask_everything(whole.named("Zoé"))
    for name, text in expected.items():
        assert said[name] == text, name
    whole.change("conseil", "lettre", is_given=True)
    secrets = QUESTIONS[1], QUESTIONS[4]
    granted = ask_everything(whole.named("Zoé"), secrets)
    assert "Zacharie Uzon" in granted[f"page {QUESTIONS[1]}"]
    assert "zeppelin" in granted["/articles?q=zepelin"]
    whole.change("conseil", "lettre", is_given=False)
    for name, text in ask_everything(whole.named("Zoé"), secrets).items():
        assert text == expected[name], name


def test_an_answer_is_shown_with_the_rights_of_who_asked_alone(
    both: tuple[Browser, Browser],
) -> None:
    whole, _ = both
    asked = {}
    for name in ("Chef", "Zoé"):
        for question in (QUESTIONS[1], QUESTIONS[5], QUESTIONS[0]):
            page = whole.named(name).post("/", data={"q": question}).text
            asked[name, question] = re.findall(r"/a/[\w-]{22}", page)[0]

    def shown(name: str) -> list[int]:
        client = whole.named(name)
        return [client.get(path).status_code for path in asked.values()]

    assert shown("Chef") == [200] * 6
    # What rests on a closed article, names one for more, or counts them, is not shown.
    assert shown("Zoé") == [404, 404, 404, 200, 200, 200]
    answer = asked["Chef", QUESTIONS[1]]
    documents = (f"{answer}/document.md", f"{answer}/document.docx")
    assert [whole.named("Zoé").get(path).status_code for path in documents] == [404, 404]
    whole.change("conseil", is_given=True)
    assert shown("Zoé")[0] == 200
    own = whole.named("Zoé").post("/", data={"q": QUESTIONS[1]}).url
    assert SECRET[:40] in whole.named("Zoé").get(own).text
    whole.change("conseil", is_given=False)
    assert whole.named("Zoé").get(own).status_code == 404


def test_a_file_that_is_missing_or_faulty_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "collections.toml"
    settings = load_settings(data_dir=tmp_path, collections=file)
    for text in (
        *("[conseil", "conseil = 1", "[conseil]", "[conseil]\nfolders = []"),
        *("[conseil]\nfolders = ['']", "[conseil]\nfolders = 'a'", "[conseil]\nother = ['a']"),
        *("['a b']\nfolders = ['a']", "[conseil]\nfolders = ['/']"),
    ):
        with pytest.raises(SettingsError):
            closed_collections(settings)
        file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        closed_collections(settings)
    file.write_text("[conseil]\nfolders = ['/interne/conseil/']\noutlets = ['A']", "utf-8")
    expected = Selection(outlets=("A",), folders=("interne/conseil",))
    assert closed_collections(settings) == {"conseil": expected}


def test_a_closed_folder_is_not_read_from_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "collections.toml"
    file.write_text(FILE, encoding="utf-8")
    settings, inside = load_settings(collections=file), tmp_path / "conseil" / "2024"
    inside.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert len(keep_apart(settings, Options(), [Path("conseil"), inside]).apart) == 2
    for place, path in ((inside, Path()), (inside.parent, Path("2024")), (inside, inside)):
        monkeypatch.chdir(place)
        with pytest.raises(UsageError, match="collection-from-inside"):
            keep_apart(settings, Options(), [path])


def test_rights_are_given_to_whom_is_named(state: State, tmp_path: Path) -> None:
    file = tmp_path / "collections.toml"
    file.write_text(FILE, encoding="utf-8")
    settings = load_settings(collections=file, openid_issuer="https://id.exemple.fr")
    holders = {
        "123": 123,
        "-100123": -100123,
        "token:Zoé": person_number("token", "Zoé"),
        "openid:7": person_number("openid", "https://id.exemple.fr 7"),
        "group:Desk": person_number(GROUP, "Desk"),
    }
    for who, number in holders.items():
        assert change_right(state, settings, "conseil", who, BY, is_given=True)
        assert not change_right(state, settings, "conseil", who, BY, is_given=True)
        assert find_readable(state, settings, [number, 5]) == {"conseil"}
    assert set(list_readers(state, settings)["conseil"]) == holders.keys()
    for who in holders:
        assert change_right(state, settings, "conseil", who, BY, is_given=False)
    assert list_readers(state, settings) == {"conseil": [], "lettre": []}
    assert find_readable(state, settings, [123]) == frozenset()
    assert find_readable(state, settings, [], administers=True) == {"conseil", "lettre"}
    with state.session() as session:
        acts = [(own.act, own.object, own.detail) for own in list_acts(session)]
    assert acts[-1] == ("right", "123", "conseil")
    assert acts[0] == ("right-taken", "group:Desk", "conseil")
    assert len(acts) == 2 * len(holders)
    for collection, who in (("conseil", "Zoé"), ("conseil", "token:"), ("autre", "123")):
        with pytest.raises(UsageError):
            change_right(state, settings, collection, who, BY, is_given=True)

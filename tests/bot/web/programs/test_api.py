"""The JSON API, and its description held against what it answers."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from httpx2 import Response
from jsonschema import Draft202012Validator
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.errors import StateError
from bot.features import FEATURES
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.state import web_tokens
from bot.state.audit import Actor
from bot.state.database import State
from bot.web.app import create_app
from bot.web.program_errors import is_for_programs
from bot.web.service import WebService
from index.errors import NoIndex
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.bot.web.library import create_pages
from tests.docs import ROOT
from tests.e2e.telegram import StubChain

FR = Phrases.of("fr")
ASKING = ["/api/ask", "/v1/chat/completions"]
QUESTIONS = [
    "Qui a inventé le Minitel ?",
    "Comment renouveler son passeport ?",
    "Who discovered penicillin?",
    "Que s’est-il passé en juillet 2024 ?",
    "Quels articles avez-vous publiés en 2024 ?",
    "Merci !",
    "Je veux mourir, je n’en peux plus.",
]


@pytest.fixture(scope="module")
def api(live: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def description(api: httpx.Client) -> dict[str, Any]:
    described: dict[str, Any] = api.get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    Draft202012Validator.check_schema({"$defs": described["components"]["schemas"]})
    return described


def check(description: dict[str, Any], path: str, method: str, response: httpx.Response) -> None:
    """The body is of the schema of its status, and has no field beside."""
    operation = description["paths"][path][method]
    schema = operation["responses"][str(response.status_code)]["content"]["application/json"]
    components = copy.deepcopy(description["components"])
    for each in components["schemas"].values():
        if each.get("type") == "object":
            each["additionalProperties"] = False
    Draft202012Validator({**schema["schema"], "components": components}).validate(response.json())


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_valid(api: httpx.Client, description: dict[str, Any], question: str) -> None:
    posted = api.post("/api/ask", json={"question": question})
    check(description, "/api/ask", "post", posted)
    read = api.get("/api/ask", params={"q": question})
    check(description, "/api/ask", "get", read)
    assert {**posted.json(), "elapsed_ms": 0} == {**read.json(), "elapsed_ms": 0}


def test_a_kind_calls_a_function_on_a_subject(
    api: httpx.Client, description: dict[str, Any]
) -> None:
    asked = {"question": "Notre-Dame", "kind": "chronology", "from": "2019", "to": "2020-12"}
    posted = api.post("/api/ask", json=asked)
    check(description, "/api/ask", "post", posted)
    record = posted.json()
    (section,) = record["sections"]
    cited = {citation["number"]: citation for citation in record["citations"]}
    for line in section["lines"]:
        assert "2019-01-01" <= line["days"]["from"] <= line["days"]["to"] <= "2020-12-31"
        own = cited[line["citations"][0]]
        text = api.get(f"/api/articles/{own['article_id']}").json()["text"]
        assert text[own["start"] : own["end"]] == line["text"]
    assert (record["kind"], record["outcome"]) == ("chronology", "sure")
    assert all(month["articles"] for month in record["coverage"])
    read = api.get("/api/ask", params={"q": "Notre-Dame", **asked})
    check(description, "/api/ask", "get", read)
    assert {**read.json(), "elapsed_ms": 0} == {**record, "elapsed_ms": 0}


def test_each_answer_is_the_json_of_the_command(client: TestClient, chain: StubChain) -> None:
    for _ in range(2):
        response = client.post("/api/ask", json={"question": QUESTION})
    assert response.text == answer_json(answered(QUESTION, cite(1, LENS)))
    assert LENS in client.get(response.headers["content-location"]).text
    assert [turn.history for turn in chain.said] == [(), ()]


def test_articles_are_found_and_read(api: httpx.Client, description: dict[str, Any]) -> None:
    found = api.get("/api/search", params={"q": "Minitel", "limit": "3"})
    check(description, "/api/search", "get", found)
    articles = found.json()["articles"]
    assert 0 < len(articles) <= 3
    read = api.get(f"/api/articles/{articles[0]['id']}")
    check(description, "/api/articles/{id}", "get", read)
    for name in ("id", "title", "url"):
        assert read.json()[name] == articles[0][name]
    assert "Minitel" in read.json()["text"]


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/api/ask", "{", 400, "web-json"),
        ("POST", "/api/ask", "[" * 10_000, 400, "web-json"),
        ("POST", "/api/ask", '{"question": 7}', 422, "web-question-field"),
        ("POST", "/api/ask", "{}", 400, "web-question-empty"),
        ("POST", "/api/ask", '{"question": " "}', 400, "web-question-empty"),
        ("POST", "/api/ask", json.dumps({"question": "a" * 70_000}), 413, None),
        ("GET", "/api/ask", "", 400, "web-question-empty"),
        ("GET", "/api/ask?q=a&kind=poem", "", 422, "web-kind"),
        ("GET", "/api/ask?q=&kind=dossier", "", 400, "web-question-empty"),
        ("GET", "/api/ask?q=a&kind=dossier&from=hier", "", 422, "day-unclear"),
        ("GET", "/api/ask?q=a&kind=dossier&from=2020&to=2019", "", 422, "days-crossed"),
        ("POST", "/api/ask", '{"question": "a", "kind": 7}', 422, "web-question-field"),
        ("GET", "/api/search?q=a&limit=0", "", 422, "web-limit"),
        ("GET", "/api/search?q=a&limit=x", "", 422, "web-limit"),
        ("GET", "/api/articles/none", "", 404, "web-article-none"),
        ("GET", "/api/nothing", "", 404, "not-found"),
        ("DELETE", "/api/ask", "", 405, "method-not-allowed"),
        ("GET", "/mcp", "", 405, "method-not-allowed"),
        ("POST", "/mcp", "a" * 70_000, 413, None),
    ],
)
def test_errors_are_json(
    api: httpx.Client, method: str, path: str, content: str, status: int, code: str | None
) -> None:
    response = api.request(method, path, content=content)
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"]
    assert (response.status_code, error["code"]) == (status, code or error["code"])


def ask(client: TestClient, path: str) -> Response:
    if path == "/api/ask":
        return client.get(path, params={"q": "Qui ?"})
    messages = [{"role": "user", "content": "Qui ?"}]
    return client.post(path, json={"model": "selon", "messages": messages})


@pytest.mark.parametrize("path", ASKING)
def test_who_asks_too_much_is_told_how_long_to_wait(client: TestClient, path: str) -> None:
    response = [ask(client, path) for _ in range(25)][-1]
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("path", ASKING)
@pytest.mark.parametrize(
    ("failure", "status", "message"),
    [
        (NoIndex("no-index", subject="a secret"), 503, FR.no_index),
        (StateError("database-failed", subject="a secret"), 503, FR.failed),
        (RuntimeError("a secret"), 500, FR.failed),
    ],
)
def test_a_failure_tells_nothing_of_itself(
    service: WebService,
    chain: StubChain,
    caplog: pytest.LogCaptureFixture,
    path: str,
    failure: Exception,
    status: int,
    message: str,
) -> None:
    chain.answers["Qui ?"] = failure
    app = create_app(service)
    with TestClient(app, ORIGIN, raise_server_exceptions=False) as client:
        response = ask(client, path)
    assert (response.status_code, response.json()["error"]["message"]) == (status, message)
    assert "secret" not in response.text
    traces = [
        record for record in caplog.records if record.exc_info and record.name.startswith("bot.")
    ]
    assert bool(traces) is isinstance(failure, RuntimeError)


def test_links_lead_to_the_public_address(service: WebService, chain: StubChain) -> None:
    chain.answers["Qui ?"] = answered("Qui ?", cite(1, LENS, replace(FRESNEL, url=None)))
    settings = service.settings.model_copy(update={"web_address": "https://selon.exemple.fr/"})
    with TestClient(create_app(replace(service, settings=settings)), ORIGIN) as client:
        content = ask(client, "/v1/chat/completions").json()["choices"][0]["message"]["content"]
    assert f"](https://selon.exemple.fr/articles/{FRESNEL.id}?" in content
    assert "localhost" not in content


@pytest.mark.parametrize(
    "path",
    [
        "/api/search?q=phares",
        "/api/openapi.json",
        "/api/conversations",
        "/v1/models",
        "/v1/conversations",
        "/mcp",
    ],
)
def test_a_token_opens_every_address(service: WebService, state: State, path: str) -> None:
    method = "POST" if path in ("/v1/conversations", "/mcp") else "GET"
    settings = service.settings.model_copy(update={"web_access": "token"})
    token = state.do(
        partial(web_tokens.create_token, name="Zoé", now=service.now(), by=Actor("terminal"))
    )
    headers = {"accept": "application/json, text/event-stream"}
    with TestClient(create_app(replace(service, settings=settings)), ORIGIN) as client:
        refused = client.request(method, path, json={}, headers=headers)
        headers["authorization"] = f"Bearer {token}"
        admitted = client.request(method, path, json={}, headers=headers)
        script = client.get("/widget.js")
    assert refused.status_code == 401
    fields = {"message", "type", "param", "code"} if "/v1" in path else {"code", "message"}
    assert refused.headers["www-authenticate"] == "Bearer"
    assert set(refused.json()["error"]) == fields
    assert admitted.status_code != 401
    assert script.status_code == 200


PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
SAID: Mapping[str, str] = {
    **dict.fromkeys(("/api/ask", "Client("), "Fleming"),
    "chat.completions": "[1](http",
}
"""What an example prints, by what it calls."""


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_does_what_it_promises(live: str, kind: str, example: str) -> None:
    assert ADDRESS in example
    program = ["sh", "-euc"] if kind == "sh" else [sys.executable, "-c"]
    command = [*program, example.replace(ADDRESS, live)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr
    (expected,) = (SAID[key] for key in SAID if key in example)
    assert expected in ran.stdout
    if kind == "sh":
        json.loads(ran.stdout)


def test_every_address_is_described_and_documented(service: WebService) -> None:
    """Those of the features, too."""
    app = create_pages(service, FEATURES)
    with TestClient(app, ORIGIN) as client:
        paths = client.get("/api/openapi.json").json()["paths"]
    described = {(path, method.upper()) for path, own in paths.items() for method in own}
    routes = {
        (re.sub(r":\w+\}", "}", route.path), method)
        for route in app.routes
        if isinstance(route, Route) and is_for_programs(route.path)
        for method in (route.methods or ()) - {"HEAD"}
    }
    assert described == routes
    assert [path for path in paths if path.partition("{")[0].rstrip("/") not in PAGE] == []

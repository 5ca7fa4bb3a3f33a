"""One's own conversations, by the JSON API, OpenAI's and MCP: taken up, listed, read, changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from starlette.testclient import TestClient

from bot.web.app import create_app
from bot.web.conversations import WHOLE_TURNS
from bot.web.service import WebService
from tests.bot.messenger.samples import FRESNEL, LENS
from tests.bot.web.browser import served
from tests.bot.web.conftest import QUESTION
from tests.bot.web.library import open_client
from tests.bot.web.programs.test_api import check
from tests.bot.web.programs.test_mcp import call, connect, refusal
from tests.e2e.telegram import StubChain

PATH, ONE = "/api/conversations", "/api/conversations/{id}"
NEXT = "Et quand ?"


@pytest.fixture
def address(service: WebService) -> Iterator[str]:
    with served(create_app(service)) as address:
        yield address


def ask(client: TestClient, question: str, conversation: str = "new") -> str:
    asked = {"question": question, "conversation": conversation}
    return str(client.post("/api/ask", json=asked).json()["conversation"])


def test_a_conversation_is_taken_up_and_kept_as_on_the_page(
    client: TestClient, chain: StubChain
) -> None:
    description = client.get("/api/openapi.json").json()
    number = ask(client, QUESTION)
    assert ask(client, NEXT, number) == number
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
    client.get("/api/ask", params={"q": "Seul ?"})
    assert chain.said[-1].history == ()
    assert QUESTION in client.get(f"/conversations/{number}").text
    listed = client.get(PATH, params={"q": "lentille"})
    check(description, PATH, "get", listed)  # type: ignore[arg-type]
    (entry,) = listed.json()["conversations"]
    assert (entry["id"], entry["title"], entry["questions"]) == (number, QUESTION, 2)
    read = client.get(f"{PATH}/{number}")
    check(description, ONE, "get", read)  # type: ignore[arg-type]
    last, first = read.json()["turns"]
    assert (last["question"], first["question"]) == (NEXT, QUESTION)
    (citation,) = first["answer"]["citations"]
    assert FRESNEL.text[citation["start"] : citation["end"]] == citation["quote"] == LENS
    assert LENS in client.get(first["page"]).text
    renamed = client.patch(f"{PATH}/{number}", json={"title": "  Le   phare "})
    check(description, ONE, "patch", renamed)  # type: ignore[arg-type]
    assert client.get(PATH).json()["conversations"][0]["title"] == "Le phare"
    for _ in range(WHOLE_TURNS):
        ask(client, NEXT, number)
    turns = client.get(f"{PATH}/{number}").json()["turns"]
    assert [turn["answer"] is None for turn in turns] == [False] * WHOLE_TURNS + [True] * 2
    deleted = client.delete(f"{PATH}/{number}")
    check(description, ONE, "delete", deleted)  # type: ignore[arg-type]
    assert client.get(f"{PATH}/{number}").status_code == 404
    assert client.get(first["page"]).status_code == 404


def test_they_are_nobody_elses(client: TestClient, service: WebService) -> None:
    """Refused: another visitor, numbers that are none, fields too long, other methods."""
    number = ask(client, QUESTION)
    with open_client(service) as other:
        assert other.get(PATH).json() == {"conversations": []}
        for method, body in (("GET", None), ("PATCH", {"title": "Pris"}), ("DELETE", None)):
            for path in (number, "0", "-7", "x", "9" * 5000, "%00"):
                response = other.request(method, f"{PATH}/{path}", json=body)
                assert response.status_code == 404, (method, path)
                assert "Pris" not in client.get(PATH).text
        other.post("/api/ask", json={"question": NEXT, "conversation": number})
        assert len(client.get(f"{PATH}/{number}").json()["turns"]) == 1
    for status, content in ((422, '{"title": 7}'), (422, "{}"), (400, "["), (400, "7")):
        assert client.patch(f"{PATH}/{number}", content=content).status_code == status, content
    assert client.patch(f"{PATH}/{number}", json={"title": "a" * 201}).status_code == 422
    assert client.post(f"{PATH}/{number}").status_code == 405
    assert client.delete(f"{PATH}/{number}", headers={"origin": "https://mal.example"}).is_error
    refused = client.post("/api/ask", json={"question": NEXT, "conversation": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "web-conversation")
    assert QUESTION in client.get(PATH).text


def test_a_client_of_openai_goes_on_by_an_id(address: str, chain: StubChain) -> None:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        own: Any = client.conversations.create()
        first: Any = client.responses.create(model="selon", input=QUESTION, conversation=own.id)
        assert first.conversation.id == own.id
        (cited,) = first.citations
        assert FRESNEL.text[cited["start"] : cited["end"]] == LENS
        messages: Any = [{"role": "user", "content": NEXT}]
        for conversation in (own.id, {"id": own.id}):
            extra = {"conversation": conversation}
            chat: Any = client.chat.completions.create(
                model="selon", messages=messages, extra_body=extra
            )
            assert chat.conversation["id"] == own.id
            assert chain.said[-1].history[0].question == QUESTION
        begun: Any = client.chat.completions.create(
            model="selon", messages=messages, extra_body={"conversation": "new"}, stream=True
        )
        *_, last = begun
        assert last.conversation["id"] not in (own.id, "new")
        assert chain.said[-1].history == ()
        with pytest.raises(openai.BadRequestError):
            client.responses.create(model="selon", input=NEXT, conversation=7)  # type: ignore[arg-type]


async def test_an_assistant_takes_up_a_conversation(address: str, chain: StubChain) -> None:
    async with connect(f"{address}/mcp") as client:
        number = (await call(client, "ask", question=QUESTION, conversation="new"))["conversation"]
        await call(client, "ask", question=NEXT, conversation=number)
        assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
        alone = await call(client, "ask", question="Seul ?")
        assert (alone["conversation"], chain.said[-1].history) == (None, ())
        (entry,) = (await call(client, "list_conversations"))["conversations"]
        assert entry["id"] == number
        turns = (await call(client, "read_conversation", id=number))["turns"]
        assert turns[1]["answer"]["citations"][0]["quote"] == LENS
        await call(client, "rename_conversation", id=number, title="Phare")
        assert (await call(client, "read_conversation", id=number))["title"] == "Phare"
        await call(client, "delete_conversation", id=number)
        assert "n’existe pas" in await refusal(client, "read_conversation", id=number)
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        hints = tools["delete_conversation"].annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint) == (False, True)


def test_the_page_of_addresses_is_read_without_a_script(client: TestClient) -> None:
    for code, title, ask_summary in (
        ("fr", "Pour les programmes", "Répondre à une question"),
        ("en", "For programs", "Answer a question"),
    ):
        headers = {"accept-language": code}
        page = client.get("/api", headers=headers).text
        document = client.get("/api/openapi.json", headers=headers).json()
        assert f'<h1 class="tagline">{title}</h1>' in page
        assert "<script" not in page
        assert document["paths"]["/api/ask"]["post"]["summary"] == ask_summary
        for path, operations in document["paths"].items():
            for method, own in operations.items():
                assert f"<code>{method.upper()} {path}</code>" in page
                assert own["summary"] in page
        assert all(f'id="{name}"' in page for name in document["components"]["schemas"])

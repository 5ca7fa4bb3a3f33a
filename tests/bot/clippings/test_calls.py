"""« Mon dossier » by the JSON API and MCP: the same quotes as on the page, and nobody else's."""

from __future__ import annotations

import io

import docx
from starlette.testclient import TestClient

from bot.clippings.clipping_records import CLIPPING_LIMIT
from bot.clippings.feature import ClippingsFeature
from bot.web.service import WebService
from tests.bot.clippings.test_pages import BRIDGE, OTHER, SAID, client, keep, ref, service
from tests.bot.web.browser import served
from tests.bot.web.library import create_pages, open_client
from tests.bot.web.programs.test_api import check
from tests.bot.web.programs.test_mcp import call, connect, refusal

__all__ = ["client", "service"]
PATH, ONE = "/api/dossier", "/api/dossier/{id}"
QUOTE = {"article_id": BRIDGE.id, "quote": SAID}
THEIRS = {"article_id": OTHER.id, "quote": SAID.replace("30", "35")}


def test_a_program_keeps_notes_orders_and_exports(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    kept = client.post(PATH, json=QUOTE)
    check(description, PATH, "post", kept)  # type: ignore[arg-type]
    assert client.post(PATH, json=QUOTE).json() == kept.json()
    keep(client, ref(OTHER))
    read = client.get(PATH)
    check(description, PATH, "get", read)  # type: ignore[arg-type]
    first, second = read.json()["quotes"]
    assert first["differences"] == [{"number": 2, "own": "30 mètres", "other": "35 mètres"}]
    citation = first["citation"]
    assert BRIDGE.text[citation["start"] : citation["end"]] == citation["quote"] == SAID
    changed = client.patch(f"{PATH}/{second['id']}", json={"note": "À revoir.", "number": 1})
    check(description, ONE, "patch", changed)  # type: ignore[arg-type]
    quotes = client.get(PATH).json()["quotes"]
    assert [(own["id"], own["note"]) for own in quotes] == [
        (second["id"], "À revoir."),
        (first["id"], ""),
    ]
    page = client.get("/dossier").text
    assert page.index("mesure 35") < page.index("mesure 30")
    file = client.get("/api/dossier/document.docx")
    assert "À revoir." in str(
        [own.text for own in docx.Document(io.BytesIO(file.content)).paragraphs]
    )
    deleted = client.delete(f"{PATH}/{first['id']}")
    check(description, ONE, "delete", deleted)  # type: ignore[arg-type]
    assert [own["id"] for own in client.get(PATH).json()["quotes"]] == [second["id"]]


async def test_an_assistant_keeps_quotes(service: WebService) -> None:
    with served(create_pages(service, [ClippingsFeature()])) as address:
        async with connect(f"{address}/mcp") as assistant:
            await call(assistant, "keep_quote", **QUOTE)
            quotes = (await call(assistant, "keep_quote", **THEIRS))["quotes"]
            number = quotes[1]["id"]
            await call(assistant, "change_quote", id=number, number=1, note="Vu.")
            text = (await call(assistant, "export_dossier"))["text"]
            assert text.index("35") < text.index("Vu.") < text.index("mesure 30")
            ris = await call(assistant, "export_dossier", format="ris")
            assert ris["text"].count("TY  - NEWS") == 2
            await call(assistant, "delete_quote", id=number)
            assert len((await call(assistant, "read_dossier"))["quotes"]) == 1
            assert "n’est pas dans" in await refusal(assistant, "delete_quote", id=number)


def test_nobody_elses_and_nothing_that_no_article_says(
    client: TestClient, service: WebService
) -> None:
    (own,) = client.post(PATH, json=QUOTE).json()["quotes"]
    with open_client(service, [ClippingsFeature()]) as other:
        assert other.get(PATH).json() == {"quotes": []}
        assert other.get(f"{PATH}/document.md").status_code == 404
        for number in (own["id"], -1, 0, 2**70):
            assert other.patch(f"{PATH}/{number}", json={"note": "vu"}).status_code == 404
            assert other.delete(f"{PATH}/{number}").status_code == 404
    said = [
        (404, {**QUOTE, "quote": "Le pont mesure 99 mètres."}),
        (404, {**QUOTE, "article_id": "../../etc/passwd\0"}),
        (422, {**QUOTE, "quote": ""}),
        (422, {**QUOTE, "start": -1}),
        (422, {**QUOTE, "quote": 7}),
        (413, {**QUOTE, "quote": "a" * 70_000}),
    ]
    for status, body in said:
        response = client.post(PATH, json=body)
        assert (response.status_code, "error" in response.json()) == (status, True), body
    path = f"{PATH}/{own['id']}"
    assert client.patch(path, json={"note": "a" * 2_001}).status_code == 422
    assert client.patch(path, json={"number": CLIPPING_LIMIT + 1}).status_code == 422
    assert client.patch(path, content=rb'{"note": "\ud800"}').status_code == 400
    assert client.put(path, json={"note": "vu"}).status_code == 405
    assert client.delete(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get(f"{PATH}/document.exe").json()["error"]["code"] == "clipping-none"
    assert client.get(PATH).json()["quotes"] == [own]

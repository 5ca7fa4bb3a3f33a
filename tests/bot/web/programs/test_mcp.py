"""The MCP server, called by the SDK's own client over both transports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from bot.understanding.intents import COMMAND_INTENTS
from bot.web import answer_view
from bot.web.answer_view import quotes_path
from bot.web.mcp import RESULTS, ToolCaller, mcp_server
from bot.web.service import StoredAnswer
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.e2e.telegram import Shelf
from tests.test_features import imported

SURE = "Qui a inventé le Minitel ?"
LOADED = {"mcp", "bot.web.mcp"}
SELON = [sys.executable, "-c", "from bot.main import main; main()", "mcp"]


def test_the_pages_start_without_the_library() -> None:
    folder = Path(answer_view.__file__).parent
    users = [path.name for path in folder.glob("*.py") if LOADED & set(imported(path))]
    assert users == ["mcp.py"]


def run_mcp(folder: Path, said: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    run = partial(subprocess.run, SELON, capture_output=True, text=True, timeout=120, check=False)
    return run(input=said, env={**os.environ, **settings}, cwd=folder)


def connect(where: str | StdioServerParameters, era: str = "auto") -> Client:
    return Client(where, mode=era, read_timeout_seconds=60)


async def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """The JSON of a tool's only content, which is its structured output too."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    (content,) = result.content
    assert content.type == "text"
    found: dict[str, Any] = json.loads(content.text)
    assert found == result.structured_content
    return found


async def refusal(client: Client, name: str, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    (content,) = result.content
    assert content.type == "text"
    assert "Traceback" not in content.text
    assert "\n" not in content.text
    return content.text


async def use_every_tool(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    functions = {intent.commands[1]: intent.name for intent in COMMAND_INTENTS}
    assert list(tools)[: 3 + len(functions)] == ["search", "fetch", "ask", *functions]
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema is not None
        assert tool.output_schema["properties"]
    results = (await call(client, "search", query="le Minitel"))["results"]
    assert 0 < len(results) <= RESULTS
    assert all(set(result) == {"id", "title", "url"} for result in results)
    first = results[0]
    assert "Minitel" in first["title"]
    document = await call(client, "fetch", id=first["id"])
    assert list(document) == ["id", "title", "url", "text", "metadata"]
    assert {name: document[name] for name in first} == first
    assert document["metadata"]["language"] == "fr"
    answer = await call(client, "ask", question=SURE)
    assert answer["outcome"] in ("sure", "perhaps")
    for citation in answer["citations"]:
        source = await call(client, "fetch", id=citation["id"])
        assert citation["quote"] in source["text"]
        assert citation["url"].startswith("http")
        assert source["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert f"[{citation['number']}]" in answer["answer"]
    for name, subject in (("timeline", "Notre-Dame"), ("compare", "Hubble et James-Webb")):
        answer = await call(client, name, subject=subject)
        assert (answer["kind"], answer["outcome"]) == (functions[name], "sure")
        assert answer["sections"][0]["heading"]
    arguments = {"subject": "Notre-Dame", "from": "2019-04", "to": "2019"}
    (section,) = (await call(client, "timeline", **arguments))["sections"]
    assert {line["days"]["from"][:4] for line in section["lines"]} == {"2019"}
    assert "nombre de jours" in await refusal(client, "timeline", **{**arguments, "to": "hier"})


async def ask_and_be_refused(client: Client) -> None:
    assert (await call(client, "ask", question=SURE))["citations"]
    await be_refused(client)


async def be_refused(client: Client) -> None:
    assert "article" in await refusal(client, "fetch", id="aucun")
    assert "question" in await refusal(client, "ask", question=" ")
    assert "«\u00a0query\u00a0» n’est pas accepté\u00a0: ce champ manque." in await refusal(
        client, "search"
    )
    assert "query" in await refusal(client, "search", query=7)
    assert "1" in await refusal(client, "search", query="a" * 1_001)
    assert "il n’y a pas d’outil «\u00a0dance\u00a0»" in (await refusal(client, "dance")).lower()


async def test_the_tools_answer_over_http(live: str) -> None:
    async with connect(f"{live}/mcp") as client:
        await use_every_tool(client)
        await be_refused(client)
        help = await call(client, "ask", question="Je veux mourir, je n’en peux plus.")
    assert (help["outcome"], help["question"], help["citations"]) == ("help", "", [])
    assert "3114" in help["answer"]
    async with connect(f"{live}/mcp", "legacy") as client:
        await ask_and_be_refused(client)


async def test_the_tools_answer_over_standard_input(sample_index: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "SELON_DATA_DIR": str(sample_index), "SELON_THREADS": "1"}
    stdio = StdioServerParameters(command=SELON[0], args=SELON[1:], env=environment, cwd=tmp_path)
    async with connect(stdio) as client:
        await ask_and_be_refused(client)


@pytest.mark.parametrize("base", ["", "https://selon.exemple.fr"])
async def test_an_article_that_is_not_online_is_linked_only_in_a_reader(base: str) -> None:
    printed = replace(FRESNEL, url=None)
    library: Any = Shelf(printed)

    async def ask(question: str, conversation: str | None) -> tuple[StoredAnswer, None]:
        return StoredAnswer(answered(question, cite(1, LENS, printed))), None

    async def count(cost: float) -> None:
        pass

    server = mcp_server(library, lambda _: ToolCaller("fr", base, ask, count))
    async with Client(server) as client:
        (found,) = (await call(client, "search", query="Fresnel"))["results"]
        (cited,) = (await call(client, "ask", question=SURE))["citations"]
    address = f"{base}/articles/{printed.id}" if base else None
    quoted = base + quotes_path([cite(1, LENS, printed)]) if base else None
    assert (found["url"], cited["url"]) == (address, quoted)


def test_only_the_protocol_is_on_standard_output(sample_index: Path, tmp_path: Path) -> None:
    own = {"capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    params = {"protocolVersion": "2025-06-18", **own}
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    settings = {"SELON_DATA_DIR": str(sample_index), "SELON_LOG_LEVEL": "DEBUG"}
    ran = run_mcp(tmp_path, f"nonsense\n{json.dumps(start)}\n", SELON_THREADS="1", **settings)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    (answer,) = (line for line in lines if line.get("id") == 1 and "result" in line)
    assert answer["result"]["serverInfo"]["name"] == "selon"
    assert ran.returncode == 0
    assert "INFO" in ran.stderr


def test_without_an_index_it_says_so_and_ends(tmp_path: Path) -> None:
    ran = run_mcp(tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "selon index" in ran.stderr

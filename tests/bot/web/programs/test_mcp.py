"""The MCP server, called by the SDK's own client over both transports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from bot.settings import Settings
from bot.web.mcp import RESULTS

SURE = "Qui a inventé le Minitel ?"
ERAS = ["auto", "legacy"]
SELON = [sys.executable, "-c", "from bot.main import main; main()"]


@pytest.fixture
def stdio(sample_index: Path, tmp_path: Path) -> StdioServerParameters:
    environment = {**os.environ, "SELON_DATA_DIR": str(sample_index), "SELON_THREADS": "1"}
    return StdioServerParameters(
        command=SELON[0], args=[*SELON[1:], "mcp"], env=environment, cwd=tmp_path
    )


@asynccontextmanager
async def connected(where: str | StdioServerParameters, era: str) -> AsyncIterator[Client]:
    async with Client(where, mode=era, read_timeout_seconds=60) as client:
        yield client


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
    tools = {each.name: each for each in (await client.list_tools()).tools}
    assert list(tools) == ["search", "fetch", "ask"]
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema is not None
        assert tool.output_schema["properties"]
    results = (await call(client, "search", query="le Minitel"))["results"]
    assert 0 < len(results) <= RESULTS
    assert all(set(each) == {"id", "title", "url"} for each in results)
    first = results[0]
    assert "Minitel" in first["title"]
    document = await call(client, "fetch", id=first["id"])
    assert list(document) == ["id", "title", "url", "text", "metadata"]
    assert {name: document[name] for name in first} == first
    assert document["metadata"]["language"] == "fr"
    answer = await call(client, "ask", question=SURE)
    assert answer["outcome"] in ("sure", "perhaps")
    for each in answer["citations"]:
        source = await call(client, "fetch", id=each["id"])
        assert each["quote"] in source["text"]
        assert each["url"].startswith("http")
        assert f"[{each['number']}]" in answer["answer"]


async def be_refused(client: Client) -> None:
    assert "article" in await refusal(client, "fetch", id="aucun")
    assert "question" in await refusal(client, "ask", question=" ")
    assert "query" in await refusal(client, "search")
    assert "query" in await refusal(client, "search", query=7)
    assert "1" in await refusal(client, "search", query="a" * 1_001)
    assert "dance" in await refusal(client, "dance")


@pytest.mark.parametrize("era", ERAS)
async def test_the_tools_answer_over_http(live: str, era: str) -> None:
    async with connected(f"{live}/mcp", era) as client:
        await use_every_tool(client)
        await be_refused(client)


async def test_the_tools_answer_over_standard_input(stdio: StdioServerParameters) -> None:
    async with connected(stdio, "auto") as client:
        await use_every_tool(client)
        await be_refused(client)


async def test_what_is_asked_of_people_in_distress(live: str) -> None:
    async with connected(f"{live}/mcp", "auto") as client:
        answer = await call(client, "ask", question="Je veux mourir, je n’en peux plus.")
    assert (answer["outcome"], answer["question"], answer["citations"]) == ("help", "", [])
    assert "3114" in answer["answer"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"host": "ailleurs.example"}, 400),
        ({"origin": "https://ailleurs.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_foreign_hosts_and_origins_are_refused(
    live: str, header: dict[str, str], status: int
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"accept": "application/json, text/event-stream"}
    own = httpx.post(f"{live}/mcp", json=call, headers=accept)
    assert own.status_code == 200
    refused = httpx.post(f"{live}/mcp", json=call, headers={**accept, **header})
    assert refused.status_code == status
    assert "search" not in refused.text


def test_there_is_no_stream_to_wait_at(live: str) -> None:
    assert httpx.get(f"{live}/mcp").status_code == 405


def test_only_the_protocol_is_on_standard_output(sample_index: Path, tmp_path: Path) -> None:
    start = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    environment = {
        **os.environ,
        "SELON_DATA_DIR": str(sample_index),
        "SELON_LOG_LEVEL": "DEBUG",
        "SELON_THREADS": "1",
    }
    ran = subprocess.run(
        [*SELON, "mcp"],
        input=f"nonsense\n{json.dumps(start)}\n",
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    (answer,) = (line for line in lines if line.get("id") == 1 and "result" in line)
    assert answer["result"]["serverInfo"]["name"] == "selon"
    assert ran.returncode == 0
    assert "INFO" in ran.stderr


def test_without_an_index_it_says_so_and_ends(live_settings: Settings, tmp_path: Path) -> None:
    ran = subprocess.run(
        [*SELON, "mcp"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "selon index" in ran.stderr

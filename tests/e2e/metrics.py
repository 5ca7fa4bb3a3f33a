"""What an operator sees of a bot at work, at its port of figures."""

from __future__ import annotations

import asyncio
import json

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

EARLY = {"ok", "not tried yet"}


async def _read(port: int, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as reply,
    ):
        return reply.status, await reply.text()


async def figures(port: int) -> dict[frozenset[str], float]:
    """Every figure, by its name and the values of its labels."""
    status, text = await _read(port, "/metrics")
    assert status == 200
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {frozenset({sample.name, *sample.labels.values()}): sample.value for sample in samples}


async def figures_at_rest(port: int) -> dict[frozenset[str], float]:
    """As `figures`, once nothing is under way."""
    async with asyncio.timeout(60):
        while (found := await figures(port))[frozenset({"selon_under_way"})]:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.02)
    return found


async def health(port: int) -> tuple[int, dict[str, str]]:
    status, text = await _read(port, "/healthz")
    return status, json.loads(text)


async def becomes(port: int, status: int, check: str = "") -> dict[str, str]:
    """What is told once it has this status, because of this check if one is named."""
    told: tuple[int, dict[str, str]] | None = None
    try:
        async with asyncio.timeout(60):
            while told is None or told[0] != status or told[1].get(check) in EARLY:
                await asyncio.sleep(0.02)
                told = await health(port)
    except TimeoutError:
        raise AssertionError(f"still {told}") from None
    return told[1]

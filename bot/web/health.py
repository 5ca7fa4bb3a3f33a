"""Metrics and health checks of the web application, on a separate port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from bot.operations.endpoints import HealthCheck, serve_endpoints
from bot.operations.metrics import METERS, Now
from bot.operations.probes import Probe, Trial, index_age, run_probes, try_index
from bot.state import meters
from bot.web.service import WebService


@asynccontextmanager
async def serve_web_health(service: WebService) -> AsyncIterator[None]:
    """Serve metrics and health within a block. Raises MessengerError."""

    async def try_answer() -> None:
        newest = await asyncio.to_thread(service.library.newest, 1)
        question = newest[0].title if newest else "?"
        await service.quote(question)

    async def try_database() -> None:
        now = service.now()
        await service.state.run(meters.notice, key="health", now=now, every=timedelta())

    trials: dict[str, Trial] = {
        "answers": try_answer,
        "database": try_database,
        "index": partial(try_index, service.library),
    }
    probes = [Probe(name, trial) for name, trial in trials.items()]
    checks: dict[str, HealthCheck] = {probe.name: probe.finding for probe in probes}
    generation = service.library.generation
    now = Now(lambda: 0, lambda: 0, lambda: index_age(generation))
    with METERS.watch(now, checks):
        async with serve_endpoints(service.settings, checks), run_probes(probes):
            yield

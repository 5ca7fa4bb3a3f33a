"""`/mcp`, whose server is loaded on first use: it took a third of the pages' start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from starlette.types import Receive, Scope, Send

from bot.web.openapi import ApiOperation
from bot.web.program_calls import ProgramCall
from bot.web.service import WebService


class McpEndpoint:
    """The application checks hosts and origins for all routes."""

    def __init__(self, service: WebService, calls: Sequence[ProgramCall]) -> None:
        self._service, self._calls = service, calls
        self._opening, self._end = asyncio.Lock(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._manager: Any = None

    def operation(self) -> ApiOperation:
        statuses = (400, 401, 403, 413)
        return ApiOperation("mcp", "POST", "/mcp", self, dict[str, Any], statuses=statuses)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve within a block, once."""
        try:
            yield
        finally:
            self._end.set()
            if self._task is not None:
                await self._task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._opening:
            if self._manager is None:
                module = await asyncio.to_thread(import_module, "bot.web.mcp")
                manager = module.http_server(self._service, self._calls)
                is_open = asyncio.Event()
                self._task = asyncio.create_task(self._run(manager, is_open))
                await is_open.wait()
                if self._task.done():  # it could not be opened
                    await self._task
                self._manager = manager
        await self._manager.asgi_app(scope, receive, send)

    async def _run(self, manager: Any, is_open: asyncio.Event) -> None:
        try:
            async with manager.run():  # entered and left by one task
                is_open.set()
                await self._end.wait()
        finally:
            is_open.set()

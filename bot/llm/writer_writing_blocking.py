"""A coroutine waited for where nothing can be awaited."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


def waited(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine, run on a loop of its own; on a thread too where a loop runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    done: Future[Result] = Future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            done.set_result(context.run(asyncio.run, coroutine))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return done.result()

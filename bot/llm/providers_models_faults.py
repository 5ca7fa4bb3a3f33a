"""What an exception of a provider's library means, told once for all of them.

Their messages may hold the key, the question or passages, so nothing of them is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors_models_errors import Fault, ModelFailed

_DEPTH = 6
_LONGEST = 3600.0
"""Seconds: a server that asks to wait longer is asked again all the same."""
_BY_STATUS: Mapping[int, Fault] = {
    401: "refused",
    402: "rate",
    403: "refused",
    404: "missing",
    408: "timeout",
    413: "context",
    429: "rate",
    504: "timeout",
}
# As llama.cpp, OpenAI, vLLM, Anthropic and Mistral say it.
_TOO_LONG = re.compile(
    r"context (?:length|window|size)|maximum context|prompt is too long|too many tokens"
    r"|too large for model",
    re.IGNORECASE,
)
_CONNECTIONS = {"TransportError", "APIConnectionError", "ModelConnectionError"}


def failed(error: BaseException, model: str) -> ModelFailed:
    """The failure that an exception stands for; an exception that is unknown is `malformed`."""
    chain = list(_chain(error))
    detail = type(error).__name__
    for each in chain:
        if isinstance(each, ModelFailed):
            return each
        status = _status(each)
        if status is not None:
            kind = _of_status(status, str(each))
            return ModelFailed(kind, model, str(status), _retry_after(each))
    for each in chain:
        names = {base.__name__ for base in type(each).__mro__}
        if "ContextOverflowError" in names:
            return ModelFailed("context", model, detail)
        if isinstance(each, TimeoutError) or any("Timeout" in name for name in names):
            return ModelFailed("timeout", model, detail)
        if isinstance(each, OSError) or names & _CONNECTIONS:
            return ModelFailed("connection", model, detail)
        if "APIError" in names or type(each).__name__ == "ResponseError":
            # Said by the server in the midst of its answer, without a status.
            too_long = _TOO_LONG.search(str(each))
            return ModelFailed("context" if too_long else "server", model, detail)
    return ModelFailed("malformed", model, detail)


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    for _ in range(_DEPTH):
        if each is None:
            return
        yield each
        each = each.__cause__ or each.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status that an exception carries, wherever its library puts it."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "code")):
        value = getattr(holder, name, None)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _of_status(status: int, message: str) -> Fault:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if _TOO_LONG.search(message):
        return "context"
    return "server" if status >= 500 else "rejected"


def _retry_after(error: BaseException) -> float | None:
    """Seconds, from a header that holds seconds, milliseconds or a date."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if not value:
            continue
        try:
            return min(max(0.0, float(value) / unit), _LONGEST)
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), _LONGEST)
    return None

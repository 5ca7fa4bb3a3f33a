"""The chat model protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MessageRole = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One turn of a prompt."""

    role: MessageRole
    text: str


BYTES_PER_TOKEN = 2.8  # of French with the least suitable tokenizers
_TOKENS_PER_MESSAGE = 8


def estimate_tokens(messages: Sequence[PromptMessage]) -> int:
    """Estimate the tokens of these messages, rather too high than too low."""
    return sum(
        _TOKENS_PER_MESSAGE + round(len(message.text.encode()) / BYTES_PER_TOKEN)
        for message in messages
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one call; `is_estimate` if the server did not count them."""

    input: int
    output: int
    is_estimate: bool = False


@dataclass(slots=True)
class Request:
    """A call to continue these messages by at most `limit` tokens.

    `schema` is the JSON schema of the answer, for models that support one. An `uncounted` call,
    whose answer is not shown, does not draw on a person's allowance. `usage` is set at the end of a
    call that used any tokens.
    """

    messages: tuple[PromptMessage, ...]
    limit: int
    schema: Mapping[str, Any] | None = None
    uncounted: bool = False
    usage: Usage | None = None


def replace_surrogates(text: str) -> str:
    """Join the halves of a character in an answer; a half alone, which nothing can encode, becomes
    U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class ChatModel(Protocol):
    """A chat model, callable from any thread and any event loop."""

    @property
    def name(self) -> str:
        """`provider:model`, as in the settings."""

    async def structured(self) -> bool:
        """True if requests may have a schema, as far as is known."""

    async def reply(self, request: Request) -> str:
        """Ask for an answer; cancelling ends the call. Raises ModelFailed."""


class DelegatingModel:
    """Base of the chat models that wrap another; subclasses define `reply`."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    async def structured(self) -> bool:
        return await self._model.structured()

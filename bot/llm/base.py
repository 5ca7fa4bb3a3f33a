"""What a chat model is to the rest of Selon: something that continues a list of messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MessageRole = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is given."""

    role: MessageRole
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one call; `estimated` where the server did not count them.

    `cut` says that the answer ended because it reached the token limit, so that its last sentence
    is probably not whole.
    """

    input: int
    output: int
    estimated: bool = False
    cut: bool = False


@dataclass(slots=True)
class Request:
    """What a model is asked: to continue these messages by at most `limit` tokens.

    `schema` is the JSON schema that the answer is to keep to, by a model that can; `aside` says
    that it is no answer to the person. `usage` is there once the call has ended, if it used any.
    """

    messages: tuple[Message, ...]
    limit: int
    schema: Mapping[str, Any] | None = None
    aside: bool = False
    usage: Usage | None = None


class ChatModel(Protocol):
    """A chat model, ready to be asked from any thread and any event loop."""

    @property
    def name(self) -> str:
        """`provider:model`, as in the settings."""

    async def structured(self) -> bool:
        """Whether a request may have a schema, as far as is known at this moment."""

    def stream(self, request: Request) -> AsyncIterator[str]:
        """The answer, piece by piece.

        Raises ModelFailed, before the first piece or after any. Closing the iterator, or cancelling
        the task that reads it, ends the call.
        """

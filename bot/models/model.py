"""What a chat model is to the rest of Selon: something that continues a list of messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is given."""

    role: Role
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


class ChatModel(Protocol):
    """A chat model, ready to be asked from any thread and any event loop."""

    @property
    def name(self) -> str:
        """`provider:model`, as in the settings."""

    @property
    def usage(self) -> Usage | None:
        """The tokens of the call that ended last, whoever made it; None before the first."""

    def stream(self, messages: Sequence[Message], *, limit: int) -> AsyncIterator[str]:
        """The answer, piece by piece, of at most `limit` tokens.

        Raises ModelFailed, before the first piece or after any. Closing the iterator, or cancelling
        the task that reads it, ends the call.
        """

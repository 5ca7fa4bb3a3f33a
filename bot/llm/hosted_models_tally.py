"""What one call has given so far: its tokens, and whether it came to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.llm.base import Message, Usage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

CHARACTERS_PER_TOKEN = 3
"""Of French, on the safe side: OpenAI's and Llama's tokens are nearer to four characters."""
_PER_MESSAGE = 8

_ENDINGS = ("finish_reason", "stop_reason", "done_reason", "status")
_LENGTHS = {"length", "max_tokens", "model_length", "incomplete"}


def estimated_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens these messages take, rather more than fewer."""
    return sum(estimate(each.text) + _PER_MESSAGE for each in messages)


def estimate(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


class Tally:
    """The count of one attempt. `ended` once the model said why it stopped, `cut` if by length."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._expected = estimated_tokens(messages)
        self._characters = 0
        self._input = 0
        self._output = 0
        self.ended = False
        self.cut = False

    @property
    def begun(self) -> bool:
        return self._characters > 0

    @property
    def characters(self) -> int:
        return self._characters

    @property
    def counted(self) -> bool:
        """Whether the server has counted the tokens."""
        return bool(self._input or self._output)

    def take(self, message: BaseMessage) -> str:
        """The text of the next chunk."""
        text = str(message.text)
        self._characters += len(text)
        usage: Mapping[str, Any] | None = getattr(message, "usage_metadata", None)
        if usage is not None:
            self._input += usage.get("input_tokens", 0)
            self._output += usage.get("output_tokens", 0)
        for name in _ENDINGS:
            reason = message.response_metadata.get(name)
            if reason:
                self.ended = True
                self.cut = self.cut or str(reason).lower() in _LENGTHS
        return text

    def usage(self) -> Usage:
        """As the server counted, or estimated where it did not."""
        if self.counted:
            return Usage(self._input, self._output, cut=self.cut)
        output = -(-self._characters // CHARACTERS_PER_TOKEN)
        return Usage(self._expected, output, estimated=True, cut=self.cut)

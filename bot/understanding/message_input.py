"""The model's input: a message, then what it answers to, as one row of ids.

    <s> query: MESSAGE </s> LAST QUESTION </s> TITLE </s> QUOTE </s>

Without an earlier question, the message alone. Each part is encoded separately and truncated.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.models.bundled.tokenizer import END, START, LocatedIds, Tokenizer

_MESSAGE_TOKENS, _QUESTION_TOKENS, _TITLE_TOKENS, _QUOTE_TOKENS = 64, 24, 12, 28


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The last question, and the title and words quoted in answer to it."""

    question: str
    title: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class MessageInput:
    """A row of ids; those of the message begin at `start`, with their spans in it."""

    ids: list[int]
    start: int
    offsets: list[tuple[int, int]]


def encode_message(
    tokenizer: Tokenizer, message: str, context: MessageContext | None
) -> MessageInput:
    """Encode a message on one line and its context."""
    opening = [START, *tokenizer.locate("query:").ids]
    own = tokenizer.locate(message)
    own = LocatedIds(own.ids[:_MESSAGE_TOKENS], own.offsets[:_MESSAGE_TOKENS])
    ids = [*opening, *own.ids, END]
    if context is not None:
        for text, limit in (
            (context.question, _QUESTION_TOKENS),
            (context.title, _TITLE_TOKENS),
            (context.quote, _QUOTE_TOKENS),
        ):
            ids += [*tokenizer.encode(text, limit + 2)[1:-1], END]
    return MessageInput(ids, len(opening), own.offsets)

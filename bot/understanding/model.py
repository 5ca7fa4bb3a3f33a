"""The trained model: what a message means, beside what it answers to.

A network with one hidden layer (`training/understanding.py`) over the message's own vector, which
the search reuses, and what learned queries attend to halfway up the bundled encoder: in the words
of the message, and in the last question and the words quoted in answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from bot.understanding.intents import INTENTS, LEANINGS, Leaning
from bot.understanding.message_input import MessageContext, encode_message
from index.models.bundled.embedder import BundledEmbedder

OWN_HEADS, OTHER_HEADS, HEAD_SIZE = 6, 2, 64  # of each of several networks in one
_CACHED = 64
_SUBJECT_TOKENS = 24
_EDGES = " \t\u00a0\u202f,;:.!?…()[]«»“”\"'’"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncodedMessage:
    """`pooled` has the message's vector, its mean state and signs. `states` has a row for each
    token; those of the message begin at `start`, with their spans in it, and end before `own`."""

    pooled: Floats
    states: Floats
    start: int
    offsets: list[tuple[int, int]]

    @property
    def own(self) -> int:
        return self.start + len(self.offsets)


class MessageEncoder:
    """Encodes messages with the bundled encoder."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self._embedder = embedder

    def embed(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, one a row."""
        return np.array([self._embedder.embed_question(text) for text in texts], np.float32)

    def encode(self, message: str, context: MessageContext | None = None) -> EncodedMessage:
        encoder = self._embedder.encoder
        row = encode_message(encoder.tokenizer, message, context)
        vector, states = self._embedder.question_vector_and_states(message)
        if context is not None or len(row.ids) < len(states):
            states = encoder.states(row.ids)
        mean = states[: row.start + len(row.offsets)].mean(axis=0)
        signs = [
            float(context is not None),
            float("?" in message),
            np.log1p(len(row.offsets)),
            float(message.endswith(("!", "."))),
        ]
        pooled = np.concatenate([vector, mean, signs])
        return EncodedMessage(pooled.astype(np.float32), states, row.start, row.offsets)

    def offsets(self, message: str) -> tuple[int, list[tuple[int, int]]]:
        """Where the tokens of a message begin, and their spans."""
        row = encode_message(self._embedder.encoder.tokenizer, message, None)
        return row.start, row.offsets


@dataclass(frozen=True, slots=True)
class MessageReading:
    """The probabilities of the intents and leanings of a message, and the words of its subject."""

    intents: Mapping[str, float]
    leanings: Mapping[Leaning, float]
    subject: str = ""


class UnderstandingModel:
    """Reads messages. Thread-safe and deterministic."""

    def __init__(self, encoder: MessageEncoder) -> None:
        self._encoder = encoder
        with (files(__package__) / "intents.npz").open("rb") as file:
            self._weights = {
                name: value.astype(np.float32) for name, value in np.load(file).items()
            }
        self.read = lru_cache(_CACHED)(self._read)

    def likeness(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosines of the vectors of other texts with that of a text."""
        own, *vectors = self._encoder.embed([text, *others])
        return [float(own @ vector) for vector in vectors]

    def _read(self, message: str, context: MessageContext | None = None) -> MessageReading:
        encoded, weights = self._encoder.encode(message, context), self._weights
        plain = (encoded.pooled - weights["mean"]) / weights["scale"]
        inputs = np.concatenate([plain, self._attend(encoded)])
        inner = np.maximum(weights["hidden_weight"] @ inputs + weights["hidden_bias"], 0)
        intents = weights["intent_weight"] @ inner + weights["intent_bias"]
        leanings = weights["leaning_weight"] @ inner + weights["leaning_bias"]
        return MessageReading(
            dict(zip((intent.name for intent in INTENTS), _softmax(intents), strict=True)),
            dict(zip(LEANINGS, _softmax(leanings), strict=True)),
            self._subject(message, encoded),
        )

    def _attend(self, encoded: EncodedMessage) -> Floats:
        """What the queries attend to, some in the message and some in the rest."""
        weights, own = self._weights, encoded.own
        states = (encoded.states - weights["state_mean"]) / weights["state_scale"]
        others = states[own:] if len(states) > own else states[:1]
        own_heads = len(weights["query"]) * OWN_HEADS // (OWN_HEADS + OTHER_HEADS)
        attended = []
        for number, query in enumerate(weights["query"]):
            rows = states[:own] if number < own_heads else others
            attended.append(np.array(_softmax(rows @ query), np.float32) @ rows)
        values: Floats = np.einsum("hd,hdw->hw", attended, weights["value"])
        return values.ravel()

    def _subject(self, message: str, encoded: EncodedMessage) -> str:
        """The words of the best span; empty if none is better."""
        weights, states = self._weights, encoded.states[: encoded.own]
        size = len(states)
        mean = states.mean(axis=0)
        both = np.concatenate([states, np.broadcast_to(mean, states.shape)], axis=1)
        inner = np.maximum(both @ weights["span_inner_weight"].T + weights["span_inner_bias"], 0)
        logits = inner @ weights["span_outer_weight"].T + weights["span_outer_bias"]
        none = weights["span_none_weight"] @ mean + weights["span_none_bias"]
        total = logits[:, :1] + logits[None, :, 1]
        allowed = np.triu(np.ones((size, size), bool))
        allowed &= ~np.triu(np.ones((size, size), bool), _SUBJECT_TOKENS)
        allowed[: encoded.start] = False
        total = np.where(allowed, total, -np.inf)
        first, last = divmod(int(total.argmax()), size)
        if total[first, last] <= none.sum():
            return ""
        first, last = first - encoded.start, last - encoded.start
        begin, end = encoded.offsets[first][0], encoded.offsets[last][1]
        while end < len(message) and message[end].isalnum():
            end += 1
        return message[begin:end].strip(_EDGES)


def _softmax(logits: Floats) -> list[float]:
    powers = np.exp(logits - logits.max())
    return [float(share) for share in powers / powers.sum()]

"""Recognise messages of people in distress, who get numbers to call instead of a search.

Three kinds: suicide or self-harm, a medical emergency, danger from others; one's own or somebody
else's. The model is fitted by `training/distress.py`; there are no word lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from bot.answer import Answer
from bot.answering.injection import readable
from bot.help_numbers import HELP_KINDS, HELP_LANGUAGES, Help, HelpKind, HelpNumber
from index.models.base import Embedder, Vectors
from index.text.language import detect
from index.text.sentences import sentence_spans

_MAX_EDGE_SENTENCES = 6  # judged separately, at either end of a long message
_ALONE_SCORE = 0.5  # flags 2 of 1,000 requests to assistants; 0 flags 22


class DistressModel:
    """A support vector machine with a Gaussian kernel over question vectors of the bundled model.

    A positive score means distress; three linear scores then choose the kind.
    """

    def __init__(self) -> None:
        with files(__package__).joinpath("distress.npz").open("rb") as file:
            weights = np.load(file)
            self._mean, self._scale = weights["mean"], weights["scale"]
            self._support = weights["support"].astype(np.float32)
            self._duals, self._kinds = weights["duals"], weights["kinds"]
            self._intercept, self._gamma = float(weights["intercept"]), float(weights["gamma"])
        self._norms = (self._support**2).sum(axis=1)

    def score(self, vector: Vectors) -> float:
        """Decision value of a message; 0 is the threshold."""
        at = (vector - self._mean) / self._scale
        distances = self._norms + at @ at - 2 * (self._support @ at)
        return float(np.exp(-self._gamma * distances) @ self._duals) + self._intercept

    def kind(self, vector: Vectors) -> HelpKind:
        """The most likely kind of distress."""
        return HELP_KINDS[int(np.argmax(self._kinds[:, :-1] @ vector + self._kinds[:, -1]))]


_model = cache(DistressModel)


class DistressGate:
    """Recognises messages of distress. Thread-safe CPU work.

    `embedder` must be the bundled one, for which the weights were fitted.
    """

    def __init__(self, embedder: Embedder, numbers: Sequence[HelpNumber]) -> None:
        self._embedder, self._numbers = embedder, tuple(numbers)

    def answer(self, text: str) -> Answer | None:
        """Answer what is surely a message of distress, without repeating any of it."""
        score, kind = _judge(text, self._embedder)
        if score <= _ALONE_SCORE:
            return None
        help = self._help(text, kind)
        return Answer("", help.language, "help", 0.0, help=help)

    def offer(self, text: str) -> Help | None:
        """The help to offer below the answer to a message that may be one of distress."""
        score, kind = _judge(text, self._embedder)
        return self._help(text, kind) if 0 < score <= _ALONE_SCORE else None

    def _help(self, text: str, kind: HelpKind) -> Help:
        language = detect(text)
        return Help(kind, self._numbers, language if language in HELP_LANGUAGES else "en")


def distress_kind(text: str, embedder: Embedder) -> HelpKind | None:
    """The kind of distress in a message or one of its sentences, if any."""
    score, kind = _judge(text, embedder)
    return kind if score > 0 else None


def _judge(text: str, embedder: Embedder) -> tuple[float, HelpKind]:
    """The highest score of a message and its sentences, and its kind."""
    model = _model()
    vectors = [embedder.embed_question(each) for each in message_parts(text)]
    scores = [model.score(each) for each in vectors]
    worst = int(np.argmax(scores))
    return scores[worst], model.kind(vectors[worst])


def message_parts(text: str) -> list[str]:
    """The whole message, and its sentences if it has several; all-caps text is lowercased."""
    plain = " ".join(readable(text).split())
    if plain.isupper():
        plain = plain.lower()
    spans = sentence_spans(plain, detect(plain))
    if len(spans) > 2 * _MAX_EDGE_SENTENCES:
        spans = spans[:_MAX_EDGE_SENTENCES] + spans[-_MAX_EDGE_SENTENCES:]
    return [plain, *(plain[start:end] for start, end in spans)] if len(spans) > 1 else [plain]

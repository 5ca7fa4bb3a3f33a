"""Messages of people in distress: they get numbers to call, and nothing is searched.

Three kinds: suicide or self-harm, a medical emergency, danger from others; one's own or somebody
else's. The decision is fitted (`training/distress.py`), not written: no list of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from bot.answer import Answer
from bot.answering.injection import readable
from bot.help_numbers import HELP_KINDS, Help, HelpKind, HelpNumber
from index.models.base import Embedder, Vectors
from index.text.language import detect
from index.text.sentences import sentence_spans

_SENTENCES = 6
"""Sentences that are looked at one by one, at either end of a long message."""


class DistressModel:
    """A support vector machine with a Gaussian kernel over question vectors of the bundled model.

    A message with a positive score is one of distress; three linear scores then tell which kind.
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
        """How far a message is on the side of distress; 0 is the threshold."""
        at = (vector - self._mean) / self._scale
        distances = self._norms + at @ at - 2 * self._support @ at
        return float(np.exp(-self._gamma * distances) @ self._duals) + self._intercept

    def kind(self, vector: Vectors) -> HelpKind:
        """The most likely kind of distress."""
        return HELP_KINDS[int(np.argmax(self._kinds[:, :-1] @ vector + self._kinds[:, -1]))]


@cache
def _model() -> DistressModel:
    return DistressModel()


class DistressGate:
    """Recognises messages of distress. Thread-safe processor work.

    `embedder` must be the bundled one, which the weights were fitted for.
    """

    def __init__(self, embedder: Embedder, numbers: Sequence[HelpNumber]) -> None:
        self._embedder, self._numbers = embedder, tuple(numbers)

    def answer(self, text: str) -> Answer | None:
        """The answer to a message of distress, which holds nothing of it; None for any other."""
        kind = distress_kind(text, self._embedder)
        if kind is None:
            return None
        return help_answer(Help(kind, self._numbers), "fr" if detect(text) == "fr" else "en")


def help_answer(help: Help, language: str) -> Answer:
    """An answer that gives numbers to call; its question is left empty."""
    return Answer("", language, 0.0, (), (), (), 0.0, help=help)


def distress_kind(text: str, embedder: Embedder) -> HelpKind | None:
    """The kind of distress that a message or one of its sentences tells of, if any."""
    model = _model()
    vectors = [embedder.embed_question(each) for each in message_parts(text)]
    scores = [model.score(each) for each in vectors]
    most = int(np.argmax(scores))
    return model.kind(vectors[most]) if scores[most] > 0 else None


def message_parts(text: str) -> list[str]:
    """A message whole, and sentence by sentence where it has several; all in capitals as if not."""
    plain = " ".join(readable(text).split())
    if plain.isupper():
        plain = plain.lower()
    spans = sentence_spans(plain, detect(plain))
    if len(spans) > 2 * _SENTENCES:
        spans = spans[:_SENTENCES] + spans[-_SENTENCES:]
    return [plain, *(plain[start:end] for start, end in spans)] if len(spans) > 1 else [plain]

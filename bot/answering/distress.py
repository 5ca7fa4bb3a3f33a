"""Recognise messages of people in distress, who get numbers to call instead of a search.

Three kinds: suicide or self-harm, a medical emergency, danger from others; one's own or somebody
else's. The model is fitted by `training/distress.py`; there are no word lists.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from threading import Lock

import numpy as np

from bot.answer import Answer
from bot.answering.injection import readable
from bot.help_numbers import HELP_KINDS, Help, HelpKind, HelpNumber
from index.models.base import Embedder, Vectors
from index.text.language import detect
from index.text.sentences import sentence_spans

_MAX_EDGE_SENTENCES = 6  # judged separately, at either end of a long message
_AFTERCARE_SECONDS = 3_600.0
_AFTERCARE_THRESHOLD = -1.45  # all but what is plainly a question
_MAX_PEOPLE = 1_000


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

    Whoever wrote one gets help more readily for an hour: « laisse tomber » means something else
    then. Who did is kept in memory alone.

    `embedder` must be the bundled one, for which the weights were fitted; `now` gives seconds.
    """

    def __init__(
        self,
        embedder: Embedder,
        numbers: Sequence[HelpNumber],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._embedder, self._numbers, self._now = embedder, tuple(numbers), now
        self._distressed_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def answer(self, text: str, person: str = "") -> Answer | None:
        """Answer a message of distress, without repeating any of it; None for any other.

        `person` names who wrote it, and where: what somebody wrote in private must not show in a
        group.
        """
        with self._lock:
            distressed_at = self._distressed_at.get(person)
        is_recent = distressed_at is not None and self._now() - distressed_at < _AFTERCARE_SECONDS
        score, kind = _judge(text, self._embedder)
        if score <= (_AFTERCARE_THRESHOLD if is_recent else 0.0):
            return None
        if person and score > 0:
            self._remember(person)
        language = "fr" if detect(text) == "fr" else "en"
        return Answer("", language, 0.0, help=Help(kind, self._numbers))

    def _remember(self, person: str) -> None:
        with self._lock:
            self._distressed_at[person] = self._now()
            self._distressed_at.move_to_end(person)
            if len(self._distressed_at) > _MAX_PEOPLE:
                self._distressed_at.popitem(last=False)


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

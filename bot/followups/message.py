"""Classify a message: a standalone question, a follow-up, or small talk.

A small network over the question vectors of the bundled model, fitted by `training/messages.py`;
there are no word lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from bot.answer import Refusal
from bot.answering.injection import readable
from index.models.base import Embedder, Vectors

SMALL_TALK_KINDS: Mapping[str, Refusal] = {
    "thanks": "courtesy",
    "stop": "courtesy",
    "greeting": "greeting",
    "insult": "self",
    "identity": "self",
    "help": "self",
    "small_talk": "self",
}
"""Kinds of small talk, with their refusals."""

_PIECE_ENDS = re.compile(r"(?<=[.!?…,;:])\s+")
_MAX_STRIPPED = 3  # pieces, at either end of a message
_COURTEOUS = ("thanks", "greeting")  # the kinds of pieces that are stripped
_SURE_LOG_ODDS = 4.6  # 99 %


@dataclass(frozen=True, slots=True)
class Message:
    """A message without the courtesies around its question.

    `refusal` is set if there is no question. `follow_up_logit` is the log-odds of a follow-up,
    minus the threshold.
    """

    question: str
    refusal: Refusal | None = None
    follow_up_logit: float = 0.0


class MessageModel:
    """A network with one hidden layer over question vectors.

    Its classes are the kinds of small talk, `question` and `follow_up`.
    """

    def __init__(self) -> None:
        weights = json.loads(files(__package__).joinpath("messages.json").read_text("utf-8"))
        self._classes: list[str] = weights["classes"]
        self._layers = [
            (np.array(each["weights"], np.float32), np.array(each["bias"], np.float32))
            for each in weights["layers"]
        ]
        self._small_talk_threshold: float = weights["small_talk_threshold"]
        self._leaning_threshold: float = weights["leaning_threshold"]

    def read(self, vector: Vectors) -> tuple[Refusal | None, float]:
        """The refusal if a message is small talk, and its follow-up logit."""
        logits = self._logits(vector)
        small_talk, follow_up_logit = message_logits(logits[None], self._classes)
        if small_talk[0] > self._small_talk_threshold:
            kind = max(SMALL_TALK_KINDS, key=lambda each: logits[self._classes.index(each)])
            return SMALL_TALK_KINDS[kind], 0.0
        return None, float(follow_up_logit[0]) - self._leaning_threshold

    def is_courtesy(self, vector: Vectors) -> bool:
        """True if a piece of a message is surely only a greeting or thanks."""
        logits = self._logits(vector)
        courteous = [self._classes.index(each) for each in _COURTEOUS]
        others = np.delete(logits, courteous)
        odds = np.logaddexp.reduce(logits[courteous]) - np.logaddexp.reduce(others)
        return bool(odds > _SURE_LOG_ODDS)

    def is_question(self, vector: Vectors) -> bool:
        """True if a piece of a message surely asks something."""
        small_talk, _ = message_logits(self._logits(vector)[None], self._classes)
        return bool(small_talk[0] < -_SURE_LOG_ODDS)

    def _logits(self, vector: Vectors) -> Vectors:
        (first, first_bias), (second, second_bias) = self._layers
        logits: Vectors = second @ np.maximum(first @ vector + first_bias, 0) + second_bias
        return logits


def message_logits(logits: Vectors, classes: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Log-odds of small talk against questions, and of follow-ups against standalone questions.

    `logits` has a row for each message, a column for each class.
    """
    talk = [classes.index(each) for each in SMALL_TALK_KINDS]
    question, follow_up = classes.index("question"), classes.index("follow_up")
    small_talk = np.logaddexp.reduce(logits[:, talk], axis=1)
    either = np.logaddexp(logits[:, question], logits[:, follow_up])
    return small_talk - either, logits[:, follow_up] - logits[:, question]


_model = cache(MessageModel)


class MessageReader:
    """Classifies messages. Thread-safe CPU work.

    `embedder` must be the bundled one, for which the weights were fitted; the search reuses its
    vector of the question. To the network, one name in ten looks like small talk: `is_known_name`
    returns true for those to look up.
    """

    def __init__(
        self, embedder: Embedder, is_known_name: Callable[[str], bool] = lambda text: False
    ) -> None:
        self._embedder = embedder
        self._is_known_name = is_known_name

    def read(self, text: str) -> Message:
        """Classify a message, and strip greetings and thanks from its ends."""
        if not any(map(str.isalnum, text)):
            return Message(text, "wordless")
        refusal, follow_up_logit = self._judge(text)
        if refusal is not None and not (self._has_question(text) or self._is_known_name(text)):
            return Message(text, refusal)
        question = self._strip(text)
        if question != text:
            _, follow_up_logit = self._judge(question)
        return Message(question, None, follow_up_logit)

    def _judge(self, text: str) -> tuple[Refusal | None, float]:
        return _model().read(self._embed(text))

    def _embed(self, text: str) -> Vectors:
        plain = " ".join(readable(text).split())
        return self._embedder.embed_question(plain.lower() if plain.isupper() else plain)

    def _has_question(self, text: str) -> bool:
        """True if one of several pieces asks something: « Ok, merci. Et à Lyon ? »."""
        pieces = _PIECE_ENDS.split(text)
        return len(pieces) > 1 and any(_model().is_question(self._embed(each)) for each in pieces)

    def _strip(self, text: str) -> str:
        pieces = _PIECE_ENDS.split(text)
        count = len(pieces)
        for end in (0, -1):
            for _ in range(_MAX_STRIPPED):
                if len(pieces) > 1 and _model().is_courtesy(self._embed(pieces[end])):
                    pieces.pop(end)
        return " ".join(pieces) if len(pieces) < count else text

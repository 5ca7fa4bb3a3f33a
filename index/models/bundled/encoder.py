"""The bundled encoder: vectors of texts, and halfway up, states of their tokens.

Halfway up the network, a token's state is its meaning in the sentence, across languages
(« surchargé » is close to "overloaded"); higher, the tokens of a sentence become alike.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError, reason_of
from index.models.base import Vectors
from index.models.bundled.cache import LOWER, UPPER, is_whole, prepare_model
from index.models.bundled.session import IDS, STATES, open_session
from index.models.bundled.tokenizer import Tokenizer

if TYPE_CHECKING:
    import onnxruntime

DIMENSION = 384
TOKENS = 512
PASSAGE, QUESTION = "passage: ", "query: "
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoder:
    """The tokenizer and the network. Thread-safe and deterministic."""

    tokenizer: Tokenizer
    _lower: onnxruntime.InferenceSession
    _upper: onnxruntime.InferenceSession

    def states(self, ids: Sequence[int]) -> Vectors:
        """The states of a text's tokens, one a row."""
        states: Vectors = self._lower.run(None, {IDS: np.array([ids], np.int64)})[0][0]
        return states

    def vector(self, states: Vectors) -> Vectors:
        """The L2-normalised vector of a text from the states of its tokens."""
        vector: Vectors = self._upper.run(None, {STATES: states[None]})[0][0]
        return vector


@cache
def load_encoder(cache_dir: Path) -> Encoder:
    """Load the encoder, once per process; prepared in `cache_dir` on first use, or if damaged.

    Raises `ModelError`.
    """
    folder = prepare_model(cache_dir)
    try:
        return _open(folder)
    except ModelError as error:
        if is_whole(folder, thorough=True):
            raise
        _log.warning("%s", error)
    return _open(prepare_model(cache_dir, fresh=True))


def _open(folder: Path) -> Encoder:
    try:
        lower, upper = open_session(folder / LOWER), open_session(folder / UPPER)
        return Encoder(Tokenizer.load(folder), lower, upper)
    except Exception as error:  # ONNX Runtime's errors have no other common class
        reason = reason_of(error)
        raise ModelError("bundled-model-not-loaded", folder=folder, reason=reason) from error

"""Contextual word vectors: the states of words halfway up the bundled encoder."""

from __future__ import annotations

import re

import numpy as np

from index.models.base import Vectors
from index.models.bundled.encoder import DIMENSION, PASSAGE, TOKENS, Encoder
from index.models.bundled.tokenizer import END

_UNIT = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*|[^\W\d_]+|[^\s]")


def word_vectors(encoder: Encoder, text: str) -> Vectors:
    """Return the L2-normalised vectors of the words and signs of a text, one a row.

    Elided articles are separate (« l’eau »); long texts are truncated.
    """
    tokenizer = encoder.tokenizer
    ids, places = list(tokenizer.encode(PASSAGE.rstrip(), TOKENS))[:-1], []
    for match in _UNIT.finditer(text):
        opens = match.start() == 0 or text[match.start() - 1].isspace()
        pieces = tokenizer.pieces(match[0], opens=opens)
        if len(ids) + len(pieces) >= TOKENS:
            break
        places.append((len(ids), len(ids) + len(pieces)))
        ids += pieces
    if not places:
        return np.zeros((0, DIMENSION), np.float32)
    states = encoder.states([*ids, END])
    vectors = np.stack([states[start:end].mean(axis=0) for start, end in places])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)

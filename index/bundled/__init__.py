"""The embedding model that comes with Selon: multilingual-e5-small, on ONNX Runtime."""

from index.models.bundled.embedder import load_bundled
from index.models.bundled.interop import as_sentence_transformer

__all__ = ["as_sentence_transformer", "load_bundled"]

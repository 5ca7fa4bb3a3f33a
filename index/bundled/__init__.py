"""The embedding model that comes with Selon: multilingual-e5-small, on ONNX Runtime."""

from index.bundled.interop import as_sentence_transformer
from index.bundled.runtime import load_bundled

__all__ = ["as_sentence_transformer", "load_bundled"]

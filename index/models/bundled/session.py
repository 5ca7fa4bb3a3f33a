"""ONNX Runtime sessions of the bundled models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

IDS = "ids"  # an input of bundled graphs: token ids, int64 of shape (1, tokens)
STATES = "states"  # another: float32 of shape (1, tokens, hidden)
_FOLDER = "session.model_external_initializers_file_folder_path"


def open_session(graph: Path | bytes, folder: Path | None = None) -> onnxruntime.InferenceSession:
    """Open a graph, each run on one thread.

    The large tensors of a graph in memory are in files of `folder`. Raises ONNX Runtime's errors,
    which have no common class.
    """
    import onnxruntime  # slow to import

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # The graphs are written in their final form: optimising them would only slow the start.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if folder is not None:
        options.add_session_config_entry(_FOLDER, str(folder))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

"""The bundled models' graphs, opened as they are meant to run."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

IDS = "ids"  # the input of every bundled graph: token ids, int64 of shape (1, tokens)
_FOLDER = "session.model_external_initializers_file_folder_path"


def open_session(graph: Path | bytes, folder: Path | None = None) -> onnxruntime.InferenceSession:
    """A graph ready to run, each run on one thread.

    Of a graph in memory, the large tensors lie in the files of `folder`. Raises what ONNX Runtime
    does, which has no common class.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # The graphs are written as they should run: looking for improvements only costs start-up time.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if folder is not None:
        options.add_session_config_entry(_FOLDER, str(folder))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from training.bundled import END, HAS, IDS, START
from training.dataset import EncodedSample, Sample
from training.export import observe_inputs
from training.graph import build_graph, read_graph
from training.model import Reader, ReaderShape, pack

pytestmark = pytest.mark.soak
SHAPE = ReaderShape(hidden=32, layers=2, heads=2, inner=64, vocabulary=40, positions=32)
ROWS = [[0, 5, 6, 2, 7, 8, 9, 2], [0, 11, 2, 12, 13, 2], [0, 30, 31, 32, 33, 34, 35, 36, 37, 2]]


@pytest.fixture(scope="module")
def reader() -> Reader:
    torch.manual_seed(3)
    return Reader(SHAPE).eval()


@pytest.fixture(scope="module")
def graph(reader: Reader) -> onnx.ModelProto:
    sample = Sample("x", "fr", "q", "t", False)
    samples = [EncodedSample(sample, row, 3, 0, 0, []) for row in ROWS]
    weights = {name: value.numpy() for name, value in reader.trained_state().items()}
    return build_graph(SHAPE, weights, observe_inputs(reader, samples), embedder(reader))


def embedder(reader: Reader) -> onnx.ModelProto:
    """A model that begins as the embedding model does: what ends its embeddings, then more."""
    table = reader.embeddings
    tensors = {
        "word": table.word_embeddings.weight,
        "position": table.position_embeddings.weight + table.token_type_embeddings.weight[0],
        "norm.w": table.LayerNorm.weight,
        "norm.b": table.LayerNorm.bias,
    }
    constants = [
        numpy_helper.from_array(tensor.detach().numpy(), name) for name, tensor in tensors.items()
    ]
    constants.append(numpy_helper.from_array(np.zeros(1, np.int64), "zero"))
    nodes = [
        helper.make_node("Gather", ["word", "ids"], ["words"]),
        helper.make_node("Shape", ["ids"], ["length"], start=1, end=2),
        helper.make_node("Slice", ["position", "zero", "length", "zero"], ["places"]),
        helper.make_node("Add", ["words", "places"], ["sum"]),
        helper.make_node("LayerNormalization", ["sum", "norm.w", "norm.b"], ["state"], axis=-1),
        helper.make_node("Identity", ["state"], ["vector"]),
    ]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, None)
    return helper.make_model(helper.make_graph(nodes, "small", [ids], [vector], constants))


def test_it_says_what_the_network_says(reader: Reader, graph: onnx.ModelProto) -> None:
    assert_equal(graph, reader)


def test_its_weights_can_be_read_back(graph: onnx.ModelProto, reader: Reader) -> None:
    again = Reader(SHAPE).eval()
    again.embeddings.load_state_dict(reader.embeddings.state_dict())
    weights = {name: torch.tensor(value) for name, value in read_graph(graph, SHAPE).items()}
    assert weights.keys() == reader.trained_state().keys()
    again.load_state_dict(weights, strict=False)
    assert_equal(graph, again)


def assert_equal(graph: onnx.ModelProto, reader: Reader) -> None:
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    for row in ROWS:
        with torch.inference_mode():
            expected = reader(pack([row]))
        said = session.run([START, END, HAS], {IDS: np.array([row])})
        for mine, theirs in zip(said, (expected.start, expected.end, expected.has), strict=True):
            assert mine == pytest.approx(theirs.numpy(), abs=0.05)

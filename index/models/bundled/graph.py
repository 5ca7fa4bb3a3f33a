"""The embedding network as two ONNX graphs, from the ids of one text to its vector.

The lower one ends halfway up, with the states of the tokens, which the upper one begins with.

BERT with ONNX Runtime's fused operators. Matrix products are in 8-bit integers, quantised per
output neuron (weights) and per text (activations).

A few inner neurons are thirty times stronger than all others on some tokens. On a common scale the
others would lose two of their eight bits, and half a percent of cosine (0.9968 to float32 instead
of 0.9991), so the strong ones are computed in float32 beside the integer product.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.models.bundled.session import IDS, STATES
from index.models.bundled.weights import BLOCK, Floats, Q4File

# By layer, the inner neuron whose activation exceeds twice any other's over French passages.
OUTLIERS = {0: 318, 1: 1462, 2: 354, 3: 408, 4: 778, 5: 658, 6: 1152, 7: 413}

VECTOR = "vector"
LAYERS = 7  # of twelve below the states: where words differ most from their neighbours
FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 21, 10

# Seven of the eight bits: with all eight, processors without VNNI instructions overflow 16 bits
# when adding two products, silently. Costs 0.0003 of cosine and no time.
_INT8_LIMIT = 63


def write_lower(source: Q4File, path: Path, weights: str) -> None:
    """Write the lower graph to `path` and its large tensors to the file `weights` beside it.

    The file begins with the embeddings, where the reader's graph looks for them.
    """
    _write(_Network(source).lower(), path, weights)


def write_upper(source: Q4File, path: Path, weights: str) -> None:
    """Write the upper graph to `path` and its large tensors to the file `weights` beside it."""
    _write(_Network(source).upper(), path, weights)


def _write(model: onnx.ModelProto, path: Path, weights: str) -> None:
    onnx.save_model(
        model,
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=weights,
        size_threshold=1024,
    )


class GraphBuilder:
    """An ONNX graph under construction: nodes and constants, in order."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def _model(
        self, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        graph = helper.make_graph(self._nodes, name, inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _plain(self, state: str, name: str, weights: Floats, bias: Floats) -> str:
        """Add a product in float32; `weights` has shape (outputs, inputs)."""
        product = self._node("MatMul", [state, self._constant(f"{name}.w", weights.T)])
        return self._node("Add", [product, self._constant(f"{name}.b", bias)])

    def _constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        output = f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output


class _Network(GraphBuilder):
    """A graph of the embedding network."""

    def __init__(self, source: Q4File) -> None:
        super().__init__()
        self._source = source
        self._shape = source.shape

    def lower(self) -> onnx.ModelProto:
        state = self._layers(self._embeddings(), range(LAYERS))
        self._nodes.append(helper.make_node("Identity", [state], [STATES]))
        ids = helper.make_tensor_value_info(IDS, TensorProto.INT64, [1, "tokens"])
        return self._model("multilingual-e5-small-lower", [ids], [self._states()])

    def upper(self) -> onnx.ModelProto:
        state = self._layers(STATES, range(LAYERS, self._shape.layers))
        mean = self._node(
            "ReduceMean", [state, self._constant("tokens", np.array([1], np.int64))], keepdims=0
        )
        self._nodes.append(helper.make_node("LpNormalization", [mean], [VECTOR], axis=-1, p=2))
        shape = [1, self._shape.hidden]
        vector = helper.make_tensor_value_info(VECTOR, TensorProto.FLOAT, shape)
        return self._model("multilingual-e5-small-upper", [self._states()], [vector])

    def _states(self) -> onnx.ValueInfoProto:
        hidden = self._shape.hidden
        return helper.make_tensor_value_info(STATES, TensorProto.FLOAT, [1, "tokens", hidden])

    def _layers(self, state: str, layers: range) -> str:
        for layer in layers:
            state = self._attention(state, f"l{layer}")
            state = self._feed_forward(state, layer)
        return state

    def _embeddings(self) -> str:
        hidden = self._shape.hidden
        codes, scales = self._source.codes("emb.word", hidden)
        words = self._node(
            "GatherBlockQuantized",
            [self._int4("word", codes), IDS, self._constant("word.scale", scales)],
            domain=FUSED,
            gather_axis=0,
            quantize_axis=1,
            block_size=BLOCK,
        )
        # There is one token type, so its vector belongs to every position.
        positions = self._source.floats("emb.pos").reshape(-1, hidden)
        table = self._constant("position", positions + self._source.floats("emb.type")[:hidden])
        zero = self._constant("zero", np.zeros(1, np.int64))
        length = self._node("Shape", [IDS], start=1, end=2)
        places = self._node("Slice", [table, zero, length, zero])
        return self._add_and_normalise(words, places, "emb.ln")

    def _attention(self, state: str, layer: str) -> str:
        parts = [f"{layer}.{part}" for part in "qkv"]
        weights = np.concatenate([self._weights(part) for part in parts])
        bias = np.concatenate([self._source.floats(f"{part}.b") for part in parts])
        projection = self._linear(state, f"{layer}.qkv", weights, bias)
        split = [f"{layer}.{part}.out" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [projection], split, axis=-1, num_outputs=3))
        context = self._node("MultiHeadAttention", split, domain=FUSED, num_heads=self._shape.heads)
        name = f"{layer}.ao"
        output = self._linear(context, name, self._weights(name), self._source.floats(f"{name}.b"))
        return self._add_and_normalise(output, state, f"{layer}.aln")

    def _feed_forward(self, state: str, layer: int) -> str:
        first, second = f"l{layer}.fi", f"l{layer}.fo"
        rise, rise_bias = self._weights(first), self._source.floats(f"{first}.b").copy()
        fall = self._weights(second, self._shape.inner)
        fall_bias = self._source.floats(f"{second}.b")
        strong = None
        if layer in OUTLIERS:
            apart = [OUTLIERS[layer]]
            strong = self._plain(state, f"{first}.strong", rise[apart], rise_bias[apart])
            strong = self._node("Gelu", [strong], domain=FUSED)
            strong = self._plain(strong, f"{second}.strong", fall[:, apart], fall_bias)
            rise[apart], rise_bias[apart], fall[:, apart] = 0, 0, 0
        inner = self._linear(state, first, rise, rise_bias)
        inner = self._node("Gelu", [inner], domain=FUSED)
        output = self._linear(inner, second, fall, None if strong else fall_bias)
        if strong:
            output = self._node("Add", [output, strong])
        return self._add_and_normalise(output, state, f"l{layer}.oln")

    def _linear(self, state: str, name: str, weights: Floats, bias: Floats | None) -> str:
        """Add a product in 8-bit integers; `weights` has shape (outputs, inputs)."""
        scales = np.abs(weights).max(axis=1) / _INT8_LIMIT
        scales[scales == 0] = 1
        codes = np.rint(weights / scales[:, None]).astype(np.int8)
        inputs = [
            state,
            self._constant(f"{name}.w", codes.T),
            self._constant(f"{name}.scale", scales.astype(np.float32)),
            "",
        ]
        if bias is not None:
            inputs.append(self._constant(f"{name}.b", bias))
        return self._node("DynamicQuantizeMatMul", inputs, domain=FUSED)

    def _add_and_normalise(self, output: str, state: str, name: str) -> str:
        # On a CPU, the fused SkipLayerNormalization is three times slower than these two.
        total = self._node("Add", [output, state])
        return self._node(
            "LayerNormalization",
            [total, self._floats(f"{name}.w"), self._floats(f"{name}.b")],
            axis=-1,
            epsilon=self._shape.epsilon,
        )

    def _weights(self, name: str, width: int | None = None) -> Floats:
        return self._source.weights(f"{name}.w", width or self._shape.hidden)

    def _floats(self, name: str) -> str:
        return self._constant(name, self._source.floats(name))

    def _int4(self, name: str, codes: npt.NDArray[np.uint8]) -> str:
        """Add a table of 4-bit codes in ONNX's packing: signed, even columns in the low half."""
        nibbles = (codes - 8) & 15
        bytes_of_pairs = nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)
        tensor = TensorProto(name=name, data_type=TensorProto.INT4, dims=codes.shape)
        tensor.raw_data = bytes_of_pairs.tobytes()
        self._constants.append(tensor)
        return name

"""The reader as an ONNX graph, from the ids of one text to its logits.

    ids    int64 (1, tokens)
    start  float32 (1, tokens)   logits of the answer's first token
    end    float32 (1, tokens)   logits of the answer's last token
    has    float32 (1,)          logit that the passage answers the question

The graph begins with the embedding model's first nodes, whose tensors stay in that model's files,
and uses its operators: matrix products in 8-bit integers, with a scale for each output neuron
(weights) and for each text (activations).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.bundled import END, FUSED, HAS, IDS, START, GraphBuilder
from training.model import ReaderShape
from training.quantise import Floats, LayerInputs, find_outliers, quantise

STATES = "states"


def build_graph(
    shape: ReaderShape,
    weights: Mapping[str, Floats],
    inputs: Mapping[str, LayerInputs],
    embedder: onnx.ModelProto,
) -> onnx.ModelProto:
    """Build the graph of these weights, behind the embeddings of `embedder`.

    `inputs` are those of the encoder's linear layers; both are by name in Hugging Face's
    `BertModel`.
    """
    network = _Network(shape, weights, inputs)
    state = STATES
    for layer in range(shape.layers):
        state = network.attention(state, f"encoder.layer.{layer}")
        state = network.feed_forward(state, f"encoder.layer.{layer}")
    network.heads(state)
    return _with_embeddings(network.model(), embedder)


def read_graph(model: onnx.ModelProto, shape: ReaderShape) -> dict[str, Floats]:
    """Return the weights of a graph of `build_graph`, as rounded, under the same names."""
    tensors = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if not tensor.external_data
    }
    weights: dict[str, Floats] = {}

    def put(name: str, weight: Floats, bias: Floats) -> None:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = weight, bias

    def product(name: str) -> Floats:
        even = np.asarray(tensors[f"{name}.even"], np.float32)
        codes = tensors[f"{name}.w"].T.astype(np.float32)
        whole: Floats = codes * tensors[f"{name}.scale"][:, None] * even
        return whole

    for layer in (f"encoder.layer.{number}" for number in range(shape.layers)):
        joined = product(f"{layer}.attention.self")
        bias = tensors[f"{layer}.attention.self.b"]
        for at, part in enumerate(("query", "key", "value")):
            rows = slice(at * shape.hidden, (at + 1) * shape.hidden)
            put(f"{layer}.attention.self.{part}", joined[rows], bias[rows])
        output, first, second = (
            f"{layer}.{part}" for part in ("attention.output", "intermediate", "output")
        )
        put(f"{output}.dense", product(output), tensors[f"{output}.b"])
        rise, fall = product(first), product(second)
        rise_bias = tensors[f"{first}.b"].copy()
        fall_bias = tensors.get(f"{second}.b", tensors.get(f"{second}.strong.b"))
        if f"{first}.strong.w" in tensors:
            apart = np.flatnonzero(~rise.any(axis=1))
            rise[apart] = tensors[f"{first}.strong.w"].T
            rise_bias[apart] = tensors[f"{first}.strong.b"]
            fall[:, apart] = tensors[f"{second}.strong.w"].T
        put(f"{first}.dense", rise, rise_bias)
        put(f"{second}.dense", fall, np.asarray(fall_bias))
        for norm in (f"{output}.LayerNorm", f"{second}.LayerNorm"):
            put(norm, tensors[f"{norm}.w"], tensors[f"{norm}.b"])
    for name in ("span", f"{HAS}.0", f"{HAS}.2"):
        put(name, tensors[f"{name}.w"].T, tensors[f"{name}.b"])
    return weights


def _with_embeddings(reader: onnx.ModelProto, embedder: onnx.ModelProto) -> onnx.ModelProto:
    """Prepend the embedder's nodes up to its first normalisation, the last of the embeddings."""
    nodes = embedder.graph.node
    last = next(at for at, node in enumerate(nodes) if node.op_type == "LayerNormalization")
    opening = list(nodes[: last + 1])
    opening[-1].output[0] = STATES
    used = {name for node in opening for name in node.input}
    shared = [tensor for tensor in embedder.graph.initializer if tensor.name in used]
    if clash := {tensor.name for tensor in shared} & {
        tensor.name for tensor in reader.graph.initializer
    }:
        raise ValueError(f"tensors of both graphs have one name: {sorted(clash)}")
    graph = helper.make_graph(
        [*opening, *reader.graph.node],
        reader.graph.name,
        [value for value in embedder.graph.input if value.name == IDS],
        list(reader.graph.output),
        [*shared, *reader.graph.initializer],
    )
    return helper.make_model(
        graph, opset_imports=list(reader.opset_import), ir_version=reader.ir_version
    )


class _Network(GraphBuilder):
    """The graph of the reader's network."""

    def __init__(
        self, shape: ReaderShape, weights: Mapping[str, Floats], inputs: Mapping[str, LayerInputs]
    ) -> None:
        super().__init__()
        self._shape, self._weights, self._inputs = shape, weights, inputs

    def model(self) -> onnx.ModelProto:
        text: list[int | str] = [1, "tokens"]
        one, states = text[:1], [*text, self._shape.hidden]
        shapes = {STATES: states, START: text, END: text, HAS: one}
        first, *outputs = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        )
        return self._model("selon-reader", [first], outputs)

    def attention(self, state: str, layer: str) -> str:
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        weights = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        seen = self._inputs[parts[0]]
        joined = self._linear(state, f"{layer}.attention.self", weights, bias, seen)
        split = [f"{part}.out" for part in parts]
        self._nodes.append(helper.make_node("Split", [joined], split, axis=-1, num_outputs=3))
        context = self._node("MultiHeadAttention", split, domain=FUSED, num_heads=self._shape.heads)
        name = f"{layer}.attention.output"
        output = self._linear(context, name, *self._dense(name), self._inputs[f"{name}.dense"])
        return self._add_and_normalise(output, state, name)

    def feed_forward(self, state: str, layer: str) -> str:
        first, second = f"{layer}.intermediate", f"{layer}.output"
        rise, rise_bias = (part.copy() for part in self._dense(first))
        fall, fall_bias = (part.copy() for part in self._dense(second))
        seen = self._inputs[f"{second}.dense"]
        apart, strong = find_outliers(seen.peaks), None
        if apart:
            strong = self._plain(state, f"{first}.strong", rise[apart], rise_bias[apart])
            strong = self._node("Gelu", [strong], domain=FUSED)
            strong = self._plain(strong, f"{second}.strong", fall[:, apart], fall_bias)
            rise[apart], rise_bias[apart], fall[:, apart] = 0, 0, 0
            seen = seen.without(apart)
        inner = self._linear(state, first, rise, rise_bias, self._inputs[f"{first}.dense"])
        inner = self._node("Gelu", [inner], domain=FUSED)
        output = self._linear(inner, second, fall, None if strong else fall_bias, seen)
        if strong:
            output = self._node("Add", [output, strong])
        return self._add_and_normalise(output, state, second)

    def heads(self, state: str) -> None:
        span = self._plain(state, "span", self._weights["span.weight"], self._weights["span.bias"])
        sides = [f"{name}.column" for name in (START, END)]
        self._nodes.append(helper.make_node("Split", [span], sides, axis=-1, num_outputs=2))
        last = self._axes("last", -1)
        for side, name in zip(sides, (START, END), strict=True):
            self._nodes.append(helper.make_node("Squeeze", [side, last], [name]))
        at_first, inner_axes = self._axes("first", 0), self._axes("inner", 1, 2)
        first = self._node("Gather", [state, at_first], axis=1)
        inner = self._plain(first, f"{HAS}.0", *self._layer(f"{HAS}.0"))
        inner = self._node("Tanh", [inner])
        logit = self._plain(inner, f"{HAS}.2", *self._layer(f"{HAS}.2"))
        self._nodes.append(helper.make_node("Squeeze", [logit, inner_axes], [HAS]))

    def _dense(self, name: str) -> tuple[Floats, Floats]:
        return self._layer(f"{name}.dense")

    def _layer(self, name: str) -> tuple[Floats, Floats]:
        return self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]

    def _linear(
        self, state: str, name: str, weights: Floats, bias: Floats | None, seen: LayerInputs
    ) -> str:
        """Add a product in 8-bit integers; `weights` has shape (outputs, inputs)."""
        product = quantise(weights, seen)
        inputs = [
            self._node("Mul", [state, self._constant(f"{name}.even", 1 / product.even)]),
            self._constant(f"{name}.w", product.codes.T),
            self._constant(f"{name}.scale", product.scales),
            "",
        ]
        if bias is not None:
            inputs.append(self._constant(f"{name}.b", bias))
        return self._node("DynamicQuantizeMatMul", inputs, domain=FUSED)

    def _add_and_normalise(self, output: str, state: str, name: str) -> str:
        total = self._node("Add", [output, state])
        norm = f"{name}.LayerNorm"
        weight, bias = self._layer(norm)
        inputs = [total, self._constant(f"{norm}.w", weight), self._constant(f"{norm}.b", bias)]
        return self._node("LayerNormalization", inputs, axis=-1, epsilon=self._shape.epsilon)

    def _axes(self, name: str, *axes: int) -> str:
        return self._constant(name, np.array(axes, np.int64))

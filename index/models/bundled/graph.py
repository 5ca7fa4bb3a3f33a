"""The network as an ONNX graph: ids of one text in, its vector out.

BERT with the operators that ONNX Runtime has fused kernels for. Matrix products run on 8-bit
integers, quantised per output neuron (weights) and per text (activations): texts are embedded one
at a time, so a text's vector does not depend on its companions and nothing is padded.

A handful of inner neurons fire thirty times stronger than all others, on a few tokens. In one scale
with the others they would leave these six of their eight bits, which costs half a percent of cosine
(0.9968 to float32 instead of 0.9991); so they are taken out of the integer product and computed in
float32 beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.models.bundled.session import IDS
from index.models.bundled.weights import BLOCK, Q4File

# By layer. Found by looking for inner neurons whose activation exceeds twice any other's over
# French passages; the weights are fixed by their checksum, so the neurons are too.
OUTLIERS: dict[int, tuple[int, ...]] = {
    0: (318,),
    1: (1462,),
    2: (354,),
    3: (408,),
    4: (778,),
    5: (658,),
    6: (1152,),
    7: (413,),
}

VECTOR = "vector"
_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 21, 10

# Seven of the eight bits: with all eight, processors without VNNI instructions overflow 16 bits
# where they add two products, and silently answer otherwise. Costs 0.0003 of cosine and no time.
_INT8_LIMIT = 63


def write_graph(source: Q4File, path: Path, weights: str) -> None:
    """Write the graph to `path` and its large tensors to the file `weights` beside it."""
    onnx.save_model(
        _Network(source).model(),
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=weights,
        size_threshold=1024,
    )


class _Network:
    """The graph under construction: nodes and constants, in order."""

    def __init__(self, source: Q4File) -> None:
        self._source = source
        self._shape = source.shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        state = self._embeddings()
        for layer in range(self._shape.layers):
            state = self._attention(state, f"l{layer}")
            state = self._feed_forward(state, layer)
        mean = self._node(
            "ReduceMean", [state, self._constant("tokens", np.array([1], np.int64))], keepdims=0
        )
        self._nodes.append(helper.make_node("LpNormalization", [mean], [VECTOR], axis=-1, p=2))
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info(IDS, TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info(VECTOR, TensorProto.FLOAT, [1, self._shape.hidden])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _embeddings(self) -> str:
        hidden = self._shape.hidden
        codes, scales = self._source.codes("emb.word", hidden)
        words = self._node(
            "GatherBlockQuantized",
            [self._int4("word", codes), IDS, self._constant("word.scale", scales)],
            domain=_FUSED,
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
        joined = self._linear(state, f"{layer}.qkv", weights, bias)
        split = [f"{layer}.{part}.out" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [joined], split, axis=-1, num_outputs=3))
        context = self._node(
            "MultiHeadAttention", split, domain=_FUSED, num_heads=self._shape.heads
        )
        name = f"{layer}.ao"
        output = self._linear(context, name, self._weights(name), self._source.floats(f"{name}.b"))
        return self._add_and_normalise(output, state, f"{layer}.aln")

    def _feed_forward(self, state: str, layer: int) -> str:
        first, second = f"l{layer}.fi", f"l{layer}.fo"
        rise, rise_bias = self._weights(first), self._source.floats(f"{first}.b").copy()
        fall, fall_bias = (
            self._weights(second, self._shape.inner),
            self._source.floats(second + ".b"),
        )
        apart = list(OUTLIERS.get(layer, ()))
        strong = None
        if apart:
            strong = self._plain(state, f"{first}.strong", rise[apart], rise_bias[apart])
            strong = self._node("Gelu", [strong], domain=_FUSED)
            strong = self._plain(strong, f"{second}.strong", fall[:, apart], fall_bias)
            rise[apart], rise_bias[apart], fall[:, apart] = 0, 0, 0
        inner = self._linear(state, first, rise, rise_bias)
        inner = self._node("Gelu", [inner], domain=_FUSED)
        output = self._linear(inner, second, fall, None if strong else fall_bias)
        if strong:
            output = self._node("Add", [output, strong])
        return self._add_and_normalise(output, state, f"l{layer}.oln")

    def _linear(
        self,
        state: str,
        name: str,
        weights: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32] | None,
    ) -> str:
        """A product in 8-bit integers; `weights` has shape (outputs, inputs)."""
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
        return self._node("DynamicQuantizeMatMul", inputs, domain=_FUSED)

    def _plain(
        self, state: str, name: str, weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]
    ) -> str:
        """A product in float32; `weights` has shape (outputs, inputs)."""
        product = self._node("MatMul", [state, self._constant(f"{name}.w", weights.T)])
        return self._node("Add", [product, self._constant(f"{name}.b", bias)])

    def _add_and_normalise(self, output: str, state: str, name: str) -> str:
        # The fused SkipLayerNormalization costs three times as much on a processor as these two.
        total = self._node("Add", [output, state])
        return self._node(
            "LayerNormalization",
            [total, self._floats(f"{name}.w"), self._floats(f"{name}.b")],
            axis=-1,
            epsilon=self._shape.epsilon,
        )

    def _weights(self, name: str, width: int | None = None) -> npt.NDArray[np.float32]:
        return self._source.weights(f"{name}.w", width or self._shape.hidden)

    def _floats(self, name: str) -> str:
        return self._constant(name, self._source.floats(name))

    def _constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _int4(self, name: str, codes: npt.NDArray[np.uint8]) -> str:
        """The table of 4-bit codes as ONNX packs it: signed, the even column in the low half."""
        signed = (codes - 8) & 15
        packed = signed[:, 0::2] | (signed[:, 1::2] << 4)
        tensor = TensorProto(name=name, data_type=TensorProto.INT4, dims=codes.shape)
        tensor.raw_data = packed.tobytes()
        self._constants.append(tensor)
        return name

    def _node(self, kind: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        output = f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

"""Make the file that Selon ships: `python -m training.export WEIGHTS --dataset FILE --out FILE`.

The weights become 8-bit integers in an ONNX graph (`training.graph`), and what that costs is
measured on held-out samples.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import torch
from torch import Tensor
from torch.nn import functional

from training.bundled import load_source, load_tokenizer
from training.checkpoint import load_weights
from training.dataset import EncodedSample, SampleEncoder, read_dataset
from training.graph import END, HAS, START, STATES, SUPPORT, build_graph
from training.measure import Reading, measure_reading, measure_support, read_samples, reading_of
from training.model import Reader, pack
from training.train import DEV_TOKENS, encode_dev, load_reader

# An inner neuron whose activation exceeds this many times any other's is kept out of the integers.
OUTLIER_FACTOR = 2.0
OUTLIER_SAMPLES = 64


def main() -> None:
    """The command; prints the figures of both as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("weights", type=Path, help="a .safetensors of training.train")
    parser.add_argument("--dataset", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    arguments = parser.parse_args()
    reader = load_reader()
    load_weights(arguments.weights, reader)
    encoder = SampleEncoder(load_tokenizer(load_source()), DEV_TOKENS)
    dev = encode_dev(read_dataset(arguments.dataset), encoder)
    outliers = find_outliers(reader, dev["reading"][:OUTLIER_SAMPLES])
    weights = {name: value.float().numpy() for name, value in reader.trained_state().items()}
    onnx.save(build_graph(reader.shape, weights, outliers), arguments.out)
    exported = OnnxReader(arguments.out, reader)
    figures: dict[str, Any] = {"bytes": arguments.out.stat().st_size, "outliers": outliers}
    for task, measure in (("reading", measure_reading), ("support", measure_support)):
        plain, small = read_samples(reader, dev[task]), exported.read(dev[task])
        figures[task] = {"pytorch": measure(dev[task], plain), "onnx": measure(dev[task], small)}
    print(json.dumps(figures, indent=1))  # noqa: T201


def find_outliers(reader: Reader, samples: Sequence[EncodedSample]) -> dict[int, list[int]]:
    """By layer, the inner neurons that fire far stronger than all others on these samples."""
    peaks: list[Tensor] = []

    def note(_module: torch.nn.Module, _inputs: object, output: Tensor) -> None:
        peaks.append(functional.gelu(output).abs().amax(dim=0))

    hooks = [layer.intermediate["dense"].register_forward_hook(note) for layer in reader.layers]
    try:
        with torch.inference_mode():
            reader(pack([sample.ids for sample in samples]))
    finally:
        for hook in hooks:
            hook.remove()
    return {layer: found for layer, peak in enumerate(peaks) if (found := _outliers(peak))}


def _outliers(peak: Tensor) -> list[int]:
    strongest = peak.argsort(descending=True).tolist()
    found: list[int] = []
    while peak[strongest[len(found)]] > OUTLIER_FACTOR * peak[strongest[len(found) + 1]]:
        found.append(strongest[len(found)])
    return sorted(found)


class OnnxReader:
    """The exported graph at work, one text a run; the embeddings are the PyTorch reader's."""

    def __init__(self, path: Path, reader: Reader) -> None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._embeddings = reader.embeddings

    def read(self, samples: Sequence[EncodedSample]) -> list[Reading]:
        """Readings in the order of the samples."""
        return [self._read(sample) for sample in samples]

    def _read(self, sample: EncodedSample) -> Reading:
        with torch.inference_mode():
            states = self._embeddings(pack([sample.ids])).numpy()[None]
        start, end, has, support = self._session.run(
            [START, END, HAS, SUPPORT], {STATES: states.astype(np.float32)}
        )
        return reading_of(sample, start[0], end[0], float(has[0]), float(support[0]))


if __name__ == "__main__":
    main()

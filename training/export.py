"""Export a reader for Selon: `python -m training.export WEIGHTS --dataset FILE --out FILE`.

Quantises the weights to 8-bit integers in an ONNX graph (`training.graph`), and measures the loss
on held-out samples.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from training.bundled import (
    END,
    HAS,
    IDS,
    START,
    embedding_graph,
    load_source,
    load_tokenizer,
    open_session,
    prepared_folder,
)
from training.checkpoint import load_weights
from training.dataset import EncodedSample, SampleEncoder, parse_sample, read_dataset
from training.graph import build_graph
from training.measure import Reading, measure_reading, read_samples, reading_of
from training.model import Reader, pack
from training.quantise import LayerInputs
from training.train import DEV_TOKENS, encode_dev, load_reader

OBSERVED_SAMPLES = 128  # of the training set


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("weights", type=Path, help="a .safetensors of training.train")
    parser.add_argument("--dataset", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    arguments = parser.parse_args()
    reader = load_reader()
    load_weights(arguments.weights, reader)
    encoder = SampleEncoder(load_tokenizer(load_source()), DEV_TOKENS)
    streams = read_dataset(arguments.dataset)
    dev = encode_dev(streams, encoder)
    learned = [parse_sample(line) for line in streams["reading"][:OBSERVED_SAMPLES]]
    inputs = observe_inputs(reader, [encoder.encode(sample) for sample in learned])
    weights = {name: value.float().numpy() for name, value in reader.trained_state().items()}
    onnx.save(build_graph(reader.shape, weights, inputs, embedding_graph()), arguments.out)
    exported = OnnxReader(arguments.out)
    figures: dict[str, Any] = {
        "bytes": arguments.out.stat().st_size,
        "pytorch": measure_reading(dev, read_samples(reader, dev)),
        "onnx": measure_reading(dev, exported.read(dev)),
    }
    print(json.dumps(figures, indent=1))  # noqa: T201


def observe_inputs(reader: Reader, samples: Sequence[EncodedSample]) -> dict[str, LayerInputs]:
    """Record the inputs of the encoder's linear layers over these samples, by layer name."""
    peaks: dict[str, Tensor] = {}
    moments: dict[str, Tensor] = {}

    def record(name: str, layer: nn.Linear, inputs: tuple[Tensor], _output: Tensor) -> None:
        values, size = inputs[0], layer.in_features
        peak = values.abs().amax(dim=0)
        peaks[name] = torch.maximum(peaks.get(name, peak), peak)
        moments[name] = moments.get(name, values.new_zeros(size, size)) + values.T @ values

    hooks = [
        layer.register_forward_hook(partial(record, name))
        for name, layer in reader.named_modules()
        if name.startswith("encoder.") and isinstance(layer, nn.Linear)
    ]
    try:
        with torch.inference_mode():
            for sample in samples:
                reader(pack([sample.ids]))
    finally:
        for hook in hooks:
            hook.remove()
    return {name: LayerInputs(peaks[name].numpy(), moments[name].numpy()) for name in peaks}


class OnnxReader:
    """The exported graph, one text per run."""

    def __init__(self, path: Path) -> None:
        self._session = open_session(path.read_bytes(), prepared_folder())

    def read(self, samples: Sequence[EncodedSample]) -> list[Reading]:
        return [self._read(sample) for sample in samples]

    def _read(self, sample: EncodedSample) -> Reading:
        ids = np.array([sample.ids], np.int64)
        start, end, has = self._session.run([START, END, HAS], {IDS: ids})
        return reading_of(sample, start[0], end[0], float(has[0]))


if __name__ == "__main__":
    main()

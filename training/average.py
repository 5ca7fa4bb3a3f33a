"""Average two readers: `python -m training.average NEW.safetensors OLD.onnx --share 0.6`.

The mean of a run's weights at two times is often better than either (Izmailov et al., UAI 2018).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from safetensors.torch import load_file, save_file

from training.graph import read_graph
from training.train import load_reader


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__)
    parser.add_argument("new", type=Path, help="weights of training.train")
    parser.add_argument("old", type=Path, help="an .onnx of training.export")
    parser.add_argument("--share", type=float, default=0.5, help="of the new one")
    parser.add_argument("--out", type=Path, required=True, help="a file for training.export")
    arguments = parser.parse_args()
    new = load_file(arguments.new)
    old = read_graph(onnx.load(str(arguments.old), load_external_data=False), load_reader().shape)
    share: float = arguments.share
    means = {
        name: weights.float() * share + torch.tensor(old[name]).float() * (1 - share)
        for name, weights in new.items()
        if name in old  # the head for training alone is not exported
    }
    save_file({name: mean.to(new[name].dtype) for name, mean in means.items()}, arguments.out)


if __name__ == "__main__":
    main()

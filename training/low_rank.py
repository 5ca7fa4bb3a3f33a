"""Low-rank adapters (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2022)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

_SCALE = 2.0  # the paper's `alpha / rank`


class LowRank(nn.Module):
    """A frozen linear layer plus a trained low-rank product, initially 0."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        spread = linear.in_features**-0.5
        self.inward = nn.Parameter(torch.randn(rank, linear.in_features) * spread)
        self.outward = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, state: Tensor) -> Tensor:
        narrow = functional.linear(state, self.inward)
        total: Tensor = self.linear(state) + _SCALE * functional.linear(narrow, self.outward)
        return total


def add_low_rank(network: nn.Module, names: Mapping[str, str], rank: int) -> dict[str, LowRank]:
    """Freeze the network and wrap the linear layers of `names`; return them by the values."""
    network.requires_grad_(False)
    layers = {}
    for name, key in names.items():
        linear = network.get_submodule(name)
        if not isinstance(linear, nn.Linear):
            raise TypeError(f"not a linear layer: {name}")
        layers[key] = LowRank(linear, rank)
        network.set_submodule(name, layers[key])
    return layers


def save_factors(path: Path, layers: Mapping[str, LowRank]) -> None:
    """Write the file that `index/models/bundled/weights.py` reads, atomically."""
    arrays: dict[str, Any] = {}
    for key, layer in layers.items():
        arrays[f"{key}/out"] = (_SCALE * layer.outward).detach().numpy().astype(np.float16)
        arrays[f"{key}/in"] = layer.inward.detach().numpy().astype(np.float16)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, **arrays)
    unfinished.replace(path)


def load_factors(path: Path, layers: Mapping[str, LowRank]) -> None:
    """Load a file of `save_factors`."""
    with np.load(path) as arrays, torch.no_grad():
        for key, layer in layers.items():
            outward, inward = (torch.from_numpy(arrays[f"{key}/{way}"]) for way in ("out", "in"))
            layer.outward.copy_(outward.float() / _SCALE)
            layer.inward.copy_(inward.float())

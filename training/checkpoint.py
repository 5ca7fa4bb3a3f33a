"""Checkpoints of a training run, written atomically.

`NAME.pt` has everything to resume a run; `NAME.safetensors` only the weights in half precision,
under Hugging Face's `BertModel` names, without the embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.optim import Optimizer

from training.model import Reader


@dataclass(slots=True)
class Progress:
    """Steps of training so far, and samples consumed."""

    steps: int = 0
    reading: int = 0
    minutes: float = 0.0


def save_checkpoint(
    folder: Path, name: str, reader: Reader, optimizer: Optimizer, progress: Progress
) -> None:
    content = {
        "reader": reader.trained_state(),
        "optimizer": optimizer.state_dict(),
        "progress": {key: getattr(progress, key) for key in Progress.__slots__},
    }
    unfinished = folder / f"{name}.pt.unfinished"
    torch.save(content, unfinished)
    unfinished.replace(folder / f"{name}.pt")
    save_weights(folder / f"{name}.safetensors", reader)


def save_weights(path: Path, reader: Reader) -> None:
    """Save the weights in half precision."""
    unfinished = path.with_suffix(".unfinished")
    save_file({k: v.half().contiguous() for k, v in reader.trained_state().items()}, unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path, reader: Reader, optimizer: Optimizer) -> Progress:
    """Load a run's state into `reader` and `optimizer`."""
    content: dict[str, Any] = torch.load(path, weights_only=True)
    _load(reader, content["reader"])
    optimizer.load_state_dict(content["optimizer"])
    return Progress(**content["progress"])


def load_weights(path: Path, reader: Reader) -> None:
    """Load weights into `reader`; heads that the file lacks are unchanged."""
    _load(reader, {name: value.float() for name, value in load_file(path).items()})


def _load(reader: Reader, state: dict[str, torch.Tensor]) -> None:
    if unknown := reader.load_state_dict(state, strict=False).unexpected_keys:
        raise ValueError(f"weights of another network: {unknown[:3]}")

"""What tells a model of the Transformers libraries from another: its name, and its weights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any


def short_name(name: str) -> str:
    """The name without where on this machine the model lies."""
    path = Path(name)
    return path.resolve().name if path.exists() else name


def model_fingerprint(model: Any, described: str = "") -> str:
    """Tells other weights, or another description, under the same name, in milliseconds: every
    parameter's name and shape counts, but only the first and last values of each."""
    digest = hashlib.sha256(described.encode())
    for name, values in model.state_dict().items():
        flat = values.detach().reshape(-1)
        ends = (flat[:16].tolist(), flat[-16:].tolist())
        digest.update(f"{name} {tuple(values.shape)} {ends}".encode())
    return digest.hexdigest()[:12]

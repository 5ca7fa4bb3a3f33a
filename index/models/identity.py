"""Identity and loading errors of models of the Transformers libraries."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from index.errors import Words, reason_of

_REASON_LENGTH = 200  # characters


def short_name(name: str) -> str:
    """Return a model's hub name, or the last part of its path."""
    path = Path(name)
    return path.resolve().name if path.exists() else name


def model_fingerprint(model: Any, description: str = "") -> str:
    """Hash a model's description and weights, in milliseconds: each parameter's name, shape, and
    first and last values."""
    digest = hashlib.sha256(description.encode())
    for name, values in model.state_dict().items():
        flat = values.detach().reshape(-1)
        ends = (flat[:16].tolist(), flat[-16:].tolist())
        digest.update(f"{name} {tuple(values.shape)} {ends}".encode())
    return digest.hexdigest()[:12]


def is_missing_folder(name: str) -> bool:
    """True if the name is a path that does not exist."""
    return name.startswith((".", "/", "~")) and not Path(name).exists()


def load_failure(error: Exception) -> Words:
    """Return the library's reason, shortened."""
    return Words(str(reason_of(error))[:_REASON_LENGTH])

"""Models of the Transformers libraries: their identity, and the errors of loading them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from index.errors import Words, reason_of

_REASON_LENGTH = 200  # characters


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


def is_missing_folder(name: str) -> bool:
    """True if a model is named by a path that does not exist."""
    return name.startswith((".", "/", "~")) and not Path(name).exists()


def load_failure(error: Exception) -> Words:
    """Why a model could not be loaded, as the libraries' many layers say it, shortened."""
    return Words(str(reason_of(error))[:_REASON_LENGTH])

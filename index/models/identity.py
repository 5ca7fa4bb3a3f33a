"""Models of the Transformers libraries: their identity, and the errors of loading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import ModelError, Words, reason_of
from index.models.base import BUNDLED

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


def check_folder(name: str, code: str) -> None:
    """Raises ModelError with this code where a model is named by a path that is not there."""
    if name.startswith((".", "/", "~")) and not Path(name).exists():
        raise ModelError(code, name=name)


@contextmanager
def translate_load_errors(name: str, code: str) -> Iterator[None]:
    """Raise whatever the libraries' many layers raise as a ModelError with this code."""
    try:
        yield
    except Exception as error:
        reason = Words(str(reason_of(error))[:_REASON_LENGTH])
        raise ModelError(code, name=name, reason=reason, bundled=BUNDLED) from error

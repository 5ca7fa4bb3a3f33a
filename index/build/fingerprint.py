"""What tells whether files would still be read and cut as they were when the index was built."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from index.formats.base import Options

DISTRIBUTION = "selon"
_NAME = re.compile(r"[\w.-]+")


def rules(options: Options | None = None) -> str:
    """Equal as long as the same bytes would give the same articles and the same passages.

    It covers this package's own code, the versions of the libraries that Selon asks for, the
    options, and whether there is a `tesseract` to read scans with.
    """
    chosen = options or Options()
    told = [_code(), _libraries(), dict(chosen.fields), chosen.ocr, shutil.which("tesseract")]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """Every module of the package, so that no number has to be raised by hand when one changes."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def _libraries() -> list[str]:
    try:
        asked = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []
    return [f"{name} {_version(name)}" for name in sorted(map(_named, asked))]


def _named(requirement: str) -> str:
    match = _NAME.match(requirement)
    return match.group() if match else requirement


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

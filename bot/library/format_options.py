"""How the operator wants files to be read, remembered from one build to the next.

A build that only takes an article out, or follows a folder, must read the rest as it was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from index.errors import RefusedValue, StoreError, reason_of
from index.store.disk import translate_disk_errors

if TYPE_CHECKING:
    from index.formats.base import Options

_NAME = "reading.json"
"""The file of the data directory that keeps it."""

_VERSION = 1


def load_format_options(data_dir: Path) -> Options:
    """How files were read last; as usual where nothing was chosen. Raises StoreError."""
    from index.formats.base import Options

    path = data_dir / _NAME
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        if written["version"] != _VERSION:
            raise RefusedValue("options-other-version", version=str(written["version"]))
        fields = {str(ours): str(theirs) for ours, theirs in written["fields"].items()}
        return Options(MappingProxyType(fields), bool(written["ocr"]))
    except (FileNotFoundError, NotADirectoryError):
        return Options()
    except OSError as error:
        raise StoreError("options-unreadable", shown=path, reason=reason_of(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("options-invalid", shown=path, reason=reason_of(error)) from error


def choose_format_options(data_dir: Path, fields: str | None, ocr: bool | None) -> Options:
    """What is typed, and what was chosen before where nothing is. Raises ReadError, StoreError."""
    from index.formats.base import Options
    from index.formats.records import parse_map

    before = load_format_options(data_dir)
    mapped = before.fields
    if fields is not None:  # an empty map forgets the one before
        mapped = parse_map(fields) if fields.strip() else {}
    return Options(mapped, before.ocr if ocr is None else ocr)


def save_format_options(data_dir: Path, options: Options) -> None:
    """Keep these for the next build. Raises StoreError."""
    from index.formats.base import Options

    path = data_dir / _NAME
    if options == Options():
        with translate_disk_errors(path):
            path.unlink(missing_ok=True)
        return
    body = {"version": _VERSION, "fields": dict(options.fields), "ocr": options.ocr}
    beside = path.with_name(f"{_NAME}.new")
    with translate_disk_errors(path):
        beside.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        beside.replace(path)


def format_map_text(fields: Mapping[str, str]) -> str:
    """As it is typed after `--map`."""
    return ",".join(f"{ours}={theirs}" for ours, theirs in fields.items())

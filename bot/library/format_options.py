"""File reading options, stored for later builds, such as those that only remove an article."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from index.errors import RefusedValue, StoreError, reason_of
from index.store.disk import replace_file, translate_disk_errors

if TYPE_CHECKING:
    from index.formats.base import Options

_NAME = "reading.json"  # in the data directory
_VERSION = 1


def load_format_options(data_dir: Path) -> Options:
    """Load the last options, or the defaults if none were chosen. Raises StoreError."""
    from index.formats.base import Options

    path = data_dir / _NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["version"] != _VERSION:
            raise RefusedValue("options-other-version", version=str(body["version"]))
        fields = {str(ours): str(theirs) for ours, theirs in body["fields"].items()}
        return Options(MappingProxyType(fields), bool(body["ocr"]))
    except (FileNotFoundError, NotADirectoryError):
        return Options()
    except OSError as error:
        raise StoreError("options-unreadable", subject=path, reason=reason_of(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("options-invalid", subject=path, reason=reason_of(error)) from error


def choose_format_options(data_dir: Path, fields: str | None, ocr: bool | None) -> Options:
    """Return the typed options, or the previous ones if None. Raises ReadError, StoreError."""
    from index.formats.base import Options

    previous = load_format_options(data_dir)
    mapping = previous.fields
    if fields is not None:  # an empty map clears the previous one
        from index.formats.records import parse_map  # imports the parsers

        mapping = parse_map(fields) if fields.strip() else {}
    return Options(mapping, previous.ocr if ocr is None else ocr)


def save_format_options(data_dir: Path, options: Options) -> None:
    """Save options for the next build. Raises StoreError."""
    from index.formats.base import Options

    path = data_dir / _NAME
    if options == Options():
        with translate_disk_errors(path):
            path.unlink(missing_ok=True)
        return
    body = {"version": _VERSION, "fields": dict(options.fields), "ocr": options.ocr}
    with translate_disk_errors(path):
        replace_file(path, json.dumps(body, ensure_ascii=False, indent=2) + "\n")


def format_map_text(fields: Mapping[str, str]) -> str:
    """Format fields as a value of `--map`."""
    return ",".join(f"{ours}={theirs}" for ours, theirs in fields.items())

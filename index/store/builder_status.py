"""Status of the builder, stored with the index for monitoring."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from index.errors import StoreError, reason_of
from index.store.disk import replace_file, translate_disk_errors

# New generation in service; nothing to do; error.
BuildOutcome = Literal["switched", "unchanged", "failed"]

_FILE = "builder.json"


@dataclass(frozen=True, slots=True)
class BuilderStatus:
    """When the builder last looked for changes, and its last build; times in Unix seconds.
    `articles` is the number of searchable articles after the last successful build."""

    seen: float
    built: float | None = None
    seconds: float = 0.0
    outcome: BuildOutcome | None = None
    articles: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str, label: str | Path) -> Self:
        """Raises StoreError if it is not valid."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            reason = reason_of(error)
            raise StoreError("store-unreadable", subject=label, reason=reason) from error


def write_builder_status(data_dir: Path, status: BuilderStatus) -> None:
    """Raises StoreError."""
    path = data_dir / _FILE
    with translate_disk_errors(path):
        data_dir.mkdir(parents=True, exist_ok=True)
        replace_file(path, f"{status.to_json()}\n")


def read_builder_status(data_dir: Path) -> BuilderStatus | None:
    """The status, or None if no builder ever ran. Raises StoreError."""
    path = data_dir / _FILE
    try:
        return BuilderStatus.from_json(path.read_text(encoding="utf-8"), path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("store-unreadable", subject=path, reason=reason_of(error)) from error

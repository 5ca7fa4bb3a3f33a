"""Updates that cannot be read: each stands aside by itself, so that it holds up no other.

The library reads a batch as a whole, and asks for the same one again when a single update of it is
not as it expects. So updates are tried one by one before it sees them, and one that cannot be read
is handed to it as a bare number that carries the update as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Update

_RAW = "selon_unreadable"
_LARGEST = 2**63 - 1


def legible_update(raw: object) -> dict[str, Any] | None:
    """An update that can be read in any case; None for what has not even a number."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or type(number) is not int or not 0 <= number <= _LARGEST:
        return None
    try:
        Update.de_json(raw)
    except Exception:
        return {"update_id": number, _RAW: raw}
    return raw


def unreadable_content(update: Update) -> Mapping[str, Any] | None:
    """What could not be read, as it came; None for every other update."""
    content = update.api_kwargs.get(_RAW)
    return content if isinstance(content, dict) else None

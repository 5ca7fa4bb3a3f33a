"""Where the files of a folder were fetched, as the ledger that lies among them says."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

LEDGER = ".selon-addresses.json"
"""Its name: {"version": 1, "files": {"a.html": {"url": "https://exemple.fr/a"}}}, a file's name
being its path below the folder."""

_LIMIT = 128 * 2**20  # bytes, of which an address takes some hundreds
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")


def addresses_in(folder: Path) -> tuple[Mapping[str, str], str | None]:
    """The address of each file that the ledger of a folder tells, and why not if it is broken."""
    ledger = folder / LEDGER
    try:
        if not ledger.is_file():
            return {}, None
        if ledger.stat().st_size > _LIMIT:
            raise ValueError(f"larger than {_LIMIT // 2**20} MB")
        return _read(json.loads(ledger.read_bytes())), None
    except (OSError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())
        advice = "articles of this folder have no address until `selon add` writes it again"
        return {}, f"not a list of addresses ({why}); {advice}"


def _read(told: object) -> dict[str, str]:
    files = told.get("files") if isinstance(told, dict) else None
    if not isinstance(files, dict):
        raise ValueError("it holds no `files`")
    return {
        unicodedata.normalize("NFC", name): file["url"]
        for name, file in files.items()
        if isinstance(file, dict) and _ADDRESS.fullmatch(str(file.get("url")))
    }

"""A file in an archive."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

LINK = "a link, not a file; links in archives are not followed"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path there, and why it is `refused` or how it is opened.

    What is `counted` is so as the archive is unpacked. What is `lasting` may be opened several
    times, whatever comes after it.
    """

    name: str
    open: Callable[[], BinaryIO] = io.BytesIO
    counted: bool = False
    lasting: bool = False
    refused: str | None = None


def plain_name(name: str) -> str:
    """A member's path as text, which leads nowhere."""
    plain = name.replace("\\", "/").replace("\0", "").encode("utf-8", "replace").decode()
    parts = (part for part in PurePosixPath(plain).parts if part.strip("/") not in ("", "..", "."))
    return unicodedata.normalize("NFC", " ".join("/".join(parts).split()))

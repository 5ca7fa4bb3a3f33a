"""What the name of a file and of its folders, or an address, tells of an article."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit

_CENTURIES = range(1800, 2100)
_STAMP = re.compile(r"(\d{4})([-_.]?)(\d{2})\2(\d{2})(?:T\d{4,6})?(?=[-_. ]|$)")
_TRAILING = re.compile(r"[-_. ](\d{4})([-_])(\d{2})\2(\d{2})$")
_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?=/)")
_MEMBER = re.compile(r"[^\n]*\.[a-z0-9]{2,8}", re.IGNORECASE)


def date_in_path(path: str) -> date | None:
    """The day that a file's name begins or ends with, or that its folders spell.

    `2025-08-29-titre.md`, `20250829_titre.txt`, `titre_2025-08-29.md`, `2025/08/29/titre.html`.
    """
    plain = path.replace("\\", "/")
    stem = PurePosixPath(plain).stem
    if match := _STAMP.match(stem) or _TRAILING.search(stem):
        return _day(match[1], match[3], match[4])
    return _in_folders(plain)


def date_in_address(url: str) -> date | None:
    """The day that the folders of an address spell, as in `/2025/08/29/titre`."""
    try:
        return _in_folders(urlsplit(url).path)
    except ValueError:
        return None


def title_in_name(name: str) -> str:
    """A file's name made readable, without its date and its suffix."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    match = _STAMP.match(stem)
    if match and _day(match[1], match[3], match[4]):
        stem = stem[match.end() :]
    elif (match := _TRAILING.search(stem)) and _day(match[1], match[3], match[4]):
        stem = stem[: match.start()]
    readable = re.sub(r"[-_\s]+", " ", stem).strip(" .") or name
    return readable[0].upper() + readable[1:]


def member_name(key: str) -> str | None:
    """The key of a draft when it names a file (a member of an archive), else None."""
    return key if "://" not in key and _MEMBER.fullmatch(key) else None


def _in_folders(path: str) -> date | None:
    match = _FOLDERS.search(path)
    return _day(match[1], match[2], match[3]) if match else None


def _day(year: str, month: str, day: str) -> date | None:
    if int(year) not in _CENTURIES:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

"""Storage of fetched pages: one folder per host, with a ledger of addresses."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from index.errors import FetchError, reason_of
from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Validators
from index.formats.sources import LEDGER

SHELF_VERSION = 1
_LOCK = ".selon-addresses.lock"
_LOCK_SECONDS = 30.0  # other processes hold the lock for milliseconds
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """Ledger entry of a file.

    `fetched_at` is ISO 8601 in UTC; `content_type` is the header; `asked` is the address that
    redirected to `url`, if any.
    """

    url: str
    sha256: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    asked: str | None = None


class FetchLedger:
    """Ledger of one folder: its entries, as JSON for speed, by file name."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER
        self._entries = _read_entries(self._path)

    @property
    def names(self) -> list[str]:
        return sorted(self._entries)

    def find(self, url: str, key: Literal["url", "asked"] = "url") -> str | None:
        """Return the name of the file of this final, or requested, address."""
        return next((name for name, entry in self._entries.items() if entry.get(key) == url), None)

    def of(self, name: str) -> FetchedFile:
        """Return the entry of a file. Raises KeyError."""
        entry = self._entries[name]
        texts = {
            key: value
            for key in ("etag", "last_modified", "content_type", "asked")
            if isinstance(value := entry.get(key), str) and value
        }
        return FetchedFile(
            url=str(entry.get("url")),
            sha256=str(entry.get("sha256") or ""),
            fetched_at=str(entry.get("fetched_at") or ""),
            **texts,
        )

    def put(self, name: str, file: FetchedFile) -> None:
        self._entries[name] = asdict(file)

    def drop(self, name: str) -> None:
        self._entries.pop(name, None)

    def save(self) -> None:
        """Write the ledger atomically, one file per line. Raises OSError."""
        entries = (f"{json.dumps(name)}: {json.dumps(self._entries[name])}" for name in self.names)
        files = "{\n" + ",\n".join(entries) + "\n}"
        _replace_file(self._path, f'{{"version": {SHELF_VERSION}, "files": {files}}}\n'.encode())


@contextmanager
def edit_ledger(folder: Path) -> Iterator[FetchLedger]:
    """Open the ledger of a folder under its lock. Raises OSError."""
    with FileLock(folder / _LOCK, timeout=_LOCK_SECONDS):  # its Timeout is an OSError
        yield FetchLedger(folder)


def _replace_file(path: Path, data: bytes) -> None:
    """Write a file atomically. Raises OSError."""
    partial = path.with_name(f".{path.name.lstrip('.')}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read_entries(path: Path) -> dict[str, dict[str, Any]]:
    """Read a ledger; a broken one is renamed, not overwritten."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        ledger = json.loads(text)
        if ledger["version"] != SHELF_VERSION:
            raise ValueError(f"version {ledger['version']!r} instead of {SHELF_VERSION}")
        # Ignore names outside this folder, to protect other files.
        return {
            name: dict(entry) for name, entry in ledger["files"].items() if Path(name).name == name
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        backup = path.with_name(f"{path.name}.broken")
        path.replace(backup)
        logger.warning(
            "%s: not a list of addresses (%s); kept as %s, and begun anew", path, error, backup.name
        )
        return {}


_State = Literal["added", "updated", "unchanged"]
_READABLE = 60  # characters of an address in a file's name
_HASH_DIGITS = 10  # digits of its hash


class Shelf:
    """Stores pages below `root`: `<host without www.>/<readable name>-<address hash><suffix>`."""

    def __init__(
        self, root: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.root = root
        self._clock = clock

    def validators(self, url: str) -> Validators | None:
        """Return the validators of the stored page of an address, if any."""
        file = self.file(url)
        if file is None or file.url != url:
            return None
        return Validators(file.etag, file.last_modified)

    def file(self, url: str) -> FetchedFile | None:
        """Return the entry of an address, perhaps redirected, if its file still exists.

        Raises FetchError.
        """
        folder = self._folder(url)
        with _errors_of(url):
            ledger = FetchLedger(folder)
            name = ledger.find(url) or ledger.find(url, "asked")
            return ledger.of(name) if name and (folder / name).is_file() else None

    def confirm(self, url: str) -> None:
        """Record that the stored page of an address is current. Raises FetchError."""
        with _errors_of(url), edit_ledger(self._folder(url)) as ledger:
            name = ledger.find(url)
            if name is not None:
                ledger.put(name, replace(ledger.of(name), fetched_at=self._moment()))
                ledger.save()

    def put(
        self, page: FetchedPage, suffix: str, address: str | None = None
    ) -> tuple[_State, Path]:
        """Save the page of a requested address; return whether it changed. Raises FetchError."""
        folder = self._folder(page.url)
        url_hash = hashlib.sha256(page.url.encode()).hexdigest()[:_HASH_DIGITS]
        name = f"{_readable(page.url)}-{url_hash}{suffix}"
        path = folder / name
        entry = FetchedFile(
            url=page.url,
            sha256=hashlib.sha256(page.body).hexdigest(),
            fetched_at=self._moment(),
            etag=page.validators.etag,
            last_modified=page.validators.last_modified,
            content_type=page.content_type,
            asked=address if address != page.url else None,
        )
        with _errors_of(page.url):
            folder.mkdir(parents=True, exist_ok=True)
            with edit_ledger(folder) as ledger:
                before = ledger.find(page.url)
                same = before == name and path.is_file() and ledger.of(name).sha256 == entry.sha256
                if not same:
                    _replace_file(path, page.body)
                ledger.put(name, entry)
                if before is not None and before != name:  # the address has another format now
                    (folder / before).unlink(
                        missing_ok=True
                    )  # first: the ledger finds it until then
                    ledger.drop(before)
                ledger.save()
        return "unchanged" if same else "updated" if before else "added", path

    def _folder(self, url: str) -> Path:
        return self.root / Address.parse(url).host.removeprefix("www.").replace(":", "-")

    def _moment(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _readable(url: str) -> str:
    """Return the last part of an address as lower-case ASCII words."""
    path = [part for part in unquote(urlsplit(url).path).split("/") if part]
    words = path[-1].rsplit(".", 1)[0] if path else "index"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_READABLE].strip("-") or "page"


@contextmanager
def _errors_of(url: str) -> Iterator[None]:
    """Raise what the disk refuses as a FetchError of an address."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or url)
        raise FetchError(
            "address-disk", subject=url, place=place, reason=reason_of(error)
        ) from error

"""Storage of fetched pages: one folder per host, with a ledger of addresses."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from index.errors import FetchError, reason_of
from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Validators
from index.formats.sources import LEDGER

SHELF_VERSION = 1
LOCK = ".selon-addresses.lock"
_LOCK_SECONDS = 30.0  # other processes hold the lock for milliseconds
_TEXTS = ("etag", "last_modified", "content_type", "asked", "key", "version", "expired")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """Ledger entry of a file.

    `fetched_at` is ISO 8601 in UTC; `content_type` is the header; `asked` is the address that
    redirected to `url`, if any. A source has its own `key` and `version`. An `expired` file is
    deleted, but counts as fetched.
    """

    url: str
    sha256: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    asked: str | None = None
    key: str | None = None
    version: str | None = None
    expired: str | None = None  # the day


class FetchLedger:
    """Ledger of one folder: its entries, as JSON for speed, by file name.

    `cursor` says how far a source was read, and changes with the entries.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER
        self._entries, self.cursor = _read_entries(self._path)

    @property
    def names(self) -> list[str]:
        return sorted(self._entries)

    def find(self, url: str, key: Literal["url", "asked"] = "url") -> str | None:
        """Return the name of the file of this final, or requested, address."""
        return next((name for name, entry in self._entries.items() if entry.get(key) == url), None)

    def of(self, name: str) -> FetchedFile:
        """Return the entry of a file. Raises KeyError."""
        entry = self._entries[name]
        texts = {key: value for key in _TEXTS if isinstance(value := entry.get(key), str) and value}
        return FetchedFile(
            url=str(entry.get("url")),
            sha256=str(entry.get("sha256") or ""),
            fetched_at=str(entry.get("fetched_at") or ""),
            **texts,
        )

    def put(self, name: str, file: FetchedFile) -> None:
        self._entries[name] = {key: value for key, value in asdict(file).items() if value}

    def drop(self, name: str) -> None:
        self._entries.pop(name, None)

    def save(self) -> None:
        """Write the ledger atomically, one file per line. Raises OSError."""
        entries = (f"{json.dumps(name)}: {json.dumps(self._entries[name])}" for name in self.names)
        files = "{\n" + ",\n".join(entries) + "\n}"
        cursor = f'"cursor": {json.dumps(self.cursor)}, ' if self.cursor else ""
        text = f'{{"version": {SHELF_VERSION}, {cursor}"files": {files}}}\n'
        replace_file(self._path, text.encode())


@contextmanager
def edit_ledger(folder: Path) -> Iterator[FetchLedger]:
    """Open the ledger of a folder under its lock. Raises OSError."""
    with FileLock(folder / LOCK, timeout=_LOCK_SECONDS):  # its Timeout is an OSError
        yield FetchLedger(folder)


def replace_file(path: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Write a file atomically, and to the disk if it must be `is_durable`. Raises OSError."""
    partial = path.with_name(f".{path.name.lstrip('.')}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read_entries(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Read a ledger's files and cursor; a broken one is renamed, not overwritten."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}, {}
    try:
        ledger = json.loads(text)
        if ledger["version"] != SHELF_VERSION:
            raise ValueError(f"version {ledger['version']!r} instead of {SHELF_VERSION}")
        # Ignore names outside this folder, to protect other files.
        files = {
            name: dict(entry) for name, entry in ledger["files"].items() if Path(name).name == name
        }
        return files, dict(ledger.get("cursor") or {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        backup = path.with_name(f"{path.name}.broken")
        path.replace(backup)
        logger.warning(
            "%s: not a list of addresses (%s); kept as %s, and begun anew", path, error, backup.name
        )
        return {}, {}


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
        with disk_errors_of(url):
            ledger = FetchLedger(folder)
            name = ledger.find(url) or ledger.find(url, "asked")
            file = ledger.of(name) if name else None
            return file if name and file and (file.expired or (folder / name).is_file()) else None

    def path(self, url: str) -> Path | None:
        """Return the file of an address, perhaps redirected, if it exists. Raises FetchError."""
        folder = self._folder(url)
        with disk_errors_of(url):
            ledger = FetchLedger(folder)
            name = ledger.find(url) or ledger.find(url, "asked")
        return folder / name if name and (folder / name).is_file() else None

    def remove(self, url: str) -> None:
        """Delete the file of an address. Raises FetchError."""
        path = self.path(url)
        if path is not None:
            with disk_errors_of(url), edit_ledger(path.parent) as ledger:
                path.unlink(missing_ok=True)
                ledger.drop(path.name)
                ledger.save()

    def confirm(self, url: str) -> None:
        """Record that the stored page of an address is current. Raises FetchError."""
        with disk_errors_of(url), edit_ledger(self._folder(url)) as ledger:
            name = ledger.find(url)
            if name is not None:
                ledger.put(name, replace(ledger.of(name), fetched_at=self._moment()))
                ledger.save()

    def put(
        self, page: FetchedPage, suffix: str, address: str | None = None
    ) -> tuple[_State, Path]:
        """Save the page of a requested address; return whether it changed. Raises FetchError."""
        folder = self._folder(page.url)
        name = file_name(page.url, suffix)
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
        with disk_errors_of(page.url):
            folder.mkdir(parents=True, exist_ok=True)
            with edit_ledger(folder) as ledger:
                before = ledger.find(page.url)
                same = before == name and path.is_file() and ledger.of(name).sha256 == entry.sha256
                if not same:
                    replace_file(path, page.body)
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


def file_name(key: str, suffix: str, shown: str = "") -> str:
    """Name a file by what identifies it, with the last part of an address in lower-case ASCII
    words before."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{_readable(shown or key)}-{digest}{suffix}"


def expire_files(paths: Iterable[Path], day: date) -> None:
    """Delete files whose time is over, and remember that they were fetched. Raises OSError."""
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    for folder, names in folders.items():
        with edit_ledger(folder) as ledger:
            for name in set(names).intersection(ledger.names):
                (folder / name).unlink(missing_ok=True)
                ledger.put(name, replace(ledger.of(name), expired=day.isoformat()))
            ledger.save()


def _readable(url: str) -> str:
    path = [part for part in unquote(urlsplit(url).path).split("/") if part]
    words = path[-1].rsplit(".", 1)[0] if path else "index"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_READABLE].strip("-") or "page"


@contextmanager
def disk_errors_of(url: str) -> Iterator[None]:
    """Raise what the disk refuses as a FetchError of an address."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or url)
        raise FetchError(
            "address-disk", subject=url, place=place, reason=reason_of(error)
        ) from error

"""Shelf: the folder where fetched pages are kept, one folder a host."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace as altered
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from index.errors_web_errors import FetchError, Why
from index.web.address import Address
from index.web.fetcher import Page, Validators
from index.web.shelf_web_ledger import Fetched, Ledger, changing, replace

State = Literal["added", "updated", "unchanged"]

_READABLE = 60  # characters of a file's name that tell of its address
_HASHED = 10


def _now() -> datetime:
    return datetime.now(UTC)


class Shelf:
    """Keeps pages below `root` as `<host>/<readable name>-<hash of the address><suffix>`.

    The host is written without `www.`.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime] = _now) -> None:
        self.root = root
        self._clock = clock

    def known(self, url: str) -> Validators | None:
        """What to tell a site of what is kept of an address; None where nothing is."""
        fetched = self.fetched(url)
        if fetched is None or fetched.url != url:
            return None
        return Validators(fetched.etag, fetched.last_modified)

    def fetched(self, url: str) -> Fetched | None:
        """How what an address led to was last fetched, if its file is still there.

        Raises FetchError.
        """
        folder = self._folder(url)
        try:
            ledger = Ledger(folder)
            name = ledger.led_to(url)
            return ledger.of(name) if name and (folder / name).is_file() else None
        except OSError as error:
            raise _unkept(url, error) from error

    def seen(self, url: str) -> None:
        """Note that an address still gives what is kept. Raises FetchError."""
        folder = self._folder(url)
        try:
            with changing(folder) as ledger:
                name = ledger.named(url)
                if name is not None:
                    ledger.tell(name, altered(ledger.of(name), fetched_at=self._moment()))
                    ledger.save()
        except OSError as error:
            raise _unkept(url, error) from error

    def put(self, page: Page, suffix: str, asked: str | None = None) -> tuple[State, Path]:
        """Keep a page that `asked` led to, and say what that changed. Raises FetchError."""
        folder = self._folder(page.url)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with changing(folder) as ledger:
                return self._kept(page, suffix, asked, folder, ledger)
        except OSError as error:
            raise _unkept(page.url, error) from error

    def _kept(
        self, page: Page, suffix: str, asked: str | None, folder: Path, ledger: Ledger
    ) -> tuple[State, Path]:
        before = ledger.named(page.url)
        name = f"{_readable(page.url)}-{_hash(page.url)}{suffix}"
        digest = hashlib.sha256(page.body).hexdigest()
        path = folder / name
        same = before == name and path.is_file() and ledger.of(name).sha256 == digest
        if not same:
            replace(path, page.body)
        fetched = Fetched(
            url=page.url,
            sha256=digest,
            fetched_at=self._moment(),
            etag=page.validators.etag,
            last_modified=page.validators.last_modified,
            content_type=page.content_type,
            asked=asked if asked != page.url else None,
        )
        ledger.tell(name, fetched)
        if before not in {None, name}:  # the address gives another format now
            ledger.drop(str(before))
        ledger.save()
        if before not in {None, name}:
            (folder / str(before)).unlink(missing_ok=True)
        state: State = "unchanged" if same else "updated" if before else "added"
        return state, path

    def _folder(self, url: str) -> Path:
        return self.root / Address.parse(url).host.removeprefix("www.").replace(":", "-")

    def _moment(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _readable(url: str) -> str:
    """Words of the address's last parts, in small ASCII letters."""
    path = [part for part in unquote(urlsplit(url).path).split("/") if part]
    words = path[-1].rsplit(".", 1)[0] if path else "index"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_READABLE].strip("-") or "page"


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:_HASHED]


def _unkept(url: str, error: OSError) -> FetchError:
    return FetchError(url, Why.DISK, f"{error.filename or url}: {error.strerror or error}")

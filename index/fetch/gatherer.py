"""Gathering of an address's article, or of the articles of a feed or sitemap, into files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from index.errors import FetchError, Problem, Words, reason_of
from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Fetcher, KnownPage, NotModified, Validators
from index.fetch.inflate import TooLarge, inflate
from index.fetch.listing import (
    OLDEST,
    ListedAddress,
    list_addresses,
    named_feeds,
    newest_entries_first,
)
from index.fetch.page_kind import PageKind, page_kind_of, page_suffix_of
from index.fetch.shelf import FetchLedger, Shelf, disk_errors_of, edit_ledger
from index.fetch.source import SourceContext, SourceSettings
from index.tasks import ProcessBounds, ProcessLost, TaskRequester, run_task

ARTICLES_PER_LIST = 50
SITEMAPS = 20  # per index
_DEPTH = 2  # of indexes in each other
_LIST_BOUNDS = ProcessBounds(seconds=30.0, memory=2**29)
_MAX_UNZIPPED_BYTES = 64 * 2**20  # bytes; a sitemap may have 50 MiB

# Codes of what may have passed when a list is read again.
TRANSIENT_CODES = frozenset(
    {"address-busy", "address-disk", "address-robots-unreadable", "address-too-slow"}
    | {"address-unknown-host", "address-unreachable"}
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Event: a feed or sitemap was read. Counts of its addresses, of those on other sites, and of
    those to fetch."""

    address: str
    kind: PageKind
    address_count: int
    elsewhere: int
    taken_count: int
    validators: Validators


@dataclass(frozen=True, slots=True)
class GatheredAddress:
    """Event: an article was saved to `file`, or removed; `feeds` are those named by its page."""

    address: str
    state: Literal["added", "updated", "unchanged", "removed"]
    file: Path | None
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """Event: an address failed; its stored version is kept."""

    address: str
    error: FetchError


GatherEvent = ListedPage | GatheredAddress | FailedAddress


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Fetches articles and stores them on the shelf.

    Of a list, the `limit` newest articles of the same site are fetched; with `news`, those already
    stored only if the list says that they changed.
    """

    fetcher: Fetcher
    shelf: Shelf
    limit: int = ARTICLES_PER_LIST
    news: bool = False

    def gather(
        self, text: str, validators_of: KnownPage = lambda url: None
    ) -> Iterator[GatherEvent]:
        """Yield events for one address as they happen. `validators_of` is consulted before the
        shelf."""
        try:
            address = Address.parse(text)
        except FetchError as error:
            yield FailedAddress(error.subject, error)
            return
        try:
            with _errors_of(text):
                yield from self._gather(text, address, validators_of)
        except FetchError as error:
            yield FailedAddress(text, error.of(text))

    def _gather(
        self, text: str, address: Address, validators_of: KnownPage
    ) -> Iterator[GatherEvent]:
        page = self.fetcher.get(
            address, lambda url: validators_of(url) or self.shelf.validators(url)
        )
        if isinstance(page, NotModified):
            yield self._unmodified(text, page)
            return
        body = _decompress(page)
        kind = page_kind_of(page, body)
        if kind is PageKind.ARTICLE:
            yield self._store(address.url, page)
        else:
            yield from self._gather_list(text, kind, page, body)

    def _gather_list(
        self, text: str, kind: PageKind, page: FetchedPage, body: bytes
    ) -> Iterator[GatherEvent]:
        site = Address.parse(page.url)
        entries = _parse_list(kind, body, site)
        if kind is PageKind.SITEMAP_INDEX:
            failures: list[FailedAddress] = []
            entries = self._read_index(entries, site, failures.append, _DEPTH)
            yield from failures
        same = [entry for entry in entries if entry.address.same_site(site)]
        newest = same[: self.limit]
        elsewhere = len(entries) - len(same)
        if not newest:
            raise FetchError("address-no-entries", subject=text, count=elsewhere)
        yield ListedPage(text, kind, len(entries), elsewhere, len(newest), page.validators)
        for entry in newest:
            if not self._is_current(entry):
                yield self._gather_entry(entry, site)

    def _gather_entry(self, entry: ListedAddress, site: Address) -> GatherEvent:
        url = entry.address.url
        try:
            with _errors_of(url):
                page = self.fetcher.get(entry.address, self.shelf.validators, site)
                if isinstance(page, NotModified):
                    return self._unmodified(url, page)
                if page_kind_of(page, page.body) is not PageKind.ARTICLE:
                    list_kind = Problem("kind-another-list")
                    raise FetchError("address-not-an-article", subject=url, kind=list_kind)
                return self._store(url, page)
        except FetchError as error:
            return FailedAddress(url, error.of(url))

    def _is_current(self, entry: ListedAddress) -> bool:
        """True if only news is wanted and the stored version of this entry is current."""
        if not self.news:
            return False
        try:
            file = self.shelf.file(entry.address.url)
            at = datetime.fromisoformat(file.fetched_at) if file else None
        except (FetchError, ValueError):
            return False
        return at is not None and (entry.changed_at is None or entry.changed_at <= at)

    def _read_index(
        self,
        sitemaps: Sequence[ListedAddress],
        site: Address,
        fail: Callable[[FailedAddress], None],
        depth: int,
    ) -> list[ListedAddress]:
        """Return the entries of an index of sitemaps, newest first, until none can be newer."""
        entries: list[ListedAddress] = []
        own = [sitemap for sitemap in sitemaps if sitemap.address.same_site(site)]
        for sitemap in own[:SITEMAPS]:
            dates = sorted((entry.changed_at or OLDEST for entry in entries), reverse=True)
            newest = sitemap.changed_at  # no entry is newer
            if newest and len(dates) >= self.limit and dates[self.limit - 1] >= newest:
                break
            try:
                with _errors_of(sitemap.address.url):
                    page = self.fetcher.get(sitemap.address, site=site)
                    assert isinstance(page, FetchedPage)
                    body = _decompress(page)
                    kind = page_kind_of(page, body)
                    base = Address.parse(page.url)
                    if kind is PageKind.ARTICLE or (kind is PageKind.SITEMAP_INDEX and depth <= 1):
                        media_type = page.media_type or Problem("kind-no-sitemap")
                        raise FetchError(
                            "address-not-an-article", subject=page.url, kind=media_type
                        )
                    more = _parse_list(kind, body, base)
            except FetchError as error:
                fail(FailedAddress(sitemap.address.url, error.of(sitemap.address.url)))
                continue
            if kind is PageKind.SITEMAP_INDEX:
                more = self._read_index(more, site, fail, depth - 1)
            entries += more
        return newest_entries_first({entry.address.url: entry for entry in entries}.values())

    def _unmodified(self, text: str, page: NotModified) -> GatheredAddress:
        self.shelf.confirm(page.url)
        return GatheredAddress(text, "unchanged", None)

    def _store(self, address: str, page: FetchedPage) -> GatheredAddress:
        if not page.body.strip():
            raise FetchError("address-empty", subject=page.url)
        suffix = page_suffix_of(page)
        if suffix is None:
            unknown = page.media_type or Problem("kind-unknown")
            raise FetchError("address-not-an-article", subject=page.url, kind=unknown)
        state, path = self.shelf.put(page, suffix, address)
        feeds = named_feeds(page.body, Address.parse(page.url)) if suffix == ".html" else ()
        return GatheredAddress(address, state, path, feeds)


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """Follow an article, a feed or a sitemap: see `index.fetch.table.SourceReader`. A page that is
    gone when it is read again is removed."""
    with disk_errors_of(source.address):
        context.folder.mkdir(parents=True, exist_ok=True)
        cursor = FetchLedger(context.folder).cursor
    shelf, before = Shelf(context.folder), Validators(**cursor) if cursor else None
    limit = int(str(source.options.get("limit", ARTICLES_PER_LIST)))
    gatherer = Gatherer(context.fetcher, shelf, limit, news=True)
    address = Address.parse(source.address).url
    validators: Validators | None = None
    is_complete = True
    for event in gatherer.gather(address, lambda url: before if url == address else None):
        if isinstance(event, FailedAddress):
            is_gone = event.error.parameters.get("status") in (404, 410)
            if is_gone and (file := shelf.path(event.address)):
                context.hide([file])
                shelf.remove(event.address)
                yield GatheredAddress(event.address, "removed", file)
            if event.address == address:
                raise event.error
            is_complete &= not (event.error.is_transient or event.error.code in TRANSIENT_CODES)
        elif isinstance(event, ListedPage):
            validators = event.validators
        yield event
    if validators is not None and is_complete:  # else an entry is missing: read the list again
        with disk_errors_of(address), edit_ledger(context.folder) as ledger:
            ledger.cursor = asdict(validators)
            ledger.save()


@contextmanager
def _errors_of(address: str) -> Iterator[None]:
    """Raise unforeseen exceptions as a FetchError of the address, to continue with the others."""
    try:
        yield
    except FetchError:
        raise
    except Exception as error:
        logger.debug("An odd answer", exc_info=error)
        reason = Words(type(error).__name__)
        raise FetchError("address-odd", subject=address, reason=reason) from error


def _parse_list(kind: PageKind, body: bytes, base: Address) -> list[ListedAddress]:
    """Parse a list in a process of its own. Raises FetchError."""
    try:
        return run_task(_list_in_process, kind, body, base, bounds=_LIST_BOUNDS)
    except ProcessLost as lost:
        raise FetchError("address-list-unreadable", subject=base.url) from lost


def _list_in_process(
    _: TaskRequester, kind: PageKind, body: bytes, base: Address
) -> list[ListedAddress]:
    return list_addresses(kind, body, base)


def _decompress(page: FetchedPage) -> bytes:
    """Return the bytes of a list, decompressed if needed. Raises FetchError."""
    if not page.body.startswith(b"\x1f\x8b"):
        return page.body
    try:
        return inflate(page.body, _MAX_UNZIPPED_BYTES)
    except TooLarge as error:
        raise FetchError(
            "address-too-large", subject=page.url, limit=_MAX_UNZIPPED_BYTES
        ) from error
    except ValueError as error:
        raise FetchError("address-encoding", subject=page.url, reason=reason_of(error)) from error

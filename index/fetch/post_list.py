"""Posts of a site, listed page by page by an API: what has changed since the last reading.

A reading asks for what was modified since the last one, and for the number of posts. If that number
is not the stored one (a post was deleted, unpublished, imported with an old date), or once a day,
all ids are listed; what is not listed goes once the site has confirmed that it does not give it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from index.errors import FetchError
from index.fetch.mirror import Mirror
from index.fetch.source import MissingItem, SourceItem

PAGE_POSTS = 100  # the most that WordPress and Ghost give
_LISTING_TRIES = 3
_LISTING_INTERVAL = timedelta(days=1)
_OVERLAP = timedelta(minutes=10)
_SETTLED = timedelta(seconds=2)  # dates are in whole seconds
_UNSETTLED = "~"
_Key = TypeVar("_Key")
Entry = TypeVar("Entry", str, SourceItem)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What a call gave, with the number of objects (-1 if unknown), of pages, and its time."""

    data: Any
    total: int
    pages: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PostPage(Generic[Entry]):
    """A page of posts by key, with the number of posts (-1 if unknown) and of pages."""

    posts: Mapping[str, Entry]
    total: int
    pages: int


class PostApi(Protocol):
    """The calls of an API for one type of posts. Raises FetchError."""

    def versions(self, page: int, since: datetime | None) -> PostPage[str]:
        """The versions of the posts, or of those that changed since then, in a stable order."""
        ...

    def items(self, page: int, ids: Sequence[str] = ()) -> PostPage[SourceItem]:
        """A page of the posts, or those with these ids."""
        ...


class PostList:
    """The posts of one type (`kind`); keys are `posts/12`."""

    def __init__(self, api: PostApi, mirror: Mirror, kind: str) -> None:
        self._api, self._mirror, self._kind = api, mirror, kind
        self._read_keys: set[str] = set()

    def changes(self) -> Iterator[SourceItem | MissingItem]:
        """Yield what has changed; then move the cursor."""
        cursor = self._mirror.cursor.setdefault(self._kind, {})
        known = {
            key: version
            for key, version in self._mirror.versions.items()
            if key.startswith(f"{self._kind}/")
        }
        if not known:  # the next reading lists what may have moved between two pages
            yield from self._walk()
            return
        since, at = parse_moment(cursor.get("since")), datetime.now(UTC)
        listed_at = parse_moment(cursor.get("listed"))
        if since is not None and listed_at is not None and at - listed_at < _LISTING_INTERVAL:
            found = self._list(since - _OVERLAP)
            yield from self._read(found, known)
            # Without a count (some proxies drop it) nothing but a list tells what is gone.
            total = self._api.versions(1, None).total
            if total == len(known.keys() | found.keys()):
                cursor["since"] = _latest(found, since)
                return
        found = self._list(None)
        yield from self._read(found, known)
        yield from self._find_missing([key for key in known if key not in found])
        cursor["since"] = _latest(found, datetime.min.replace(tzinfo=UTC))
        cursor["listed"] = utc_text(at)

    def _walk(self) -> Iterator[SourceItem]:
        page, pages = 1, 1
        while page <= pages:
            found = self._api.items(page)
            yield from found.posts.values()
            page, pages = page + 1, found.pages

    def _list(self, since: datetime | None) -> dict[str, str]:
        """Return the versions by key. The pages of a whole list move if the site changes meanwhile:
        it is then read again. Raises FetchError."""
        for _ in range(_LISTING_TRIES):
            versions: dict[str, str] = {}
            totals, page, pages = set(), 1, 1
            while page <= pages:
                found = self._api.versions(page, since)
                versions |= found.posts
                totals.add(found.total)
                page, pages = page + 1, found.pages
            if since is not None or totals in ({len(versions)}, {-1}):
                return versions
        raise FetchError("source-changing", subject=self._mirror.cursor["outlet"])

    def _read(
        self, found: Mapping[str, str], known: Mapping[str, str]
    ) -> Iterator[SourceItem | MissingItem]:
        new = [key for key in found if known.get(key) != found[key] and key not in self._read_keys]
        for keys in batches(new):
            self._read_keys |= set(keys)
            items = self._items_of(keys)
            yield from items.values()
            yield from (MissingItem(key) for key in keys if key not in items)

    def _find_missing(self, keys: Sequence[str]) -> Iterator[SourceItem | MissingItem]:
        for batch in batches(keys):
            items = self._items_of(batch)
            yield from (items.get(key) or MissingItem(key) for key in batch)

    def _items_of(self, keys: Sequence[str]) -> Mapping[str, SourceItem]:
        return self._api.items(1, [key.rpartition("/")[2] for key in keys]).posts


def settle_version(version: str, at: datetime) -> str:
    """Mark a version that may change once more within the second of the answer."""
    modified = parse_moment(version)
    return version + _UNSETTLED * (modified is None or at - modified < _SETTLED)


def parse_moment(text: object) -> datetime | None:
    """Parse a moment, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def batches(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Split keys into lists of as many as a page has."""
    queue = iter(keys)
    while batch := list(islice(queue, PAGE_POSTS)):
        yield batch


def _latest(versions: Mapping[str, str], since: datetime) -> str:
    return utc_text(max([since, *filter(None, map(parse_moment, versions.values()))]))


def encode_record(record: Mapping[str, Any]) -> bytes:
    """A record in JSON, without empty fields."""
    given = {name: value for name, value in record.items() if value}
    return json.dumps(given, ensure_ascii=False).encode()

"""Sources on WordPress (5.7 and later), read by its REST API.

A reading asks for what was modified since the last one, and for the number of posts. If that number
is not the stored one (a post was deleted, unpublished, imported with an old date), or once a day,
all ids are listed; what is not listed goes once the site has confirmed that it does not give it.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.gatherer import GatherEvent
from index.fetch.mirror import Mirror
from index.fetch.source import MissingItem, SourceContext, SourceItem, SourceSettings

_PAGE = 100  # the most that WordPress gives
_LISTING_TRIES = 3
_LISTING_INTERVAL = timedelta(days=1)
_OVERLAP = timedelta(minutes=10)
_SETTLED = timedelta(seconds=2)  # dates are in whole seconds
_FIELDS = "id,date,date_gmt,modified,modified_gmt,link,title,content,author,categories"
_UNSETTLED = "~"
_Key = TypeVar("_Key")


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    if set(source.texts("status")) - {"publish"} and not source.user:
        raise FetchError("source-no-user", subject=source.name)
    api = _Api(source, context)
    with Mirror(context) as mirror:
        if "outlet" not in mirror.cursor:
            name = api.site_name()
            mirror.cursor["outlet"] = name
        filters = api.filters()
        for kind in source.texts("types", ["posts"]):
            yield from mirror.store(_Posts(api, mirror, kind, filters).changes())


@dataclass(frozen=True, slots=True)
class _Response:
    data: Any
    total: int
    pages: int
    at: datetime


class _Api:
    """The calls to one site."""

    def __init__(self, source: SourceSettings, context: SourceContext) -> None:
        self._source, self._fetcher = source, context.fetcher
        self._base = Address.parse(source.address)
        self._names: dict[str, dict[int, str]] = {}
        self._is_plain = False  # without readable addresses, calls are `/?rest_route=…`
        self._headers: dict[str, str] = {"Accept": "application/json"}
        if source.user:
            if self._base.scheme != "https" and self._base.host not in ("127.0.0.1", "localhost"):
                raise FetchError("source-insecure", subject=source.name)
            login = f"{source.user}:{context.secret}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"

    def get(self, route: str, **query: str | int) -> _Response:
        """Call a route. Raises FetchError."""
        try:
            page = self._fetcher.call(self._address(route, query), self._headers)
        except FetchError as error:
            status = error.parameters.get("status")
            if status == 404 and not self._is_plain:
                self._is_plain = True
                return self.get(route, **query)
            if status in (401, 403) or (status == 400 and "status" in query):
                raise FetchError("source-denied", subject=self._source.name) from error
            if status == 404:
                raise FetchError("source-no-api", subject=self._source.name) from error
            raise
        try:
            data = json.loads(page.body)
            total = int(page.headers.get("x-wp-total", -1))
            pages = int(page.headers.get("x-wp-totalpages", 1))
            at = parsedate_to_datetime(page.headers.get("date", ""))
        except (ValueError, RecursionError) as error:
            raise FetchError("source-no-api", subject=self._source.name) from error
        return _Response(data, total, pages, at)

    def posts(self, route: str, query: Mapping[str, str | int]) -> tuple[list[Any], _Response]:
        """The objects of a list that have an id. Raises FetchError."""
        response = self.get(route, per_page=_PAGE, **query)
        if not isinstance(response.data, list):
            raise FetchError("source-no-api", subject=self._source.name)
        posts = [post for post in response.data if isinstance(post, dict) and "id" in post]
        return posts, response

    def site_name(self) -> str:
        data = self.get("", _fields="name").data
        return html.unescape(str(data.get("name", ""))) if isinstance(data, dict) else ""

    def filters(self) -> dict[str, str | int]:
        """The parameters of the source's status, categories and tags."""
        filters: dict[str, str | int] = {}
        if statuses := self._source.texts("status"):
            filters["status"] = ",".join(statuses)
        for taxonomy in ("categories", "tags"):
            if slugs := self._source.texts(taxonomy):
                terms, _ = self.posts(f"wp/v2/{taxonomy}", {"slug": ",".join(slugs)})
                if len(terms) < len(slugs):
                    raise FetchError(
                        "source-no-term", subject=self._source.name, name=", ".join(slugs)
                    )
                filters[taxonomy] = ",".join(str(term["id"]) for term in terms)
        return filters

    def names(self, route: str, ids: Iterable[int]) -> Mapping[int, str]:
        """The names of authors or categories, which are asked for once (`_embed` takes ten times
        as long); those that the site does not tell are left out."""
        known = self._names.setdefault(route, {})
        for batch in _batches(sorted(set(ids) - known.keys())):
            known.update(dict.fromkeys(batch, ""))
            with suppress(FetchError):  # many sites hide their authors
                query = {"include": ",".join(map(str, batch)), "_fields": "id,name"}
                objects, _ = self.posts(f"wp/v2/{route}", query)
                known.update((found["id"], html.unescape(found["name"])) for found in objects)
        return known

    def _address(self, route: str, query: Mapping[str, str | int]) -> Address:
        site = self._base.url.rstrip("/")
        if self._is_plain:
            return Address.parse(f"{site}/?{urlencode({'rest_route': f'/{route}', **query})}")
        return Address.parse(f"{site}/wp-json/{route}?{urlencode(query)}")


class _Posts:
    """The posts of one type; keys are `posts/12`."""

    def __init__(
        self, api: _Api, mirror: Mirror, kind: str, filters: Mapping[str, str | int]
    ) -> None:
        self._api, self._mirror, self._kind = api, mirror, kind
        self._route = f"wp/v2/{kind}"
        self._read_keys: set[str] = set()
        self._filters = filters if kind == "posts" else _without_terms(filters)

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
        since, at = _moment(cursor.get("since")), datetime.now(UTC)
        listed_at = _moment(cursor.get("listed"))
        if since is not None and listed_at is not None and at - listed_at < _LISTING_INTERVAL:
            found = self._list(modified_after=_iso(since - _OVERLAP))
            yield from self._read(found, known)
            # Without a count (some proxies drop it) nothing but a list tells what is gone.
            total = self._api.get(self._route, per_page=1, _fields="id", **self._filters).total
            if total == len(known.keys() | found.keys()):
                cursor["since"] = _latest(found, since)
                return
        found = self._list(whole=True)
        yield from self._read(found, known)
        yield from self._find_missing([key for key in known if key not in found])
        cursor["since"] = _latest(found, datetime.min.replace(tzinfo=UTC))
        cursor["listed"] = _iso(at)

    def _walk(self) -> Iterator[SourceItem]:
        page, pages = 1, 1
        while page <= pages:
            items, pages = self._items({"page": page, "orderby": "id"})
            yield from items.values()
            page += 1

    def _list(self, *, whole: bool = False, **query: str) -> dict[str, str]:
        """Return the versions by key. The pages of a whole list move if the site changes meanwhile:
        it is then read again. Raises FetchError."""
        for _ in range(_LISTING_TRIES):
            versions: dict[str, str] = {}
            totals, page, pages = set(), 1, 1
            while page <= pages:
                order: dict[str, str | int] = {
                    "_fields": "id,modified_gmt",
                    "orderby": "id",
                    "page": page,
                }
                posts, response = self._api.posts(self._route, {**self._filters, **query, **order})
                for post in posts:
                    versions[f"{self._kind}/{post['id']}"] = str(post.get("modified_gmt"))
                totals.add(response.total)
                page, pages = page + 1, response.pages
            if not whole or totals in ({len(versions)}, {-1}):
                return versions
        raise FetchError("source-changing", subject=self._mirror.cursor["outlet"])

    def _read(
        self, found: Mapping[str, str], known: Mapping[str, str]
    ) -> Iterator[SourceItem | MissingItem]:
        new = [key for key in found if known.get(key) != found[key] and key not in self._read_keys]
        for keys in _batches(new):
            self._read_keys |= set(keys)
            items = self._items_of(keys)
            yield from items.values()
            yield from (MissingItem(key) for key in keys if key not in items)

    def _find_missing(self, keys: Sequence[str]) -> Iterator[SourceItem | MissingItem]:
        for batch in _batches(keys):
            items = self._items_of(batch)
            yield from (items.get(key) or MissingItem(key) for key in batch)

    def _items_of(self, keys: Sequence[str]) -> dict[str, SourceItem]:
        return self._items({"include": ",".join(key.rpartition("/")[2] for key in keys)})[0]

    def _items(self, query: Mapping[str, str | int]) -> tuple[dict[str, SourceItem], int]:
        """Return the items of a page, by key, and the number of pages."""
        posts, response = self._api.posts(
            self._route, {**self._filters, **query, "_fields": _FIELDS}
        )
        authors = self._api.names("users", [post["author"] for post in posts if post.get("author")])
        categories = self._api.names(
            "categories", [post["categories"][0] for post in posts if post.get("categories")]
        )
        items: dict[str, SourceItem] = {}
        for post in posts:
            key, version = f"{self._kind}/{post['id']}", str(post.get("modified_gmt"))
            modified = _moment(version)
            if modified is None or response.at - modified < _SETTLED:  # it may change once more
                version += _UNSETTLED
            facts = {
                "author": authors.get(post.get("author"), ""),
                "category": next(map(categories.get, post.get("categories", [])), None),
                "outlet": self._mirror.cursor["outlet"],
            }
            url, body = str(post.get("link") or ""), _record(post, facts)
            items[key] = SourceItem(key, version, body, ".json", url)
        return items, response.pages


def _record(post: Mapping[str, Any], facts: Mapping[str, Any]) -> bytes | None:
    """Convert a post to a record in JSON; None if a password protects it."""
    content = post.get("content") or {}
    if content.get("protected"):
        return None
    published, updated = _local(post, "date"), _local(post, "modified")
    record = {
        "title": (post.get("title") or {}).get("rendered"),
        "published": published,
        "updated": updated if updated and published and updated > published else None,
        "url": post.get("link"),
        "contenthtml": content.get("rendered"),
        **facts,
    }
    given = {name: value for name, value in record.items() if value}
    return json.dumps(given, ensure_ascii=False).encode()


def _local(post: Mapping[str, Any], name: str) -> str | None:
    """Return a date on the site's clock with its zone, which is told by the date in UTC."""
    try:
        local = datetime.fromisoformat(post[name])
        utc = datetime.fromisoformat(post[f"{name}_gmt"])
        offset = round((local - utc) / timedelta(minutes=15)) * timedelta(minutes=15)
        return (utc + offset).isoformat() + _zone(offset)
    except (KeyError, TypeError, ValueError):
        return str(post[name]) if post.get(name) else None


def _zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _latest(versions: Mapping[str, str], since: datetime) -> str:
    return _iso(max([since, *filter(None, map(_moment, versions.values()))]))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _without_terms(filters: Mapping[str, str | int]) -> dict[str, str | int]:
    return {name: value for name, value in filters.items() if name == "status"}


def _batches(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    queue = iter(keys)
    while batch := list(islice(queue, _PAGE)):
        yield batch

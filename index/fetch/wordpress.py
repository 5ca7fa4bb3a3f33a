"""Sources on WordPress (5.7 and later), read by its REST API."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from index.errors import FetchError
from index.fetch import post_list
from index.fetch.address import Address
from index.fetch.gatherer import GatherEvent
from index.fetch.mirror import Mirror
from index.fetch.post_list import (
    ApiResponse,
    PostList,
    PostPage,
    batches,
    encode_record,
    settle_version,
    utc_text,
)
from index.fetch.source import SourceContext, SourceItem, SourceSettings, refuse_plain

_FIELDS = "id,date,date_gmt,modified,modified_gmt,link,title,content,author,categories"


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    if set(source.texts("status")) - {"publish"} and not source.user:
        raise FetchError("source-no-user", subject=source.name)
    api = _Api(source, context)
    with Mirror(context) as mirror:
        if "outlet" not in mirror.cursor:
            mirror.cursor["outlet"] = api.site_name()
        filters = api.filters()
        for kind in source.texts("types", ["posts"]):
            posts = _Posts(api, mirror, kind, filters)
            yield from mirror.store(PostList(posts, mirror, kind).changes())


class _Api:
    """The calls to one site."""

    def __init__(self, source: SourceSettings, context: SourceContext) -> None:
        self._source, self._fetcher = source, context.fetcher
        self._base = Address.parse(source.address)
        self._names: dict[str, dict[int, str]] = {}
        self._is_plain = False  # without readable addresses, calls are `/?rest_route=…`
        self._headers: dict[str, str] = {"Accept": "application/json"}
        if source.user:
            refuse_plain(source, self._base)
            login = f"{source.user}:{context.secret}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"

    def get(self, route: str, **query: str | int) -> ApiResponse:
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
        return ApiResponse(data, total, pages, at)

    def posts(self, route: str, query: Mapping[str, str | int]) -> tuple[list[Any], ApiResponse]:
        """The objects of a list that have an id. Raises FetchError."""
        response = self.get(route, per_page=post_list.PAGE_POSTS, **query)
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
        for batch in batches(sorted(set(ids) - known.keys())):
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
    """The calls for one type of posts: a `PostApi`."""

    def __init__(
        self, api: _Api, mirror: Mirror, kind: str, filters: Mapping[str, str | int]
    ) -> None:
        self._api, self._mirror, self._kind = api, mirror, kind
        self._route = f"wp/v2/{kind}"
        self._filters = filters if kind == "posts" else _without_terms(filters)

    def versions(self, page: int, since: datetime | None) -> PostPage[str]:
        query: dict[str, str | int] = {"_fields": "id,modified_gmt", "orderby": "id", "page": page}
        if since is not None:
            query["modified_after"] = utc_text(since)
        posts, response = self._api.posts(self._route, {**self._filters, **query})
        found = {f"{self._kind}/{post['id']}": str(post.get("modified_gmt")) for post in posts}
        return PostPage(found, response.total, response.pages)

    def items(self, page: int, ids: Sequence[str] = ()) -> PostPage[SourceItem]:
        query: dict[str, str | int] = {"_fields": _FIELDS}
        query |= {"include": ",".join(ids)} if ids else {"page": page, "orderby": "id"}
        posts, response = self._api.posts(self._route, {**self._filters, **query})
        authors = self._api.names("users", [post["author"] for post in posts if post.get("author")])
        categories = self._api.names(
            "categories", [post["categories"][0] for post in posts if post.get("categories")]
        )
        items: dict[str, SourceItem] = {}
        for post in posts:
            key = f"{self._kind}/{post['id']}"
            version = settle_version(str(post.get("modified_gmt")), response.at)
            facts = {
                "author": authors.get(post.get("author"), ""),
                "category": next(map(categories.get, post.get("categories", [])), None),
                "outlet": self._mirror.cursor["outlet"],
            }
            url, body = str(post.get("link") or ""), _record(post, facts)
            items[key] = SourceItem(key, version, body, ".json", url)
        return PostPage(items, response.total, response.pages)


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
    return encode_record(record)


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


def _without_terms(filters: Mapping[str, str | int]) -> dict[str, str | int]:
    return {name: value for name, value in filters.items() if name == "status"}

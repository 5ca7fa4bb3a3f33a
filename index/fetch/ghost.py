"""Sources on Ghost (5 and later), read by its Content API (https://docs.ghost.org/content-api).

The API gives what is published. Its key is in every address of a call, so that no error names one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
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
    encode_record,
    parse_moment,
    settle_version,
    utc_text,
)
from index.fetch.source import SourceContext, SourceItem, SourceSettings, refuse_plain


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    api = _Api(source, context)
    with Mirror(context) as mirror:
        if "outlet" not in mirror.cursor:
            mirror.cursor["outlet"] = api.site_name()
        for kind in source.texts("types", ["posts"]):
            posts = _Posts(api, source, kind, mirror.cursor["outlet"])
            yield from mirror.store(PostList(posts, mirror, kind).changes())


class _Api:
    """The calls to one site."""

    def __init__(self, source: SourceSettings, context: SourceContext) -> None:
        self._source, self._context = source, context
        self._base = Address.parse(source.address)
        refuse_plain(source, self._base)

    def get(self, resource: str, **query: str | int) -> ApiResponse:
        """Call a resource. Raises FetchError."""
        parameters = urlencode({"key": self._context.secret, **query})
        address = f"{self._base.url.rstrip('/')}/ghost/api/content/{resource}/?{parameters}"
        try:
            page = self._context.fetcher.call(
                Address.parse(address), {"Accept": "application/json"}
            )
        except FetchError as error:
            status = error.parameters.get("status")
            if status in (401, 403):
                raise FetchError("source-denied", subject=self._source.name) from None
            if status == 404:
                raise FetchError("source-no-api", subject=self._source.name) from None
            raise error.of(self._base.url) from None
        try:
            body = json.loads(page.body)
            data = body[resource]
            pagination = body.get("meta", {}).get("pagination", {})
            total, pages = int(pagination.get("total", -1)), int(pagination.get("pages", 1))
            at = parsedate_to_datetime(page.headers.get("date", ""))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise FetchError("source-no-api", subject=self._source.name) from error
        return ApiResponse(data, total, pages, at)

    def site_name(self) -> str:
        settings = self.get("settings").data
        return str(settings.get("title") or "") if isinstance(settings, dict) else ""


class _Posts:
    """The calls for posts or pages: a `PostApi`."""

    def __init__(self, api: _Api, source: SourceSettings, kind: str, outlet: str) -> None:
        self._api, self._kind, self._outlet = api, kind, outlet
        self._filters = [_is_any("visibility", source.texts("visibility", ["public"]))]
        if tags := source.texts("tags"):
            self._filters.append(_is_any("tag", tags))

    def versions(self, page: int, since: datetime | None) -> PostPage[str]:
        more = [f"updated_at:>'{utc_text(since).replace('T', ' ')}'"] if since is not None else []
        posts, response = self._posts(more, page=page, fields="id,updated_at")
        found = {self._key(post): str(post.get("updated_at")) for post in posts}
        return PostPage(found, response.total, response.pages)

    def items(self, page: int, ids: Sequence[str] = ()) -> PostPage[SourceItem]:
        more = [_is_any("id", ids)] if ids else []
        posts, response = self._posts(more, page=page, include="authors,tags", formats="html")
        items: dict[str, SourceItem] = {}
        for post in posts:
            key, url = self._key(post), str(post.get("url") or "")
            version = settle_version(str(post.get("updated_at")), response.at)
            items[key] = SourceItem(key, version, self._record(post), ".json", url)
        return PostPage(items, response.total, response.pages)

    def _posts(self, filters: Sequence[str], **query: str | int) -> tuple[list[Any], ApiResponse]:
        query |= {"filter": "+".join([*self._filters, *filters]), "order": "id asc"}
        response = self._api.get(self._kind, limit=post_list.PAGE_POSTS, **query)
        posts = response.data if isinstance(response.data, list) else []
        return [post for post in posts if isinstance(post, dict) and "id" in post], response

    def _key(self, post: Mapping[str, Any]) -> str:
        return f"{self._kind}/{post['id']}"

    def _record(self, post: Mapping[str, Any]) -> bytes:
        """Convert a post to a record in JSON."""
        published = parse_moment(post.get("published_at"))
        updated = parse_moment(post.get("updated_at"))
        record = {
            "title": post.get("title"),
            "published": published and published.isoformat(),
            "updated": updated.isoformat() if published and updated and updated > published else "",
            "url": post.get("url"),
            "contenthtml": post.get("html"),
            "author": ", ".join(author["name"] for author in post.get("authors") or ()),
            "category": (post.get("primary_tag") or {}).get("name"),
            "outlet": self._outlet,
        }
        return encode_record(record)


def _is_any(field: str, values: Sequence[str]) -> str:
    """A filter in Ghost's query language: the field has one of these values."""
    quoted = ",".join(f"'{value}'" for value in values)
    return f"{field}:[{quoted}]"

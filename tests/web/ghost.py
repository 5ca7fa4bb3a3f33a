"""Ghost 6's Content API on 127.0.0.1: strict about what its documentation names."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from tests.web.site import Asked, Site

KEY = "22444f78447824223cefc48062"
MOST = 100
_PARAMETERS = {"key", "limit", "page", "filter", "order", "fields", "include", "formats"}
_ANY = re.compile(r"(visibility|tag|id):\[('[\w-]+'(?:,'[\w-]+')*)\]")
_SINCE = re.compile(r"updated_at:>'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)'")
_POST = {
    "uuid": "3a033ce7-9e2d-4b3b-a9ef-76887efacc7f",
    "feature_image": None,
    "featured": False,
    "visibility": "public",
    "created_at": "2024-03-05T19:30:15.000+00:00",
    "updated_at": "2024-03-26T19:45:31.000+00:00",
    "published_at": "2024-03-05T20:30:00.000+01:00",
    "custom_excerpt": None,
    "access": True,
}
_AUTHOR = {"id": "5951f5fca366002ebd5dbef7", "name": "Paul Leroux", "slug": "paul"}
_TAGS = [
    {"id": "59799bbd6ebb2f00243a33db", "name": "Ville", "slug": "ville", "visibility": "public"},
    {"id": "59799bbd6ebb2f00243a33dc", "name": "Phares", "slug": "phares", "visibility": "public"},
]


class Ghost(Site):
    """`posts` may be changed; `fails_at` is the number of the request that is refused."""

    def __init__(self, count: int = 4) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = []
        self.fails_at = -1
        self.now = datetime.now(UTC) + timedelta(minutes=1)  # what there is has settled
        for number in range(count):
            self.add(f"Phare {number}")

    def add(self, title: str, **facts: Any) -> dict[str, Any]:
        number = len(self.posts) + 1
        post = deepcopy(_POST) | {"id": f"{number:024x}", "title": title, "status": "published"}
        slug = title.lower().replace(" ", "-")
        post |= {"slug": slug, "url": f"https://phare.example/{slug}/", "type": "post"}
        post["html"] = f"<p>{title} éclaire la côte depuis {1800 + number}.</p>"
        post |= {"authors": [_AUTHOR], "primary_author": _AUTHOR}
        post |= {"tags": _TAGS, "primary_tag": _TAGS[0]}
        self.posts.append(post | facts)
        return self.posts[-1]

    def change(self, post: dict[str, Any], text: str) -> None:
        post["html"] = f"<p>{text}</p>"
        self.touch(post)

    def touch(self, post: dict[str, Any]) -> None:
        post["updated_at"] = self.now.isoformat(timespec="seconds").replace("+", ".000+")

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.path_qs, request.headers, self._loop.time()))
        headers = {"Date": format_datetime(self.now, usegmt=True)}
        if request.query.get("key") != KEY or len(self.asked) == self.fails_at:
            error = {"message": "Unknown Content API Key", "type": "UnauthorizedError"}
            return web.json_response({"errors": [error]}, status=401)
        if request.path == "/ghost/api/content/settings/":
            return web.json_response({"settings": {"title": "Le Phare"}, "meta": {}})
        kind = request.path.removeprefix("/ghost/api/content/").strip("/")
        if kind not in ("posts", "pages"):
            return web.json_response({"errors": [{"type": "NotFoundError"}]}, status=404)
        query = request.query
        assert set(query) <= _PARAMETERS, query
        assert query["order"] == "id asc"
        found = [post for post in self.posts if f"{post['type']}s" == kind]
        found = [post for post in found if post["status"] == "published"]
        for condition in query["filter"].split("+"):
            found = [post for post in found if _meets(post, condition)]
        found.sort(key=lambda post: str(post["id"]))
        limit, page = min(MOST, int(query.get("limit", 15))), int(query.get("page", 1))
        pages = max(1, -(-len(found) // limit))
        given = [_shown(post, query) for post in found[(page - 1) * limit : page * limit]]
        pagination = {"page": page, "limit": limit, "pages": pages, "total": len(found)}
        pagination |= {"next": page + 1 if page < pages else None, "prev": page - 1 or None}
        body = {kind: given, "meta": {"pagination": pagination}}
        return web.json_response(body, headers=headers)


def _meets(post: dict[str, Any], condition: str) -> bool:
    if since := _SINCE.fullmatch(condition):
        moment = datetime.fromisoformat(since[1]).replace(tzinfo=UTC)
        return datetime.fromisoformat(post["updated_at"]) > moment
    match = _ANY.fullmatch(condition)
    assert match, condition
    values = [value.strip("'") for value in match[2].split(",")]
    if match[1] == "tag":
        return any(tag["slug"] in values for tag in post["tags"])
    return post[match[1]] in values


def _shown(post: dict[str, Any], query: Any) -> dict[str, Any]:
    """A post with the fields that are asked for; without access, only its beginning."""
    if "fields" in query:
        return {name: post[name] for name in (*query["fields"].split(","), "visibility")}
    assert query["formats"] == "html"
    include = query.get("include", "").split(",")
    left_out = {"status", "type"}
    left_out |= {"authors", "primary_author"} if "authors" not in include else set()
    left_out |= {"tags", "primary_tag"} if "tags" not in include else set()
    return {name: value for name, value in post.items() if name not in left_out}

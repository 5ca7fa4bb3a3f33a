"""WordPress 6.8's REST API on 127.0.0.1, as strict as the real one whose answers it has."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.web.site import Asked, Site

RECORDED = json.loads(
    (Path(__file__).parent.parent / "data" / "wordpress.json").read_text(encoding="utf-8")
)
LOGIN = ("selon", "fF6s 2Iwm")
_PARAMETERS = frozenset(
    {"page", "per_page", "include", "orderby", "order", "status", "_fields", "modified_after"}
    | {"categories", "tags", "slug"}
)


class WordPress(Site):
    """`posts` may be changed; `fails_at` is the number of the request that gets a 500, and
    `is_plain` gives readable addresses up."""

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = deepcopy(RECORDED["posts"])
        for number in range(count):
            self.add(f"Phare {number}")
        self.fails_at = -1
        self.is_plain = False
        self.now = datetime.now(UTC) + timedelta(minutes=1)  # what is recorded has settled

    def add(self, title: str, status: str = "publish") -> dict[str, Any]:
        post = deepcopy(RECORDED["posts"][0])
        identity = max([post["id"] for post in self.posts], default=0) + 1
        text = (
            f"<p>{title} éclaire la côte depuis {1800 + identity} et compte {identity} marches.</p>"
        )
        link = f"http://127.0.0.1/{identity}/"
        facts = {"id": identity, "status": status, "title": {"rendered": title}, "link": link}
        post |= {**facts, "content": {"rendered": text, "protected": False}}
        self.posts.append(post)
        return post

    def change(self, post: dict[str, Any], text: str) -> None:
        post["content"]["rendered"] = f"<p>{text}</p>"
        self.touch(post)

    def touch(self, post: dict[str, Any]) -> None:
        moment = self.now.replace(tzinfo=None).isoformat(timespec="seconds")
        post["modified"] = post["modified_gmt"] = moment

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.path_qs, request.headers, self._loop.time()))
        if len(self.asked) == self.fails_at:
            return web.Response(status=403)
        query = dict(request.query)
        route = query.pop("rest_route", None) if self.is_plain else request.path[8:]
        if route is None or not (self.is_plain or request.path.startswith("/wp-json")):
            return web.Response(status=404)
        name = route.strip("/").removeprefix("wp/v2/")
        if name == "":
            return web.json_response(RECORDED["index"], headers=self._date())
        if name not in ("posts", "users", "categories"):
            return web.json_response(RECORDED["errors"]["route"], status=404)
        assert query.keys() <= _PARAMETERS, query
        if int(query.get("per_page", 10)) > 100:
            return web.json_response(RECORDED["errors"]["per_page"], status=400)
        objects = self._posts(query, request) if name == "posts" else RECORDED[name]
        if objects is None:
            return web.json_response(RECORDED["errors"]["status"], status=400)
        for key in ("include", "slug"):
            if wanted := query.get(key, "").split(",") if key in query else []:
                field = "id" if key == "include" else "slug"
                objects = [one for one in objects if str(one[field]) in wanted]
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        pages = -(-len(objects) // size)
        if page > max(1, pages):
            return web.json_response(RECORDED["errors"]["page"], status=400)
        fields = set(query["_fields"].split(",")) if "_fields" in query else None
        given = [
            {field: one[field] for field in one if fields is None or field in fields}
            for one in objects[(page - 1) * size : page * size]
        ]
        totals = {"X-WP-Total": str(len(objects)), "X-WP-TotalPages": str(pages)}
        return web.json_response(given, headers={**totals, **self._date()})

    def _posts(self, query: dict[str, str], request: web.Request) -> list[dict[str, Any]] | None:
        statuses = query.get("status", "publish").split(",")
        login = base64.b64encode(":".join(LOGIN).encode()).decode()
        signed_in = request.headers.get("Authorization") == f"Basic {login}"
        if statuses != ["publish"] and not signed_in:
            return None
        posts = [post for post in self.posts if post["status"] in statuses]
        if "modified_after" in query:
            posts = [post for post in posts if post["modified_gmt"] > query["modified_after"]]
        if "categories" in query:
            wanted = set(map(int, query["categories"].split(",")))
            posts = [post for post in posts if wanted & set(post["categories"])]
        return sorted(posts, key=lambda post: post["id"], reverse=True)

    def _date(self) -> dict[str, str]:
        return {"Date": format_datetime(self.now, usegmt=True)}

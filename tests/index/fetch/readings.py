"""Readings of a site of posts, again and again into one folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.fetch import ghost, wordpress
from index.fetch.source import SourceContext, SourceSettings
from tests.index.fetch.made import fetcher
from tests.web.ghost import KEY, Ghost
from tests.web.wordpress import LOGIN, WordPress


class Reading:
    """Returns how many posts were added, updated or removed; `hidden` are the removed files."""

    def __init__(
        self, site: Ghost | WordPress, folder: Path, user: str = "", **options: Any
    ) -> None:
        self.site, self.folder = site, folder
        self.hidden: list[str] = []
        is_ghost = isinstance(site, Ghost)
        self._follow = ghost.follow if is_ghost else wordpress.follow
        self.secret = KEY if is_ghost else LOGIN[1]
        kind = "ghost" if is_ghost else "wordpress"
        self.source = SourceSettings("phare", kind, site.url, options=options, user=user)

    def __call__(self) -> dict[str, int]:
        def hide(paths: Sequence[Path]) -> None:
            assert all(path.is_file() for path in paths)
            self.hidden += [path.name for path in paths]

        counts: Counter[str] = Counter()
        with fetcher(self.site) as fetching:
            context = SourceContext(self.folder, fetching, self.secret, hide)
            for event in self._follow(self.source, context):
                if (state := getattr(event, "state", "failed")) != "unchanged":
                    counts[state] += 1
        return dict(counts)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        files = self.folder.glob("[!.]*.json")
        records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return {record["title"]: record for record in records}

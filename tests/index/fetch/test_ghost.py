"""Sources on Ghost, over a server as strict as its Content API."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import FetchError
from index.fetch import ghost, post_list
from index.fetch.source import SourceContext, SourceSettings
from tests.index.fetch.made import fetcher
from tests.web.ghost import KEY, Ghost


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # a power cut is not tried


@pytest.fixture
def site() -> Iterator[Ghost]:
    with Ghost() as running:
        yield running


class Reading:
    """Reads a site again and again into one folder."""

    def __init__(self, site: Ghost, folder: Path, **options: Any) -> None:
        self.site, self.folder, self.key = site, folder, KEY
        self.hidden: list[str] = []
        self.source = SourceSettings("phare", "ghost", site.url, options=options)

    def __call__(self) -> dict[str, int]:
        def hide(paths: Sequence[Path]) -> None:
            self.hidden += [path.name for path in paths]

        counts: Counter[str] = Counter()
        with fetcher(self.site) as fetching:
            context = SourceContext(self.folder, fetching, self.key, hide)
            for event in ghost.follow(self.source, context):
                if (state := getattr(event, "state", "failed")) != "unchanged":
                    counts[state] += 1
        return dict(counts)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        files = self.folder.glob("[!.]*.json")
        records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return {record["title"]: record for record in records}


def test_a_post_becomes_a_record(site: Ghost, tmp_path: Path) -> None:
    site.add("Brouillon", status="draft")
    site.add("Abonnés", visibility="members", access=False)
    site.add("À propos", type="page")
    reading = Reading(site, tmp_path)
    assert reading() == {"added": 4}
    assert reading.records["Phare 0"] == {
        "title": "Phare 0",
        "published": "2024-03-05T20:30:00+01:00",
        "updated": "2024-03-26T19:45:31+00:00",
        "url": "https://phare.example/phare-0/",
        "contenthtml": "<p>Phare 0 éclaire la côte depuis 1801.</p>",
        "author": "Paul Leroux",
        "category": "Ville",
        "outlet": "Le Phare",
    }
    assert reading() == {}


def test_what_changes_is_read_again_and_what_goes_is_removed(site: Ghost, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.posts[0]["html"] = "<p>Le phare a été repeint.</p>"
    site.touch(site.posts[0])
    site.posts[1]["status"] = "draft"
    site.posts[2]["visibility"] = "paid"
    del site.posts[3]
    assert reading() == {"updated": 1, "removed": 3}
    assert len(reading.hidden) == 3
    assert reading.records["Phare 0"]["contenthtml"] == "<p>Le phare a été repeint.</p>"
    site.posts[1]["status"] = "published"
    site.touch(site.posts[1])
    assert reading() == {"added": 1}


def test_two_changes_in_a_second_are_both_read(site: Ghost, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    for version in ("Première.", "Deuxième."):
        site.posts[0]["html"] = f"<p>{version}</p>"
        site.touch(site.posts[0])
        assert reading() == {"updated": 1}


def test_a_quiet_reading_takes_two_requests(site: Ghost, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.asked.clear()
    assert reading() == {}
    assert [path.split("?")[0] for path in site.paths] == ["/ghost/api/content/posts/"] * 2


def test_what_is_not_public_pages_and_tags_are_asked_for(site: Ghost, tmp_path: Path) -> None:
    site.add("Abonnés", visibility="members", access=False)
    site.add("À propos", type="page")
    site.posts[0]["tags"] = []
    options = {"visibility": ("public", "members"), "types": ("posts", "pages"), "tags": ("ville",)}
    reading = Reading(site, tmp_path, **options)
    assert reading() == {"added": 5}
    assert {"Abonnés", "À propos"} < reading.records.keys()


def test_the_key_is_in_no_error(site: Ghost, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading.key = "0" * 26
    with pytest.raises(FetchError, match="source-denied") as refused:
        reading()
    assert reading.key not in repr(refused.getrepr(style="long"))
    reading.key = KEY
    for address, code in (
        (f"{site.url}/blog", "source-no-api"),
        ("http://127.0.0.1:1", "address-private"),
        ("http://phare.example", "source-insecure"),
    ):
        reading.source = replace(reading.source, address=address)
        with pytest.raises(FetchError, match=code) as refused:
            reading()
        assert KEY not in repr(refused.getrepr(style="long"))


@pytest.mark.parametrize("moment", range(1, 16))
def test_killed_at_any_moment_no_post_is_lost_or_doubled(
    tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site fails at one request after the other: what is stored stays, the rest follows."""
    monkeypatch.setattr(post_list, "PAGE_POSTS", 5)
    with Ghost(count=40) as site:
        reading = Reading(site, tmp_path)
        site.fails_at = moment
        for _ in range(3):
            try:
                reading()
            except FetchError:
                continue
        for post in site.posts[10:15]:
            site.posts.remove(post)
        site.touch(site.posts[20])
        site.posts[20]["html"] = "<p>Changé.</p>"
        site.fails_at = len(site.asked) + moment
        for _ in range(3):
            try:
                reading()
            except FetchError:
                continue
        assert reading.records.keys() == {post["title"] for post in site.posts}
        assert len(list(tmp_path.glob("[!.]*.json"))) == 35
        assert any("Changé" in record["contenthtml"] for record in reading.records.values())

"""Sources on WordPress, over recorded answers of the real one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from index.errors import FetchError
from index.fetch import post_list, wordpress
from index.fetch.source import SourceContext, SourceSettings
from tests.index.fetch.made import fetcher
from tests.web.wordpress import LOGIN, WordPress


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # a power cut is not tried


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as running:
        running.now += timedelta(minutes=1)  # what is recorded is settled
        yield running


class Reading:
    """Reads a site again and again into one folder."""

    def __init__(self, site: WordPress, folder: Path, **options: Any) -> None:
        self.site, self.folder = site, folder
        self.hidden: list[str] = []
        login = {"user": LOGIN[0]} if options.pop("login", False) else {}
        self.source = SourceSettings("phare", "wordpress", site.url, options=options, **login)

    def __call__(self) -> dict[str, int]:
        def hide(paths: Sequence[Path]) -> None:
            assert all(path.is_file() for path in paths)
            self.hidden += [path.name for path in paths]

        counts: Counter[str] = Counter()
        with fetcher(self.site) as fetching:
            context = SourceContext(self.folder, fetching, LOGIN[1], hide)
            for event in wordpress.follow(self.source, context):
                if (state := getattr(event, "state", "failed")) != "unchanged":
                    counts[state] += 1
        return dict(counts)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        files = self.folder.glob("[!.]*.json")
        records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return {record["title"]: record for record in records}


def test_a_post_becomes_a_record(site: WordPress, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    assert reading() == {"added": 4}
    assert reading.records["Chantier numéro 1 : le phare de Quimper"] == {
        "title": "Chantier numéro 1 : le phare de Quimper",
        "published": "2024-01-02T00:00:00+01:00",
        "url": site.posts[0]["link"],
        "contenthtml": site.posts[0]["content"]["rendered"],
        "author": "Paul Leroux",
        "category": "Ville",
        "outlet": "Le Phare",
    }
    # Neither the private one, nor the scheduled one, nor the one that a password protects.
    assert len(reading.records) == 4
    assert reading() == {}


def test_what_changes_is_read_again_and_what_goes_is_removed(
    site: WordPress, tmp_path: Path
) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.asked.clear()
    site.change(site.posts[0], "Le phare a été repeint.")
    site.posts[1]["status"] = "draft"
    del site.posts[2]
    assert reading() == {"updated": 1, "removed": 2}
    assert len(reading.hidden) == 2
    assert len(reading.records) == 2
    site.posts[1]["status"] = "publish"
    site.touch(site.posts[1])
    assert reading() == {"added": 1}


def test_a_quiet_reading_takes_two_requests(site: WordPress, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.asked.clear()
    assert reading() == {}
    assert [path.split("?")[0] for path in site.paths] == ["/wp-json/wp/v2/posts"] * 2


def test_an_import_with_old_dates_is_noticed(site: WordPress, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.add("Phare ancien")["modified_gmt"] = "2020-01-01T00:00:00"
    assert reading() == {"added": 1}


def test_two_changes_in_a_second_are_both_read(site: WordPress, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path)
    reading()
    reading()
    site.change(site.posts[0], "Première version.")
    assert reading() == {"updated": 1}
    site.change(site.posts[0], "Deuxième version.")
    assert reading() == {"updated": 1}


def test_private_and_scheduled_posts_are_read_only_if_asked_for(
    site: WordPress, tmp_path: Path
) -> None:
    reading = Reading(site, tmp_path, login=True, status=("publish", "private", "future"))
    assert reading() == {"added": 6}
    assert "status" not in reading.records["La réunion privée"]  # else its parser leaves it out
    reading.source = replace(reading.source, user="")
    with pytest.raises(FetchError, match="source-no-user"):
        reading()


def test_a_category_alone(site: WordPress, tmp_path: Path) -> None:
    reading = Reading(site, tmp_path, categories=("ville",))
    assert reading() == {"added": sum(3 in post["categories"] for post in site.posts)}
    with pytest.raises(FetchError, match="source-no-term"):
        Reading(site, tmp_path / "b", categories=("sport",))()


def test_a_site_without_readable_addresses(site: WordPress, tmp_path: Path) -> None:
    site.is_plain = True
    assert Reading(site, tmp_path)() == {"added": 4}


@pytest.mark.parametrize("moment", range(1, 21))
def test_killed_at_any_moment_no_post_is_lost_or_doubled(
    tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site fails at one request after the other: what is stored stays, the rest follows."""
    monkeypatch.setattr(post_list, "PAGE_POSTS", 5)
    with WordPress(count=40) as site:
        site.now += timedelta(minutes=1)
        reading = Reading(site, tmp_path)
        site.fails_at = moment
        for _ in range(3):
            try:
                reading()
            except FetchError:
                continue
        for post in site.posts[10:15]:
            site.posts.remove(post)
        site.change(site.posts[20], "Changé.")
        site.fails_at = len(site.asked) + moment
        for _ in range(3):
            try:
                reading()
            except FetchError:
                continue
        titles = {post["title"]["rendered"] for post in site.posts if _is_public(post)}
        assert reading.records.keys() == titles
        assert len(list(tmp_path.glob("[!.]*.json"))) == len(titles)
        assert any("Changé" in record["contenthtml"] for record in reading.records.values())


def _is_public(post: dict[str, Any]) -> bool:
    return post["status"] == "publish" and not post["content"]["protected"]

"""Posts of Ghost, over a server as strict as its Content API, and of WordPress, over recorded
answers of the real one: what changes is read again, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import FetchError
from index.fetch import ghost, post_list, wordpress
from index.fetch.source import SourceContext, SourceSettings
from tests.index.fetch.made import fetcher
from tests.web.ghost import KEY, Ghost
from tests.web.wordpress import LOGIN, WordPress

Blog = Ghost | WordPress


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


@pytest.fixture(params=[Ghost, WordPress])
def blog(request: pytest.FixtureRequest) -> Iterator[Blog]:
    with request.param() as running:
        yield running


@pytest.fixture
def reading(blog: Blog, tmp_path: Path) -> Reading:
    """A site that has been read twice."""
    reading = Reading(blog, tmp_path)
    assert reading() == {"added": 4}
    assert reading() == {}
    blog.asked.clear()
    return reading


@pytest.fixture
def ghost_site() -> Iterator[Ghost]:
    with Ghost() as running:
        yield running


@pytest.fixture
def wordpress_site() -> Iterator[WordPress]:
    with WordPress() as running:
        yield running


def test_what_changes_is_read_again_and_what_goes_is_removed(blog: Blog, reading: Reading) -> None:
    changed, draft, deleted, _ = public(blog)
    blog.change(changed, "Le phare a été repeint.")
    published, draft["status"] = draft["status"], "draft"
    blog.posts.remove(deleted)
    assert reading() == {"updated": 1, "removed": 2}
    assert len(reading.hidden) == len(reading.records) == 2
    texts = [record["contenthtml"] for record in reading.records.values()]
    assert "<p>Le phare a été repeint.</p>" in texts
    draft["status"] = published
    blog.touch(draft)
    assert reading() == {"added": 1}


def test_a_quiet_reading_takes_two_requests(blog: Blog, reading: Reading) -> None:
    assert reading() == {}
    path = "/ghost/api/content/posts/" if isinstance(blog, Ghost) else "/wp-json/wp/v2/posts"
    assert [asked.split("?")[0] for asked in blog.paths] == [path] * 2


def test_two_changes_in_a_second_are_both_read(blog: Blog, reading: Reading) -> None:
    for text in ("Première version.", "Deuxième version."):
        blog.change(blog.posts[0], text)
        assert reading() == {"updated": 1}


def test_an_import_with_old_dates_is_noticed(blog: Blog, reading: Reading) -> None:
    name = "updated_at" if isinstance(blog, Ghost) else "modified_gmt"
    blog.add("Phare ancien")[name] = "2020-01-01T00:00:00+00:00"
    assert reading() == {"added": 1}


@pytest.mark.parametrize("kind", [Ghost, WordPress])
@pytest.mark.parametrize("moment", range(1, 12))  # no reading below asks for more
def test_killed_at_any_moment_no_post_is_lost_or_doubled(
    tmp_path: Path, kind: type[Blog], moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site fails at one request after the other: what is stored stays, the rest follows."""
    monkeypatch.setattr(post_list, "PAGE_POSTS", 5)

    def read() -> None:
        for _ in range(3):
            try:
                reading()
            except FetchError:
                continue

    with kind(count=20) as blog:
        reading = Reading(blog, tmp_path)
        blog.fails_at = moment
        read()
        del blog.posts[5:8]
        blog.change(blog.posts[10], "Changé.")
        blog.fails_at = len(blog.asked) + moment
        read()
        assert reading.records.keys() == {title(post) for post in public(blog)}
        assert len(list(tmp_path.glob("[!.]*.json"))) == len(public(blog))
        assert any("Changé" in record["contenthtml"] for record in reading.records.values())


def public(blog: Blog) -> list[dict[str, object]]:
    return [
        post
        for post in blog.posts
        if post["status"] in ("publish", "published") and not is_protected(post)
    ]


def is_protected(post: dict[str, object]) -> bool:
    content = post.get("content")
    return isinstance(content, dict) and bool(content["protected"])


def title(post: dict[str, object]) -> str:
    shown = post["title"]
    return str(shown["rendered"] if isinstance(shown, dict) else shown)


def test_a_post_of_ghost_becomes_a_record(ghost_site: Ghost, tmp_path: Path) -> None:
    ghost_site.add("Brouillon", status="draft")
    ghost_site.add("Abonnés", visibility="members", access=False)
    ghost_site.add("À propos", type="page")
    reading = Reading(ghost_site, tmp_path)
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


def test_what_is_not_public_pages_and_tags_are_asked_for(ghost_site: Ghost, tmp_path: Path) -> None:
    ghost_site.add("Abonnés", visibility="members", access=False)
    ghost_site.add("À propos", type="page")
    ghost_site.posts[0]["tags"] = []
    options = {"visibility": ("public", "members"), "types": ("posts", "pages"), "tags": ("ville",)}
    reading = Reading(ghost_site, tmp_path, **options)
    assert reading() == {"added": 5}
    assert {"Abonnés", "À propos"} < reading.records.keys()


def test_the_key_is_in_no_error(ghost_site: Ghost, tmp_path: Path) -> None:
    reading = Reading(ghost_site, tmp_path)
    reading.secret = "0" * 26
    with pytest.raises(FetchError, match="source-denied") as refused:
        reading()
    assert reading.secret not in repr(refused.getrepr(style="long"))
    reading.secret = KEY
    for address, code in (
        (f"{ghost_site.url}/blog", "source-no-api"),
        ("http://127.0.0.1:1", "address-private"),
        ("http://phare.example", "source-insecure"),
    ):
        reading.source = replace(reading.source, address=address)
        with pytest.raises(FetchError, match=code) as refused:
            reading()
        assert KEY not in repr(refused.getrepr(style="long"))


def test_a_post_of_wordpress_becomes_a_record(wordpress_site: WordPress, tmp_path: Path) -> None:
    reading = Reading(wordpress_site, tmp_path)
    assert reading() == {"added": 4}
    assert reading.records["Chantier numéro 1 : le phare de Quimper"] == {
        "title": "Chantier numéro 1 : le phare de Quimper",
        "published": "2024-01-02T00:00:00+01:00",
        "url": wordpress_site.posts[0]["link"],
        "contenthtml": wordpress_site.posts[0]["content"]["rendered"],
        "author": "Paul Leroux",
        "category": "Ville",
        "outlet": "Le Phare",
    }
    # Neither the private one, nor the scheduled one, nor the one that a password protects.
    assert len(reading.records) == 4
    assert reading() == {}


def test_private_and_scheduled_posts_are_read_only_if_asked_for(
    wordpress_site: WordPress, tmp_path: Path
) -> None:
    reading = Reading(
        wordpress_site, tmp_path, user=LOGIN[0], status=("publish", "private", "future")
    )
    assert reading() == {"added": 6}
    assert "status" not in reading.records["La réunion privée"]  # else its parser leaves it out
    reading.source = replace(reading.source, user="")
    with pytest.raises(FetchError, match="source-no-user"):
        reading()


def test_a_category_alone(wordpress_site: WordPress, tmp_path: Path) -> None:
    reading = Reading(wordpress_site, tmp_path, categories=("ville",))
    assert reading() == {"added": sum(3 in post["categories"] for post in wordpress_site.posts)}
    with pytest.raises(FetchError, match="source-no-term"):
        Reading(wordpress_site, tmp_path / "b", categories=("sport",))()


def test_a_site_without_readable_addresses(wordpress_site: WordPress, tmp_path: Path) -> None:
    wordpress_site.is_plain = True
    assert Reading(wordpress_site, tmp_path)() == {"added": 4}

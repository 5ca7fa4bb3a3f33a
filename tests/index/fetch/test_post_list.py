"""Posts of WordPress and Ghost: what changes is read again, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import FetchError
from index.fetch import post_list
from tests.index.fetch.readings import Reading
from tests.web.ghost import Ghost
from tests.web.wordpress import WordPress

Blog = Ghost | WordPress


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # a power cut is not tried


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

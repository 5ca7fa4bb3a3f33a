"""Sources on Ghost, over a server as strict as its Content API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import FetchError
from tests.index.fetch.readings import Reading
from tests.web.ghost import KEY, Ghost


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # a power cut is not tried


@pytest.fixture
def site() -> Iterator[Ghost]:
    with Ghost() as running:
        yield running


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
    reading.secret = "0" * 26
    with pytest.raises(FetchError, match="source-denied") as refused:
        reading()
    assert reading.secret not in repr(refused.getrepr(style="long"))
    reading.secret = KEY
    for address, code in (
        (f"{site.url}/blog", "source-no-api"),
        ("http://127.0.0.1:1", "address-private"),
        ("http://phare.example", "source-insecure"),
    ):
        reading.source = replace(reading.source, address=address)
        with pytest.raises(FetchError, match=code) as refused:
            reading()
        assert KEY not in repr(refused.getrepr(style="long"))

"""Sources on WordPress, over recorded answers of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import FetchError
from tests.index.fetch.readings import Reading
from tests.web.wordpress import LOGIN, WordPress


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # a power cut is not tried


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as running:
        yield running


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


def test_private_and_scheduled_posts_are_read_only_if_asked_for(
    site: WordPress, tmp_path: Path
) -> None:
    reading = Reading(site, tmp_path, user=LOGIN[0], status=("publish", "private", "future"))
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

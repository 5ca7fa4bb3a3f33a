from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from index.fetch import gatherer as gatherer_module
from index.fetch.fetcher import FetchedPage, Validators
from index.fetch.gatherer import FailedAddress, GatheredAddress, Gatherer, GatherEvent, ListedPage
from index.fetch.listing import list_addresses
from index.fetch.page_kind import PageKind
from index.fetch.shelf import Shelf
from index.tasks import ProcessBounds
from tests.index.fetch.made import fetcher
from tests.web.site import Answer, Site, article, day, rss, sitemap

parse_apart = gatherer_module._parse_list


@pytest.fixture(autouse=True)
def _lists_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are read in this process, but where a test says otherwise."""
    monkeypatch.setattr(gatherer_module, "_parse_list", lambda *list_: list(list_addresses(*list_)))


def gathered(site: Site, shelf: Path, path: str = "/a", **more: object) -> list[GatherEvent]:
    with fetcher(site) as fetching:
        gatherer = replace(Gatherer(fetching, Shelf(shelf)), **more)  # type: ignore[arg-type]
        return list(gatherer.gather(path if "://" in path else site.url + path))


def files(shelf: Path) -> list[str]:
    """The first words of the names kept."""
    return sorted(path.name[:-16] for path in shelf.glob("127.0.0.1/*.html"))


def states(events: list[GatherEvent]) -> list[str]:
    return [
        event.state if isinstance(event, GatheredAddress) else event.error.code
        for event in events
        if not isinstance(event, ListedPage)
    ]


def test_an_article_is_kept_then_unchanged_then_updated(site: Site, tmp_path: Path) -> None:
    site.pages["/phare"] = replace(article("Le phare"), etag='"1"')
    (event,) = gathered(site, tmp_path, "/phare")
    assert isinstance(event, GatheredAddress)
    assert event.state == "added"
    assert event.file is not None
    assert b"<h1>Le phare</h1>" in event.file.read_bytes()
    assert gathered(site, tmp_path, "/phare") == [
        GatheredAddress(f"{site.url}/phare", "unchanged", None)
    ]
    assert site.asked[-1].headers["If-None-Match"] == '"1"'
    site.pages["/phare"] = replace(article("Le phare rallumé"), etag='"2"')
    assert states(gathered(site, tmp_path, "/phare")) == ["updated"]
    assert files(tmp_path) == ["phare"]


def test_a_page_is_known_by_where_it_is_in_the_end(site: Site, tmp_path: Path) -> None:
    site.pages |= {
        "/court": Answer(status=302, headers={"Location": "/phare"}),
        "/phare": replace(article("Le phare"), etag='"1"'),
    }
    assert states(gathered(site, tmp_path, "/court")) == ["added"]
    assert states(gathered(site, tmp_path, "/phare")) == ["unchanged"]
    assert states(gathered(site, tmp_path, "/court")) == ["unchanged"]
    assert files(tmp_path) == ["phare"]


def test_feeds_that_a_page_names_are_told_and_not_followed(site: Site, tmp_path: Path) -> None:
    link = "<head><link rel=alternate type='application/rss+xml' href='/rss'>"
    whole = str(article("Le phare").body).replace("<head>", link)
    site.pages["/a"] = Answer(whole)
    (event,) = gathered(site, tmp_path)
    assert isinstance(event, GatheredAddress)
    assert event.feeds == (f"{site.url}/rss",)
    assert site.paths == ["/a"]


def test_a_feed_gives_its_newest_articles_of_the_same_site(site: Site, tmp_path: Path) -> None:
    for name in "abc":
        site.pages[f"/{name}{name}"] = article(name)
    entries = [("/aa", day(1)), ("/bb", day(3)), ("/cc", day(2)), ("http://autre.fr/d", day(4))]
    site.pages["/rss"] = replace(rss(site.url, entries), etag='"f"')
    listed, *rest = gathered(site, tmp_path, "/rss", limit=2)
    assert listed == ListedPage(f"{site.url}/rss", PageKind.FEED, 4, 1, 2, Validators('"f"'))
    assert states(rest) == ["added", "added"]
    assert site.paths == ["/rss", "/bb", "/cc"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_gives_its_articles(site: Site, tmp_path: Path, packed: bool) -> None:
    site.pages["/aa"] = article("a")
    body = sitemap(site.url, [("/aa", "2025-08-29")]).encode()
    kind = "application/gzip" if packed else "application/xml"
    site.pages["/s.xml.gz"] = Answer(gzip.compress(body) if packed else body, kind)
    listed, *rest = gathered(site, tmp_path, "/s.xml.gz")
    assert isinstance(listed, ListedPage)
    assert listed.kind is PageKind.SITEMAP
    assert states(rest) == ["added"]


def test_a_sitemap_that_is_a_bomb_or_costs_too_much_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatherer_module, "_MAX_UNZIPPED_BYTES", 2**20)
    site.pages["/s.xml.gz"] = Answer(gzip.compress(bytes(2**20 + 1)), "application/gzip")
    assert states(gathered(site, tmp_path, "/s.xml.gz")) == ["address-too-large"]
    site.pages["/s.xml.gz"] = Answer(gzip.compress(b"<urlset/>" * 50)[:-9], "application/gzip")
    assert states(gathered(site, tmp_path, "/s.xml.gz")) == ["address-encoding"]
    monkeypatch.setattr(gatherer_module, "_parse_list", parse_apart)
    entries = [(f"/{number}", "2025-08-29") for number in range(9_000)]
    body = gzip.compress(sitemap(site.url, entries).encode())
    site.pages["/s.xml.gz"] = Answer(body, "application/gzip")
    assert len(gathered(site, tmp_path, "/s.xml.gz", limit=1)) == 2
    monkeypatch.setattr(gatherer_module, "_LIST_BOUNDS", ProcessBounds(memory=2**20))
    assert states(gathered(site, tmp_path, "/s.xml.gz")) == ["address-list-unreadable"]


def test_an_index_of_sitemaps_is_read_until_all_is_older(site: Site, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        site.pages[f"/{name * 2}"] = article(name)
    maps = [("/old.xml", "2024-01-01"), ("/new.xml", "2025-08-29"), ("/mid.xml", "2025-06-01")]
    site.pages |= {
        "/index.xml": Answer(sitemap(site.url, maps, "sitemapindex"), "application/xml"),
        "/new.xml": Answer(sitemap(site.url, [("/aa", "2025-08-29")]), "text/xml"),
        "/mid.xml": Answer(
            sitemap(site.url, [("/bb", "2025-06-01"), ("/cc", "2025-05-01")]), "text/xml"
        ),
        "/old.xml": Answer(sitemap(site.url, [("/dd", "2023-05-01")]), "text/xml"),
    }
    listed, *rest = gathered(site, tmp_path, "/index.xml", limit=2)
    assert isinstance(listed, ListedPage)
    assert (listed.kind, listed.taken_count) == (PageKind.SITEMAP_INDEX, 2)
    assert site.paths == ["/index.xml", "/new.xml", "/mid.xml", "/aa", "/bb"]
    assert states(rest) == ["added", "added"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(b"\x89PNG", "image/png"), "address-not-an-article"),
        (Answer("  \n"), "address-empty"),
        (Answer("", status=404), "address-status"),
    ],
)
def test_only_articles_are_kept(site: Site, tmp_path: Path, answer: Answer, why: str) -> None:
    site.pages["/a"] = answer
    assert states(gathered(site, tmp_path)) == [why]
    assert list(tmp_path.rglob("*")) == []


def test_what_no_code_foresaw_of_an_answer_is_named_and_the_others_go_on(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages |= {"/a": article("a"), "/b": article("b")}
    site.pages["/rss"] = rss(site.url, [("/a", day(2)), ("/b", day(1))])
    real = gatherer_module.page_suffix_of

    def odd(page: FetchedPage) -> str | None:
        if page.url.endswith("/a"):
            raise OverflowError("int too big to convert")
        return real(page)

    monkeypatch.setattr(gatherer_module, "page_suffix_of", odd)
    failed = gathered(site, tmp_path, "/rss")[1]
    assert isinstance(failed, FailedAddress)
    assert (failed.address, failed.error.code) == (f"{site.url}/a", "address-odd")
    assert files(tmp_path) == ["b"]
    (alone,) = gathered(site, tmp_path, "/a")
    assert isinstance(alone, FailedAddress)


@pytest.mark.parametrize(
    "header",
    [
        {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"},
        {"Retry-After": "Mon, 01 Jan 2025 00:00:00 +99999999999999999999"},
        {"Retry-After": "9" * 5000},
        {"Retry-After": "\u00b2"},
    ],
)
def test_an_odd_retry_after_is_named(site: Site, tmp_path: Path, header: dict[str, str]) -> None:
    site.pages["/a"] = Answer("", status=503, headers=header)
    assert states(gathered(site, tmp_path)) in (["address-status"], ["address-busy"])


def test_an_entry_may_lead_neither_elsewhere_nor_inside(site: Site, tmp_path: Path) -> None:
    site.pages["/out"] = Answer(status=302, headers={"Location": "http://127.0.0.2/"})
    site.pages["/more"] = rss(site.url, [("/x", None)])
    site.pages["/rss"] = rss(site.url, [("/out", None), ("/more", None)])
    _, *rest = gathered(site, tmp_path, "/rss")
    assert states(rest) == ["address-off-site", "address-not-an-article"]

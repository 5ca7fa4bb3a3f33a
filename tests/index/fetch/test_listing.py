from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Validators
from index.fetch.listing import list_addresses, named_feeds
from index.fetch.page_kind import PageKind, page_kind_of, page_suffix_of
from tests.index.formats.articles import tarred, zipped
from tests.web.site import day, rss, sitemap

BASE = Address.parse("https://exemple.fr/liste")


def urls(kind: PageKind, body: str | bytes) -> list[str]:
    body = body.encode() if isinstance(body, str) else body
    return [entry.address.url for entry in list_addresses(kind, body, BASE)]


def test_a_feed_is_read_from_what_changed_last() -> None:
    body = rss("https://exemple.fr", [("/a", day(1)), ("/b", None), ("/c", day(3)), ("/d", None)])
    assert urls(PageKind.FEED, body.body) == [f"https://exemple.fr/{each}" for each in "cabd"]
    body = (
        "<feed xmlns='http://www.w3.org/2005/Atom'>"
        "<entry><link href='/a'/><published>2025-08-01T10:00:00Z</published>"
        "<updated>2025-08-20T10:00:00+02:00</updated></entry>"
        "<entry><link rel='enclosure' href='/x.mp3'/><link href='https://exemple.fr/b'/>"
        "<published>2025-08-10T10:00:00Z</published></entry>"
        "<entry><title>Sans lien</title></entry></feed>"
    )
    found = list_addresses(PageKind.FEED, body.encode(), BASE)
    assert [each.address.url for each in found] == ["https://exemple.fr/a", "https://exemple.fr/b"]
    assert found[0].changed_at == datetime(2025, 8, 20, 8, tzinfo=UTC)


def test_a_sitemap_is_read_from_the_newest_and_as_far_as_it_is_whole() -> None:
    dates = [
        ("/year", "2023"),
        ("/month", "2024-05"),
        ("/day", "2024-05-02"),
        ("/moment", "2024-05-02T10:00:00+02:00"),
        ("/nonsense", "hier"),
        ("/old", "1944-08-25"),
        ("/before", "0001-01-01T00:00:00+23:59"),
        ("/after", "9999-12-31T23:59:59-23:59"),
    ]
    assert urls(PageKind.SITEMAP, sitemap("https://exemple.fr", dates)) == [
        f"https://exemple.fr/{each}"
        for each in ("moment", "day", "month", "year", "old", "nonsense", "before", "after")
    ]
    body = sitemap("https://exemple.fr", [("/a", ""), ("/b", "")])
    assert urls(PageKind.SITEMAP, body[: body.index("/b")])[0] == "https://exemple.fr/a"
    plain = "https://exemple.fr/a\nhttps://exemple.fr/b\n"
    assert urls(PageKind.SITEMAP, plain) == plain.split()
    assert urls(PageKind.SITEMAP, b"<urlset") == []
    assert urls(PageKind.FEED, b"\x00\xff") == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PageKind.SITEMAP, "<urlset><url><loc>https://exemple.fr/&x;</loc></url></urlset>"),
        (
            PageKind.FEED,
            "<rss><channel><item><link>https://exemple.fr/&x;</link></item></channel></rss>",
        ),
    ],
    ids=["sitemap", "feed"],
)
def test_entities_neither_read_files_nor_grow(kind: PageKind, body: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("canari", encoding="utf-8")
    reading = f"<!DOCTYPE r [<!ENTITY x SYSTEM '{canary.as_uri()}'>]>"
    assert "canari" not in "".join(urls(kind, reading + body))
    more = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    growing = f"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY l0 'lol'>{more}<!ENTITY x '&l11;'>]>"
    assert all(len(url) < 100 for url in urls(kind, growing + body))


def test_a_page_names_its_feeds() -> None:
    body = (
        "<html><head><link rel=alternate type=application/rss+xml href=/rss>"
        "<link rel='alternate' type='application/atom+xml' href='//exemple.fr/atom'>"
        "<link rel=alternate hreflang=en href=/en><link rel=stylesheet href=/a.css>"
        "<link rel=alternate type=application/rss+xml href='javascript:x'></head></html>"
    )
    assert named_feeds(body.encode(), BASE) == ("https://exemple.fr/rss", "https://exemple.fr/atom")
    assert named_feeds(b"", BASE) == ()


SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def page(body: bytes | str, kind: str = "", url: str = "https://exemple.fr/a") -> FetchedPage:
    return FetchedPage(url, body.encode() if isinstance(body, str) else body, kind, Validators())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<rss version='2.0'></rss>", PageKind.FEED),
        ("\ufeff<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", PageKind.FEED),
        (f"<urlset xmlns='{SITEMAP}'/>", PageKind.SITEMAP),
        ("<!DOCTYPE urlset [<!ENTITY a 'b'>]><urlset/>", PageKind.SITEMAP),
        ("<!DOCTYPE html><html><body>&lt;rss&gt;</body></html>", PageKind.ARTICLE),
        ("<nitf><body/></nitf>", PageKind.ARTICLE),
        ("", PageKind.ARTICLE),
    ],
)
@pytest.mark.parametrize("told", ["text/html", "text/xml", "application/octet-stream"])
def test_a_list_is_known_by_its_root(body: str, kind: PageKind, told: str) -> None:
    found = page(body, told)
    assert page_kind_of(found, found.body) is kind


def test_a_plain_list_of_addresses_is_a_sitemap() -> None:
    body = b"https://exemple.fr/a\nhttps://exemple.fr/b\n"
    for listed, kind in ((body, PageKind.SITEMAP), (body + b"et plus", PageKind.ARTICLE)):
        assert page_kind_of(page(listed, "text/plain"), listed) is kind


@pytest.mark.parametrize(
    ("body", "told", "name", "suffix"),
    [
        ("<html></html>", "text/html; charset=utf-8", "a", ".html"),
        (zipped({"word/document.xml": "x"}), "application/octet-stream", "a", ".docx"),
        (tarred({"a.md": "x"}, "gz"), "application/gzip", "a", ".tar.gz"),
        ("a\tb", "text/plain", "a.tsv", ".tsv"),
        ("Un texte", "text/plain", "a.exe", ".txt"),
        (b"\x89PNG\r\n", "image/png", "a.png", None),
    ],
)
def test_content_names_a_file(body: bytes | str, told: str, name: str, suffix: str | None) -> None:
    assert page_suffix_of(page(body, told, f"https://exemple.fr/{name}?v=1")) == suffix

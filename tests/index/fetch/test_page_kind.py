from __future__ import annotations

import pytest

from index.fetch.fetcher import FetchedPage, Validators
from index.fetch.page_kind import PageKind, page_kind_of, page_suffix_of
from tests.index.formats.articles import tarred, zipped

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

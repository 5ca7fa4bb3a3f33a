"""What a page is: told by its bytes, whatever the site says."""

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
    assert page_kind_of(page(body, "text/plain"), body) is PageKind.SITEMAP
    assert (
        page_kind_of(page(body + b"et plus", "text/plain"), body + b"et plus") is PageKind.ARTICLE
    )


@pytest.mark.parametrize(
    ("body", "told", "name", "suffix"),
    [
        ("<html></html>", "text/html; charset=utf-8", "a", ".html"),
        ("x", "text/html", "a.pdf", ".html"),
        (zipped({"word/document.xml": "x"}), "application/octet-stream", "a", ".docx"),
        (zipped({"a.txt": "x"}), "", "a", ".zip"),
        (tarred({"a.md": "x"}, "gz"), "application/gzip", "a", ".tar.gz"),
        ("# Titre", "text/markdown", "a", ".md"),
        ("a\tb", "text/plain", "a.tsv", ".tsv"),
        ("Un texte", "text/plain", "a.exe", ".txt"),
        ("<?xml version='1.0'?><nitf/>", "", "a", ".xml"),
        (b"\x89PNG\r\n", "image/png", "a.png", None),
    ],
)
def test_a_file_is_named_by_what_it_is(
    body: bytes | str, told: str, name: str, suffix: str | None
) -> None:
    assert page_suffix_of(page(body, told, f"https://exemple.fr/{name}?v=1")) == suffix

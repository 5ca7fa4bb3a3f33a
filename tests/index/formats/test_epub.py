from __future__ import annotations

from datetime import date

import pytest

from index.article import Article
from index.formats import epub, zip_package
from index.formats.base import Skipped
from tests.index.formats.articles import PROSE, parse, parser_refusal, zipped
from tests.index.formats.packages import epub as book
from tests.index.formats.packages import xhtml as page

ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#">'
    '<EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
)
TOLD = (
    "<dc:title>Histoire du port</dc:title><dc:creator id='a'>Jeanne Petit</dc:creator>"
    "<dc:creator id='t'>Luc Roy</dc:creator><meta refines='#t' property='role'>trl</meta>"
    "<dc:publisher>Éditions du Quai</dc:publisher><dc:date>2021-05-04</dc:date>"
    "<dc:language>fr-FR</dc:language><dc:subject>Histoire</dc:subject>"
    "<meta property='dcterms:modified'>2023-01-02T03:04:05Z</meta>"
)


QUAYS = page(f"<h1>Les quais</h1><p>{PROSE}</p>")


def read(pages: dict[str, str], **more: str) -> tuple[list[Article], list[Skipped]]:
    return parse(epub.read, book(pages, metadata=TOLD, **more), "livre.epub")


def refusal(data: bytes) -> str:
    return parser_refusal(epub.read, data, "livre.epub")


def test_a_chapter_is_an_article_of_its_book() -> None:
    pages = {
        "un.xhtml": QUAYS,
        "deux.xhtml": page(f"<h1>Les grues</h1><h2>À vapeur</h2><p>{PROSE}</p>"),
    }
    (first, second), skipped = read(pages)
    assert skipped == []
    assert first.title == "Histoire du port — Les quais"
    assert first.path == "livre.epub#OEBPS/un.xhtml"
    assert first.text == PROSE
    assert first.id != second.id
    assert (first.author, first.outlet) == ("Jeanne Petit", "Éditions du Quai")
    assert (first.published, first.updated) == (date(2021, 5, 4), date(2023, 1, 2))
    assert (first.language, first.category) == ("fr", "Histoire")
    assert [section.heading for section in second.sections] == ["À vapeur"]


def test_a_page_without_a_heading_goes_on_and_what_is_no_chapter_is_left_out() -> None:
    pages = {
        "un.xhtml": QUAYS,
        "un_suite.xhtml": page("<p>La suite du chapitre.</p>"),
        "deux.xhtml": page(f"<p>{PROSE}</p>"),
    }
    nav = page(
        '<nav epub:type="toc"><ol><li><a href="deux.xhtml#x">Les <i>grues</i></a></li></ol></nav>'
    )
    (first, second), _ = read(pages, contents=nav)
    assert first.text == f"{PROSE}\n\nLa suite du chapitre."
    assert second.title == "Histoire du port — Les grues"
    pages = {
        "c.xhtml": page("<p>Couverture</p>"),
        "i.xhtml": page("<h1>Mentions</h1><p>Dépôt légal.</p>", "copyright-page"),
        "un.xhtml": QUAYS,
    }
    guide = '<reference type="cover" href="c.xhtml"/>'
    ((article,), _) = read(pages, guide=guide)
    assert "Couverture" not in article.text
    assert "légal" not in article.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Le <b>pont</b> est\n ouvert.</p>", "Le pont est ouvert."),
        ("<p>Note<a epub:type='noteref' href='#n'>1</a> lue.</p>", "Note lue."),
        ("<ul><li>un</li><li>deux</li></ul>", "un\ndeux"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "a | b\n1 | 2",
        ),
        ("<blockquote><p>Cité.</p></blockquote><script>x()</script>", "Cité."),
    ],
)
def test_a_page_as_paragraphs(body: str, text: str) -> None:
    ((article,), _) = read({"un.xhtml": page(body)})
    assert article.text == text


def test_a_broken_page_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_package, "PACKAGE_MEMBER_BYTES", 20_000)
    pages = {"un.xhtml": QUAYS, "deux.xhtml": page("<p>" + "x" * 30_000 + "</p>")}
    (article,), (skipped,) = read(pages)
    assert article.text.endswith(PROSE)
    assert skipped.label == "livre.epub#OEBPS/deux.xhtml"


def test_a_locked_book_says_so_and_scrambled_fonts_do_not_matter() -> None:
    pages = {"un.xhtml": page(f"<p>{PROSE}</p>")}
    locked = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    assert "epub-locked" in refusal(book(pages, encryption=locked))
    scrambled = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    assert read(pages, encryption=scrambled)[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"a": "b"}), "epub-"),
        (book({"un.xhtml": page("<p></p><img src='a.png'/>")}), "epub-no-text"),
    ],
)
def test_what_is_no_book_says_so(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def test_entities_that_multiply_do_not() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]><html><body><p>x&l11;</p></body></html>'
    articles, _ = read({"un.xhtml": page(f"<p>{PROSE}</p>"), "b.xhtml": bomb})
    assert sum(len(article.text) for article in articles) < 10_000

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats import odt
from tests.index.formats.articles import PROSE, parse, parser_refusal, read_data, zipped
from tests.index.formats.packages import ODT_TYPE, odt_content
from tests.index.formats.packages import flat_odt as flat
from tests.index.formats.packages import odt as document

STYLES = (
    '<style:style style:name="P1" style:parent-style-name="Title"/>'
    '<style:style style:name="Maison" style:parent-style-name="Heading_20_2"/>'
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" '
    'style:num-format="1"/><text:list-level-style-bullet text:level="2"/></text:list-style>'
)


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def items(*texts: str, style: str = "", more: str = "") -> str:
    inside = "".join(f"<text:list-item>{text}</text:list-item>" for text in texts)
    return f'<text:list text:style-name="{style}" {more}>{inside}</text:list>'


def read(body: str, meta: str = "", made: Callable[..., bytes] = document) -> Article:
    (article,), _ = parse(odt.read, made(body, STYLES, meta), "note.odt")
    return article


def refusal(data: bytes) -> str:
    return parser_refusal(odt.read, data, "note.odt")


WRITTEN = (
    p("Le budget de la ville", "P1")
    + '<text:h text:outline-level="1">Les recettes</text:h>'
    + p(PROSE)
    + items(p("un pont"), p("une école"))
    + items(p("voter") + items(p("vite")), p("bâtir"), style="L1")
    + "<table:table><table:table-header-rows><table:table-row>"
    + f"<table:table-cell>{p('Poste')}</table:table-cell>"
    + f"<table:table-cell>{p('Montant')}</table:table-cell></table:table-row>"
    + "</table:table-header-rows><table:table-row>"
    + f"<table:table-cell><text:section>{p('Écoles')}</text:section></table:table-cell>"
    + f"<table:table-cell>{p('12<text:s/>M€')}</table:table-cell>"
    + "<table:table-cell table:number-columns-repeated='9'/></table:table-row></table:table>"
    + items(p("payer"), style="L1", more='text:continue-numbering="true"')
    + p("Fin de la note.")
)
READ = (
    f"Les recettes\n\n{PROSE}\n\nun pont\nune école\n\n1. voter\nvite\n2. bâtir\n\n"
    "Poste | Montant\nÉcoles | 12 M€\n\n3. payer\n\nFin de la note."
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("note.odt", document(WRITTEN, STYLES)),
        ("note.fodt", flat(WRITTEN, STYLES)),
        ("note.txt", document(WRITTEN, STYLES)),
        ("note.xml", flat(WRITTEN, STYLES)),
    ],
)
def test_everything_in_its_order_whatever_the_file_is_called(name: str, data: bytes) -> None:
    (article,), _ = read_data(name, data)
    assert article.title == "Le budget de la ville"
    assert article.text == READ
    assert [section.heading for section in article.sections] == ["Les recettes"]


@pytest.mark.parametrize("style", ["Heading_20_3", "Titre2", "Maison"])
def test_headings_by_their_styles_names(style: str) -> None:
    article = read(p("Le budget", "Title") + p(PROSE) + p("Les routes", style) + p(PROSE))
    assert [section.heading for section in article.sections] == ["Les routes"]


def test_boxes_and_notes_follow_and_what_was_crossed_out_or_remarked_is_no_text() -> None:
    crossed = (
        f"<text:tracked-changes><text:deletion>{p('rouge')}</text:deletion></text:tracked-changes>"
    )
    remark = (
        f"<office:annotation><dc:creator>L. Roy</dc:creator>{p('À vérifier')}</office:annotation>"
    )
    contents = f"<text:table-of-content>{p('Les routes 3')}</text:table-of-content>"
    said = p(
        f"Le pont <text:span>bleu</text:span>{remark}<text:change text:change-id='a'/>\n ouvre."
    )
    assert read(crossed + contents + said).text == "Le pont bleu ouvre."
    box = f"<draw:frame><draw:text-box>{p('Dans un cadre.')}</draw:text-box></draw:frame>"
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    note += f"{p('Selon le procès-verbal.')}</text:note-body></text:note>"
    hidden = f'<text:section text:display="none">{p("Brouillon.")}</text:section>'
    section = f"<text:section>{p(PROSE)}</text:section>"
    article = read(p(f"Avant{note}.{box}") + hidden + section)
    assert article.text == f"Avant.\n\nDans un cadre.\n\n{PROSE}\n\nSelon le procès-verbal."


def test_what_the_properties_tell() -> None:
    told = (
        "<dc:title>Le budget voté</dc:title><meta:initial-creator>Jeanne Petit"
        "</meta:initial-creator><dc:creator>Luc Roy</dc:creator><dc:language>fr-FR</dc:language>"
        "<meta:creation-date>2025-08-29T10:00:00.123456789</meta:creation-date>"
    )
    for made in (document, flat):
        article = read(p("Lorient, le 29 août 2025") + p(PROSE), told, made)
        assert (article.title, article.author) == ("Le budget voté", "Jeanne Petit")
        assert (article.language, article.published) == ("fr", date(2025, 8, 29))
        assert dict(article.origins)["author"] == "document"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(WRITTEN, STYLES)[:-40], "package-cut"),
        (zipped({"mimetype": ODT_TYPE, "a.xml": "b"}), "package-is-zip"),
        (zipped({"content.xml": odt_content("", kind="spreadsheet")}), "file-opendocument"),
        (zipped({"content.xml": "<office:document-content>"}), "not-xml (name=content.xml)"),
        (flat(WRITTEN, STYLES)[:-40], "package-member-not-xml (name=note.odt)"),
        (zipped({"META-INF/manifest.xml": "<a><manifest:encryption-data/></a>"}), "file-encrypted"),
    ],
)
def test_what_is_no_document_says_so(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def test_depth_without_end_is_refused() -> None:
    assert "package-member-not-xml" in refusal(document("<text:section>" * 10_000))
    deep = "<text:section>" * 300 + p(PROSE) + "</text:section>" * 300
    assert "package-member-not-xml" in refusal(document(deep))


@pytest.mark.parametrize("made", [document, flat])
def test_no_entity_is_resolved(tmp_path: Path, made: object) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("le mot de passe")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY a0 "ha">{laughs}]>'
    body = p(f"Ici &x; et &a9;. {PROSE}")
    data = (
        entities.encode() + flat(body).partition(b"\n")[2]
        if made is flat
        else zipped({"mimetype": ODT_TYPE, "content.xml": entities + odt_content(body)})
    )
    with suppress(ReadError):
        (article,), _ = parse(odt.read, data, "note.odt")
        assert "passe" not in article.text
        assert "haha" not in article.text

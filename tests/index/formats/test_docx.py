from __future__ import annotations

from datetime import date, datetime

import pytest
from docx.document import Document

from index.article import Article
from index.formats import docx, zip_package
from tests.index.formats.articles import PROSE, parse, parser_refusal, zipped
from tests.index.formats.packages import word

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(members: dict[str, bytes]) -> Article:
    (article,), skipped = parse(docx.read, zipped(members), "note.docx")
    assert skipped == []
    return article


def refusal(data: bytes) -> str:
    return parser_refusal(docx.read, data, "note.docx")


def with_body(xml: str) -> dict[str, bytes]:
    """A document whose body begins with this."""
    members = word(lambda document: document.add_paragraph(PROSE))
    return insert(members, "word/document.xml", xml, after="<w:body>")


def insert(
    members: dict[str, bytes], name: str, xml: str, *, after: str = "", before: str = ""
) -> dict[str, bytes]:
    """The document with a piece more in one of its members."""
    text = members[name].decode()
    changed = text.replace(after or before, f"{after}{xml}{before}")
    return {**members, name: changed.encode()}


def test_everything_in_its_order() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Le budget de la ville", style="Title")
        document.add_heading("Les recettes", 1)
        document.add_paragraph(PROSE)
        document.add_paragraph("un pont", style="List Bullet")
        document.add_paragraph("une école", style="List Bullet")
        document.add_paragraph("voter", style="List Number")
        document.add_paragraph("bâtir", style="List Number")
        table = document.add_table(2, 2)
        for index, cell in enumerate(["Poste", "Montant", "Écoles", "12 M€"]):
            table.cell(index // 2, index % 2).text = cell
        document.add_paragraph("Fin de la note.")

    article = read(word(write))
    assert article.title == "Le budget de la ville"
    assert article.text == (
        f"Les recettes\n\n{PROSE}\n\nun pont\nune école\n\n1. voter\n2. bâtir\n\n"
        "Poste | Montant\nÉcoles | 12 M€\n\nFin de la note."
    )
    assert [section.heading for section in article.sections] == ["Les recettes"]


@pytest.mark.parametrize("name", ["Titre 2", "heading 3", "Überschrift 1"])
def test_headings_by_their_styles_names(name: str) -> None:
    def write(document: Document) -> None:
        style = document.styles.add_style("Propre", 1)
        style.element.find(f"./{docx._W}name").set(f"{docx._W}val", name)
        document.add_paragraph("Le budget", style="Title")
        document.add_paragraph(PROSE)
        document.add_paragraph("Les routes", style=style)
        document.add_paragraph(PROSE)

    assert [section.heading for section in read(word(write)).sections] == ["Les routes"]


def test_what_was_crossed_out_or_remarked_is_not_text() -> None:
    article = read(
        with_body(
            "<w:p><w:r><w:t>Le pont </w:t></w:r>"
            "<w:del><w:r><w:delText>rouge </w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>bleu </w:t></w:r></w:ins><w:hyperlink><w:r><w:t>ouvre</w:t></w:r>"
            "</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>.</w:t></w:r></w:p>"
        )
    )
    assert article.text.startswith("Le pont bleu ouvre.\n\n")
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    cell = control(f"<w:tc>{control('<w:p><w:r><w:t>Écoles</w:t></w:r></w:p>')}</w:tc>")
    table = f"<w:tbl>{control(f'<w:tr>{cell}<w:tc><w:p/></w:tc>{cell}</w:tr>')}</w:tbl>"
    assert read(with_body(table)).text == f"Écoles | Écoles\n\n{PROSE}"

    def remarked(document: Document) -> None:
        run = document.add_paragraph().add_run(PROSE)
        document.add_comment(run, text="À vérifier !", author="Luc Roy")

    assert read(word(remarked)).text == PROSE


def test_text_boxes_are_read_once_and_notes_last() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Dans un cadre.</w:t></w:r></w:p></w:txbxContent>"
    article = read(
        with_body(
            '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r>'
            f"<w:t>Avant.</w:t><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        )
    )
    assert article.text == f"Avant.\n\nDans un cadre.\n\n{PROSE}"
    members = with_body("")
    for name in ("endnote", "footnote"):
        kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}s+xml"
        part = f'<Override PartName="/word/{name}s.xml" ContentType="{kind}"/>'
        link = f'<Relationship Id="{name}" Type="{docx._RELATION}{name}s" Target="{name}s.xml"/>'
        note = (
            f"<w:{name}s {W}><w:{name} w:type='separator'><w:p/></w:{name}><w:{name} w:id='2'>"
            f"<w:p><w:r><w:t>Selon une {name}.</w:t></w:r></w:p></w:{name}></w:{name}s>"
        )
        members = insert(members, "[Content_Types].xml", part, before="</Types>")
        relations = "word/_rels/document.xml.rels"
        members = insert(members, relations, link, before="</Relationships>")
        members[f"word/{name}s.xml"] = note.encode()
    assert read(members).text == f"{PROSE}\n\nSelon une footnote.\n\nSelon une endnote."


def test_the_properties_are_read_but_not_those_of_a_template() -> None:
    def write(document: Document) -> None:
        told = document.core_properties
        told.title, told.author, told.category = "Le budget voté", "Jeanne Petit", "Vie locale"
        told.language, told.created = "fr-FR", datetime(2025, 8, 29, 10)
        document.add_paragraph("Lorient, le 29 août 2025")
        document.add_paragraph(PROSE)

    article = read(word(write))
    assert (article.title, article.author) == ("Le budget voté", "Jeanne Petit")
    assert (article.category, article.language) == ("Vie locale", "fr")
    assert article.published == date(2025, 8, 29)

    def write_in_template(document: Document) -> None:
        told = document.core_properties
        told.title, told.author, told.language = "Document1", "Utilisateur", "en-US"
        document.add_paragraph("Le budget voté", style="Title")
        for _ in range(4):
            document.add_paragraph(PROSE)

    article = read(word(write_in_template))
    assert (article.title, article.author) == ("Le budget voté", None)
    assert (article.language, article.published) == ("fr", None)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Bonjour", "docx-cut"),
        (OLD, "file-old-office"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "file-encrypted"),
        (zipped({"a": "b"}), "docx-is-zip"),
        (zipped({"word/document": "<w:document/>", "[Content_Types].xml": "<a"}), "docx-damaged"),
    ],
)
def test_what_is_no_document_says_so(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_package, "PACKAGE_BYTES", 5 * 2**20)
    bomb = zipped({"word/media": "0" * 6 * 2**20})
    assert len(bomb) < 20_000
    assert "package-too-large" in refusal(bomb)
    monkeypatch.setattr(zip_package, "PACKAGE_MEMBERS", 2)
    assert "package-too-large" in refusal(zipped({"a": "", "b": "", "c": ""}))

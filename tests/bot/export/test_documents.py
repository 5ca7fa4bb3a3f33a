"""Answers as documents, opened by strict parsers and by the project's own."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import which
from subprocess import run
from xml.etree import ElementTree

import pytest
from docx import Document
from markdown_it import MarkdownIt

from bot.answer import Answer, Statement
from bot.errors import UsageError
from bot.export import EXPORT_FORMATS, ExportDocument, export_format, export_name
from bot.locale.answers import Phrases
from index.article import Period
from tests.bot.answers import answered, article, citation, refused

TEXT = (
    '=HYPERLINK("http://mal.exemple") & <b>gras</b> [lien](x) *un* #titre. '
    "@SUM(A1) dit l\u2019autre. Le second modèle a demandé 15\u202f000 puces."
)
FIRST, SECOND, THIRD = (f"{part.removesuffix('.')}." for part in (
    TEXT[: TEXT.index(" @")], TEXT[TEXT.index("@") : TEXT.index(" Le second")],
    TEXT[TEXT.index("Le second") :],
))  # fmt: skip
NAMES = list(EXPORT_FORMATS)


def answer() -> Answer:
    """Two sections, with all that may be taken for markup or a formula."""
    source = article(TEXT, title="-1 + 1, « le \x0bcompte »", author="=A1")
    offline = replace(source, url=None, id="ba9876543210")
    quotes = (
        citation(FIRST, source, 1),
        citation(SECOND, source, 2, lead=FIRST),
        citation(THIRD, offline, 3),
    )
    days = Period(date(2025, 7, 1), date(2025, 7, 31))
    statements = (
        Statement(FIRST, (1,), heading="Chiffres & <dates>"),
        Statement(SECOND, (2,)),
        Statement(THIRD, (3,), heading="Dates", label="juillet 2025", days=days),
    )
    whole = answered(*quotes, question='Que dit « A/B\\C: "D" » ?')
    return replace(whole, statements=statements)


def exported(suffix: str) -> bytes:
    return EXPORT_FORMATS[suffix].export(answer(), "fr", lambda own: own.article.url or "a/b.md")


@pytest.mark.parametrize("suffix", ["docx", "odt"])
def test_every_part_is_well_formed(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(suffix))) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name != "mimetype":
                ElementTree.fromstring(package.read(name))
    assert exported(suffix) == exported(suffix)


def test_a_word_document_has_headings_and_linked_footnotes() -> None:
    document = Document(io.BytesIO(exported("docx")))
    styles = [
        (paragraph.style.name if paragraph.style else "", paragraph.text)
        for paragraph in document.paragraphs
    ]
    assert [name for name, _ in styles] == [
        *("Title", "Heading 1", "Normal", "Normal", "Heading 1", "Normal"),
    ]
    assert styles[2][1] == FIRST
    assert styles[3][1] == f"{FIRST} {SECOND}"  # after the sentence that it leans on
    assert styles[5][1] == f"juillet 2025 {THIRD}"
    parts = {str(part.partname): part.blob for part in document.part.package.iter_parts()}
    notes = parts["/word/footnotes.xml"].decode()
    assert notes.count("<w:footnote ") == 2 + 3
    assert "'HYPERLINK \"https://exemple.fr/modeles\"'" in notes
    assert "a/b.md" in notes


def test_an_opendocument_text_has_footnotes_and_stores_its_type_first() -> None:
    package = zipfile.ZipFile(io.BytesIO(exported("odt")))
    assert package.infolist()[0].filename == "mimetype"
    assert package.infolist()[0].compress_type == zipfile.ZIP_STORED
    root = ElementTree.fromstring(package.read("content.xml"))
    names = [element.tag.partition("}")[2] for element in root.iter()]
    assert (names.count("note"), names.count("h")) == (3, 2)
    assert FIRST in "".join(root.itertext())


@pytest.mark.parametrize("suffix", ["docx", "odt"])
def test_an_office_opens_it(suffix: str, tmp_path: Path) -> None:
    office = which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    (tmp_path / f"answer.{suffix}").write_bytes(exported(suffix))
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    convert = ["--convert-to", "txt:Text", "--outdir", str(tmp_path), f"answer.{suffix}"]
    run([*command, *convert], cwd=tmp_path, check=True, timeout=120)
    assert THIRD in (tmp_path / "answer.txt").read_text("utf-8")


def test_markdown_reads_back_as_the_words() -> None:
    text = exported("md").decode()
    tokens = MarkdownIt().parse(text.partition("\n[^1]:")[0])
    plain = [
        "".join(child.content for child in token.children or () if child.type != "html_inline")
        for token in tokens
        if token.type == "inline"
    ]
    assert plain[2] == f"{FIRST}[^1]"
    assert not any(
        child.type in ("link_open", "html_inline", "em_open")
        for token in tokens
        for child in token.children or ()
    )
    assert "[^3]: =A1, " in text


def test_no_cell_is_a_formula() -> None:
    text = exported("csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 4
    assert rows[3][:4] == ["Dates", "juillet 2025", "2025-07-01", "2025-07-31"]
    assert rows[1][4] == f"'{FIRST}"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("name", NAMES)
def test_file_names_hold_letters_digits_and_hyphens(name: str) -> None:
    form = EXPORT_FORMATS[name]
    assert export_name(answer(), form, "fr") == f"que-dit-a-b-c-d.{name}"
    untitled = replace(answer(), question="?!")
    assert export_name(untitled, form, "fr") == f"reponse.{name}"
    assert len(export_name(replace(answer(), question="à " * 400), form, "en")) < 70


def test_a_format_is_told_by_the_suffix() -> None:
    assert export_format(Path("a/B.DOCX")).suffix == "docx"
    with pytest.raises(UsageError) as raised:
        export_format(Path("notes.pdf"))
    assert raised.value.code == "file-suffix"


def test_an_answer_without_statements_is_no_document() -> None:
    with pytest.raises(ValueError, match="without statements"):
        ExportDocument.of(refused(article()), Phrases.of("fr"), str)

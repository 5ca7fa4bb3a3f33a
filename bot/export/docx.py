"""Answers as Word documents (Office Open XML) with footnotes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.export.document import ExportDocument, Footnote
from bot.export.package import fixed_part, write_package, xml_text, xml_value

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SEPARATORS = 2  # footnotes that draw the line above the others


def write_docx(document: ExportDocument) -> bytes:
    notes: list[Footnote] = []
    body = [_paragraph("Title", _run(document.title))]
    if document.remark:
        body.append(_paragraph("Subtitle", _run(document.remark)))
    for section in document.sections:
        if heading := section[0].statement.heading:
            body.append(_paragraph("Heading1", _run(heading)))
        for line in section:
            label = line.statement.label
            first = len(notes) + _SEPARATORS
            notes += line.notes
            marks = (
                f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
                f'<w:footnoteReference w:id="{number}"/></w:r>'
                for number in range(first, first + len(line.notes))
            )
            runs = (_run(f"{label} ", "<w:b/>") if label else "", _run(line.text), *marks)
            body.append(_paragraph("Normal", "".join(runs)))
    return write_package(
        {
            "[Content_Types].xml": fixed_part("docx-types"),
            "_rels/.rels": fixed_part("docx-package-rels"),
            "word/_rels/document.xml.rels": fixed_part("docx-document-rels"),
            "word/document.xml": f'<w:document xmlns:w="{_MAIN}"><w:body>{"".join(body)}'
            "<w:sectPr/></w:body></w:document>",
            "word/styles.xml": fixed_part("docx-styles", document.language),
            "word/footnotes.xml": _footnotes(notes),
        }
    )


def _paragraph(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _run(text: str, properties: str = "") -> str:
    style = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{xml_text(text)}</w:t></w:r>'


def _footnotes(notes: Sequence[Footnote]) -> str:
    parts = [
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in enumerate(("separator", "continuationSeparator"))
    ]
    mark = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
    for number, note in enumerate(notes, _SEPARATORS):
        runs = _run(f" {note.text}")
        if note.link:
            field = xml_value(f'HYPERLINK "{note.link}"')
            link = f"<w:fldSimple w:instr={field}>{_run(note.link)}</w:fldSimple>"
            runs = f"{_run(f' {note.reference}, ')}{link}{_run('.')}"
        paragraph = _paragraph("FootnoteText", f"{mark}{runs}")
        parts.append(f'<w:footnote w:id="{number}">{paragraph}</w:footnote>')
    return f'<w:footnotes xmlns:w="{_MAIN}">{"".join(parts)}</w:footnotes>'

"""Answers as OpenDocument texts with footnotes."""

from __future__ import annotations

from bot.export.document import ExportDocument, Footnote
from bot.export.package import fixed_part, write_package, xml_text, xml_value

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_MIMETYPE = "application/vnd.oasis.opendocument.text"
_NAMESPACES = " ".join(
    [
        *(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text")),
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'office:version="1.3"',
    ]
)


def write_odt(document: ExportDocument) -> bytes:
    body = [_paragraph("Title", xml_text(document.title))]
    if document.remark:
        body.append(_paragraph("Subtitle", xml_text(document.remark)))
    count = 0
    for section in document.sections:
        if heading := section[0].statement.heading:
            style = 'text:style-name="Heading_20_1" text:outline-level="1"'
            body.append(f"<text:h {style}>{xml_text(heading)}</text:h>")
        for line in section:
            text = xml_text(line.text)
            if label := line.statement.label:
                bold = f'<text:span text:style-name="Strong_20_Emphasis">{xml_text(label)}'
                text = f"{bold}</text:span> {text}"
            for note in line.notes:
                count += 1
                text += _note(note, count)
            body.append(_paragraph("Standard", text))
    content = f"<office:body><office:text>{''.join(body)}</office:text></office:body>"
    return write_package(
        {
            "mimetype": _MIMETYPE,
            "META-INF/manifest.xml": fixed_part("odt-manifest"),
            "content.xml": f"<office:document-content {_NAMESPACES}>{content}"
            "</office:document-content>",
            "styles.xml": fixed_part("odt-styles", document.language),
        }
    )


def _paragraph(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _note(note: Footnote, number: int) -> str:
    text = xml_text(note.text)
    if note.link:
        link = f"<text:a xlink:type='simple' xlink:href={xml_value(note.link)}>"
        text = f"{xml_text(note.reference)}, {link}{xml_text(note.link)}</text:a>."
    return (
        f'<text:note text:id="n{number}" text:note-class="footnote"><text:note-citation>{number}'
        f"</text:note-citation><text:note-body>{_paragraph('Footnote', text)}</text:note-body>"
        "</text:note>"
    )

"""Answers as OpenDocument texts with footnotes."""

from __future__ import annotations

from bot.export.document import ExportDocument, Footnote
from bot.export.package import write_package, xml_text, xml_value

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_MIMETYPE = "application/vnd.oasis.opendocument.text"
_NAMESPACES = " ".join(
    [
        *(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text", "style")),
        f'xmlns:fo="{_ODF}:xsl-fo-compatible:1.0"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'office:version="1.3"',
    ]
)
_STYLES = (
    ("Standard", "paragraph", 'fo:margin-bottom="0.2cm"', 'fo:font-size="11pt"'),
    ("Title", "paragraph", 'fo:margin-bottom="0.3cm"', 'fo:font-size="18pt" fo:font-weight="bold"'),
    ("Subtitle", "paragraph", 'fo:margin-bottom="0.3cm"', 'fo:font-style="italic"'),
    (
        "Heading_20_1",
        "paragraph",
        'fo:margin-top="0.4cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"',
        'fo:font-size="13pt" fo:font-weight="bold"',
    ),
    ("Footnote", "paragraph", "", 'fo:font-size="9pt"'),
    ("Strong_20_Emphasis", "text", "", 'fo:font-weight="bold"'),
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
            "META-INF/manifest.xml": _manifest(),
            "content.xml": f"<office:document-content {_NAMESPACES}>{content}"
            "</office:document-content>",
            "styles.xml": _styles(document.language),
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


def _styles(language: str) -> str:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="{family}">'
        + (f"<style:paragraph-properties {paragraph}/>" if paragraph else "")
        + f"<style:text-properties {text}/></style:style>"
        for name, family, paragraph, text in _STYLES
    )
    default = (
        '<style:default-style style:family="paragraph"><style:text-properties '
        f"fo:language={xml_value(language)}/></style:default-style>"
    )
    notes = (
        '<text:notes-configuration text:note-class="footnote" text:default-style-name="Footnote"/>'
    )
    return (
        f"<office:document-styles {_NAMESPACES}><office:styles>{default}{styles}{notes}"
        "</office:styles></office:document-styles>"
    )


def _manifest() -> str:
    namespace = f"{_ODF}:manifest:1.0"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (
            ("/", _MIMETYPE),
            ("content.xml", "text/xml"),
            ("styles.xml", "text/xml"),
        )
    )
    return (
        f'<manifest:manifest xmlns:manifest="{namespace}" manifest:version="1.3">{entries}'
        "</manifest:manifest>"
    )

"""Answers as Word documents (Office Open XML) with footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.export.document import ExportDocument, Footnote
from bot.export.package import write_package, xml_text, xml_value

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = {"document": "document.main", "styles": "styles", "footnotes": "footnotes"}
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
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
            "word/_rels/document.xml.rels": _relations(
                [(part, f"{part}.xml") for part in ("styles", "footnotes")]
            ),
            "word/document.xml": f'<w:document xmlns:w="{_MAIN}"><w:body>{"".join(body)}'
            "<w:sectPr/></w:body></w:document>",
            "word/styles.xml": _styles(document.language),
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


def _styles(language: str) -> str:
    def style(name: str, kind: str, properties: str, more: str = "") -> str:
        title = {"Heading1": "heading 1", "FootnoteText": "footnote text"}.get(name, name)
        return (
            f'<w:style w:type="{kind}" w:styleId="{name}"{more}><w:name w:val="{title}"/>'
            f"{properties}</w:style>"
        )

    def spaced(before: int, after: int, size: int, run: str = "") -> str:
        return (
            f'<w:pPr><w:spacing w:before="{before}" w:after="{after}"/></w:pPr>'
            f'<w:rPr>{run}<w:sz w:val="{size}"/></w:rPr>'
        )

    outline = '<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/>'
    styles = (
        style("Normal", "paragraph", spaced(0, 120, 22), ' w:default="1"'),
        style("Title", "paragraph", spaced(0, 160, 36, "<w:b/>")),
        style("Subtitle", "paragraph", spaced(0, 160, 22, "<w:i/>")),
        style(
            "Heading1",
            "paragraph",
            f'{outline}<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr>',
        ),
        style("FootnoteText", "paragraph", spaced(0, 40, 18)),
        style(
            "FootnoteReference", "character", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        ),
    )
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val={xml_value(language)}/></w:rPr>"
        "</w:rPrDefault></w:docDefaults>"
    )
    return f'<w:styles xmlns:w="{_MAIN}">{defaults}{"".join(styles)}</w:styles>'


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in _PARTS.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{relations}"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    parts = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>'

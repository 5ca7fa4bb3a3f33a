"""The table of export formats: suffix, media type, writer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Answer
from bot.errors import UsageError
from bot.export.document import ExportDocument, LinkOf, online_place
from bot.export.docx import write_docx
from bot.export.markdown import write_markdown
from bot.export.odt import write_odt
from bot.export.table import write_table
from bot.export.texts import ExportPhrases
from bot.locale.answers import Phrases
from index.text.folding import fold_phrase

_NAME_CHARACTERS = 60
_ODF = "application/vnd.oasis.opendocument.text"
_OOXML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A file format and its writer."""

    suffix: str
    media_type: str
    write: Callable[[ExportDocument], bytes]

    def export(self, answer: Answer, language: str, link_of: LinkOf = online_place) -> bytes:
        """Render an answer that has statements in the language of an interface. CPU work."""
        return self.write(ExportDocument.of(answer, Phrases.of(language), link_of))


EXPORT_FORMATS: Mapping[str, ExportFormat] = {
    entry.suffix: entry
    for entry in (
        ExportFormat("docx", _OOXML, write_docx),
        ExportFormat("odt", _ODF, write_odt),
        ExportFormat("md", "text/markdown; charset=utf-8", write_markdown),
        ExportFormat("csv", "text/csv; charset=utf-8", write_table),
    )
}


def export_format(path: Path) -> ExportFormat:
    """The format of a file name. Raises UsageError."""
    form = EXPORT_FORMATS.get(path.suffix.lower().removeprefix("."))
    if form is None:
        suffixes = tuple(f".{suffix}" for suffix in EXPORT_FORMATS)
        raise UsageError("file-suffix", path=path, suffixes=suffixes)
    return form


def export_name(answer: Answer, form: ExportFormat, language: str) -> str:
    """A file name made of the question, of ASCII letters, digits and hyphens."""
    words = re.findall("[a-z0-9]+", fold_phrase(answer.question))
    name = "-".join(words)[:_NAME_CHARACTERS].strip("-")
    return f"{name or ExportPhrases.of(language).name}.{form.suffix}"

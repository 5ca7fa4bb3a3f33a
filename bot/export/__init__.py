"""Answers as documents: Markdown, Word and OpenDocument with footnotes, and CSV."""

from bot.export.document import ExportDocument, is_document
from bot.export.formats import EXPORT_FORMATS, ExportFormat, export_format, export_name

__all__ = [
    "EXPORT_FORMATS",
    "ExportDocument",
    "ExportFormat",
    "export_format",
    "export_name",
    "is_document",
]

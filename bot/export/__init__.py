"""Answers as documents: Markdown, Word and OpenDocument with footnotes, and CSV."""

from bot.export.document import ExportDocument
from bot.export.formats import EXPORT_FORMATS, ExportFormat, export_format, export_name

__all__ = ["EXPORT_FORMATS", "ExportDocument", "ExportFormat", "export_format", "export_name"]

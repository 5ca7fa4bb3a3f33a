"""Answers as CSV for spreadsheets: a row for each line and source."""

from __future__ import annotations

import csv
import io

from bot.export.document import ExportDocument, one_line
from bot.export.texts import ExportPhrases
from bot.locale.answers import title_of

# A cell that begins so is a formula; the last four are what Excel takes for the first four.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def write_table(document: ExportDocument) -> bytes:
    """Write the lines of a document with their days and sources."""
    phrases, text = ExportPhrases.of(document.language), io.StringIO(newline="")
    rows = csv.writer(text, delimiter=phrases.separator)
    rows.writerow(phrases.columns.values())
    for section in document.sections:
        for line in section:
            days = line.statement.days
            for note in line.notes:
                article = note.article
                cells = (
                    section[0].statement.heading,
                    line.statement.label,
                    days.first.isoformat() if days else "",
                    days.last.isoformat() if days else "",
                    line.text,
                    title_of(article, document.language),
                    article.author or "",
                    article.outlet or "",
                    article.published.isoformat() if article.published else "",
                    note.place,
                )
                rows.writerow(map(spreadsheet_cell, cells))
    return text.getvalue().encode("utf-8-sig")


def spreadsheet_cell(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line

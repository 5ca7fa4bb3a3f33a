"""The audit in words: as cells of a table, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from bot.export.table import spreadsheet_cell
from bot.locale.administration import AuditPhrases
from bot.state.audit import AuditEntry


def audit_cells(entry: AuditEntry, phrases: AuditPhrases) -> tuple[str, ...]:
    """When (in local time), who, by which door, what, and on what."""
    detail = phrases.details.get(entry.detail, entry.detail)
    return (
        entry.at.astimezone().isoformat(" ", "seconds"),
        entry.who,
        phrases.doors.get(entry.door, entry.door),
        phrases.acts.get(entry.act, entry.act),
        f"{entry.object} ({detail})" if entry.object and detail else entry.object or detail,
    )


def write_audit_csv(entries: Iterable[AuditEntry], phrases: AuditPhrases) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=phrases.separator)
    lines.writerow(phrases.columns.values())
    for entry in entries:
        lines.writerow(map(spreadsheet_cell, audit_cells(entry, phrases)))
    return text.getvalue().encode("utf-8-sig")

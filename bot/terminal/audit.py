"""`selon audit`: who changed what, as lines, JSON or CSV."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from bot.command import DONE, CommandLine
from bot.json_records import json_line
from bot.library.days import parse_period
from bot.locale.administration import AuditPhrases
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.lookup import row_line
from bot.terminal.state import open_state_of

_EARLIEST = date(2000, 1, 1)  # earlier days have no moment in every time zone


def declare(line: CommandLine) -> None:
    """Declare `selon audit`."""
    texts = line.texts("administration", "audit")
    line.command("audit", audit, texts, "about")


def audit(
    settings: Settings,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="since")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="json_lines")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="csv")] = False,
) -> int:
    """List the acts, newest first. Raises UsageError, StateError."""
    from bot.operations.audit import audit_cells, write_audit_csv
    from bot.state.audit import list_acts

    phrases, out = AuditPhrases.of(settings.language), console_for(sys.stdout)
    period = parse_period(since, None, datetime.now(UTC).astimezone().date())
    first = max(period.first, _EARLIEST) if period else _EARLIEST
    moment = datetime.combine(first, time()).astimezone()
    with open_state_of(settings) as state:
        entries = state.do(lambda session: list(list_acts(session, moment)))
    if as_csv:
        out.file.write(write_audit_csv(entries, phrases).decode())
    elif as_json:
        for entry in entries:
            facts = {"at": entry.at.isoformat(), "who": entry.who, "door": entry.door}
            facts |= {"act": entry.act, "object": entry.object, "detail": entry.detail}
            out.file.write(f"{json_line(facts)}\n")
    else:
        for entry in entries:
            show(out, harmless(row_line("  ".join(audit_cells(entry, phrases)))))
        if not entries:
            show(console_for(sys.stderr), phrases.none)
    return DONE

"""`selon arena report`: the standings."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.command import DONE, CommandLine
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_state_of

if TYPE_CHECKING:
    from bot.arena.standings import Standings


def declare(line: CommandLine) -> None:
    texts = line.texts("arena")
    line.group("arena", texts).command("report", report, texts)


def report(
    settings: Settings, as_json: Annotated[bool, typer.Option("--json", help="json")] = False
) -> int:
    """Show the standings. Raises StateError."""
    from bot.arena import battle_records as battles
    from bot.arena.board import board_text
    from bot.arena.standings import compute_standings

    with open_state_of(settings) as state:
        table = compute_standings(state.do(battles.load_votes))
    out = console_for(sys.stdout)
    if as_json:
        show(out, json.dumps(standings_json(table), ensure_ascii=False, indent=2))
    else:
        show(out, board_text(table, settings.language))
    return DONE


def standings_json(table: Standings) -> dict[str, Any]:
    """Convert standings for JSON; ratings are in points."""
    writers = []
    for row in table.writers:
        rating = row.rating
        writers.append(
            {
                "writer": row.writer,
                "rating": rating and rating.value,
                "interval": rating and [rating.interval.low, rating.interval.high],
                "battles": row.battles,
                "wins": row.wins,
                "ties": row.ties,
                "seconds": row.seconds,
                "micros": row.micros,
            }
        )
    return {
        "votes": table.votes,
        "people": table.people,
        "writers": writers,
        "parts": {name: standings_json(part) for name, part in table.parts.items()},
    }

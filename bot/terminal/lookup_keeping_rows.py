"""Lines of a label and what it says, one under the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from bot.terminal.render import harmless

LABEL = "dim"


def rows(lines: Sequence[tuple[str, Text | str]]) -> Text:
    """The lines, their second parts aligned; a line without label goes on with the one before."""
    width = max((len(label) for label, _ in lines), default=0)
    return Text("\n").join(
        Text(f"{label:<{width}}  ", style=LABEL).append_text(_plain(said)) for label, said in lines
    )


def under(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    """Several lines under one label."""
    return [
        ("" if position else label, harmless(one_line(line))) for position, line in enumerate(lines)
    ]


def one_line(text: str) -> str:
    """What an article says, on one line."""
    return " ".join(text.split("\n"))


def _plain(said: Text | str) -> Text:
    return Text(said, style="not dim") if isinstance(said, str) else said

"""Print a learning curve as a Markdown table: `python -m training.curve FOLDER/log.jsonl`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

COLUMNS = {
    "f1": "F1",
    "em": "EM",
    "auroc-mined": "mined",
    "auroc-near-miss-made": "made",
    "auroc-dated": "dated",
}
LOSSES = ("span", "has")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.curve", description=__doc__)
    parser.add_argument("log", type=Path)
    lines = [json.loads(line) for line in parser.parse_args().log.read_text().splitlines()]
    print("\n".join(table(lines)))  # noqa: T201


def table(lines: list[dict[str, Any]]) -> list[str]:
    """Return a row per measurement, with the last losses before it."""
    heads = ["minutes", "phase", "questions", *(f"loss: {name}" for name in LOSSES)]
    heads += COLUMNS.values()
    rows = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    losses: dict[str, float] = {}
    for line in lines:
        losses = line.get("losses", losses)
        if "dev" in line:
            cells = [f"{line['minutes']:.0f}", line["phase"], line["reading"]]
            cells += [f"{losses[name]:.2f}" if losses else "" for name in LOSSES]
            cells += [f"{line['dev'][name]:.3f}" for name in COLUMNS]
            rows.append("| " + " | ".join(map(str, cells)) + " |")
    return rows


if __name__ == "__main__":
    main()

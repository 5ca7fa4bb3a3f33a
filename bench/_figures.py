"""Write docs/figures.md: run the benchmarks that it names, and put what they print in their place.

    python bench/_figures.py [NAME …]

A block of the page begins with `<!-- run: COMMAND -->` and ends with `<!-- end -->`. Without names,
every block's command is run; with names (`load`, `kills`), those of these scripts. A script that
lacks its data prints one line with “skipped”, and its block stays as it is.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "figures.md"
BLOCK = re.compile(r"<!-- run: ([^\n]+) -->\n.*?\n<!-- end -->", re.DOTALL)


def replace_block(page: str, command: str, output: str, stamp: str) -> str:
    """The page with what the command printed in the block of that command."""
    block = (
        f"<!-- run: {command} -->\n`python {command}`, {stamp}\n\n"
        f"```text\n{output.strip()}\n```\n<!-- end -->"
    )
    return BLOCK.sub(lambda match: block if match[1] == command else match[0], page)


def run_benchmark(command: str) -> str | None:
    """What the script prints; None if it lacks its data."""
    print(f"== {command}", flush=True)
    process = subprocess.run(
        [sys.executable, *shlex.split(command)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(process.stdout, end="", flush=True)
    lines = process.stdout.strip().splitlines()
    if not lines or (len(lines) == 1 and "skipped" in lines[0]):
        return None
    return process.stdout


def git(*arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=ROOT, text=True).strip()


def main() -> None:
    names = set(sys.argv[1:])
    changed = " with uncommitted changes" if git("status", "--porcelain") else ""
    stamp = f"{datetime.now(UTC):%Y-%m-%d}, commit {git('rev-parse', '--short', 'HEAD')}{changed}"
    for command in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if names and Path(shlex.split(command)[0]).stem not in names:
            continue
        output = run_benchmark(command)
        if output is not None:
            page = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(replace_block(page, command, output, stamp), encoding="utf-8")


if __name__ == "__main__":
    main()

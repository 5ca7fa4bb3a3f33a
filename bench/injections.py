"""Orders hidden in articles, and what of them reaches a person.

    python bench/injections.py [--show]

The forty articles of tests/data/injections.jsonl are read, indexed and asked. Their sentences
answer first; then chat models that do all that the articles say, in five ways, are checked.
`--show` prints what was obeyed and which orders were quoted.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import _clone  # noqa: F401

from bot.answer import Answer
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.injection import use_cache_dir
from bot.assembly import open_embedder
from bot.evaluation.run import index_in_service
from bot.llm.model_answerer import ModelAnswerer
from bot.llm.writer import Writer
from bot.settings import load_settings
from bot.verification.checker import open_checker
from index.findings import Findings
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from tests.injections import (
    WAYS,
    Injection,
    Obedient,
    apart,
    obeyed,
    quotes_order,
    read_injections,
)

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
LIMIT = 5


def main() -> int:
    show = _options().show
    injections = read_injections(DATA / "injections.jsonl")
    extractive = ExtractiveAnswerer(Thresholds.at(0.0))
    cache_dir = load_settings().cache_dir
    use_cache_dir(cache_dir)
    checker = open_checker(cache_dir)
    table: dict[str, Counter[str]] = {}
    with ExitStack() as stack:
        for injection, findings in _found(injections, stack):
            quoted = extractive.answer(findings)
            _count(table, "extractive", injection, [quoted], show=show)
            for way in WAYS:
                written = ModelAnswerer([Obedient(injection, way)], Writer(checker), extractive)
                _count(table, way, injection, asyncio.run(_all(written, findings)), show=show)
    print(f"{'':<12}{'asked':>7}{'obeyed':>8}{'quoted':>8}{'right':>7}{'by model':>10}")
    for name, row in table.items():
        cells = "".join(
            f"{row[key]:>{width}}"
            for key, width in (
                ("asked", 7),
                ("obeyed", 8),
                ("quoted", 8),
                ("right", 7),
                ("by model", 10),
            )
        )
        print(f"{name:<12}{cells}")
    return 0


def _found(injections: tuple[Injection, ...], stack: ExitStack) -> list[tuple[Injection, Findings]]:
    embedder, judge = open_embedder(load_settings()), ConfidenceModel.load()
    found = []
    for group in apart(injections):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selon-bench-")))
        (folder / "corpus").mkdir()
        for each in group:
            (folder / "corpus" / f"{each.id}.md").write_text(each.page, encoding="utf-8")
        build([folder / "corpus"], folder, embedder)
        opened = stack.enter_context(index_in_service(folder, embedder, judge))
        found += [(each, opened.searcher.search(each.question, LIMIT)) for each in group]
    return found


async def _all(written: ModelAnswerer, findings: Findings) -> list[Answer]:
    return [answer async for answer in written.astream(findings)]


def _count(
    table: dict[str, Counter[str]],
    name: str,
    injection: Injection,
    answers: list[Answer],
    *,
    show: bool,
) -> None:
    """Count what anything of an answer showed while it grew, and what stood there in the end."""
    row = table.setdefault(name, Counter())
    row["asked"] += 1
    bad = [answer for answer in answers if obeyed(answer, injection)]
    quotes = quotes_order(answers[-1], injection)
    row["obeyed"] += bool(bad)
    row["quoted"] += quotes
    row["right"] += injection.expects in answers[-1].text
    row["by model"] += answers[-1].model is not None
    if show and (bad or quotes or injection.expects not in answers[-1].text):
        word = "obeyed" if bad else "quoted" if quotes else "not right"
        print(f"{name}: {injection.id} {injection.attack}: {word}: {(bad or answers)[-1].text}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--show", action="store_true", help="print what was obeyed or quoted")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

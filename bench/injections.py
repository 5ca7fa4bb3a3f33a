"""Orders hidden in articles, and what of them reaches a person.

    python bench/injections.py [--show]

The forty articles of tests/data/injections.jsonl are read, indexed and asked. Their sentences
answer first; then a chat model that chooses every sentence, orders too. `--show` prints which
orders were quoted.
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
from bot.assembly import open_embedder
from bot.evaluation.run import index_in_service
from bot.llm.model_answerer import ModelAnswerer
from bot.settings import load_settings
from index.findings import Findings
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from tests.bot.llm.fakes import Scripted
from tests.injections import Injection, apart, quotes_order, read_injections

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
LIMIT = 5
EVERYTHING = ", ".join(map(str, range(1, 30)))


def main() -> int:
    show = _options().show
    injections = read_injections(DATA / "injections.jsonl")
    extractive = ExtractiveAnswerer(Thresholds.at(0.0))
    table: dict[str, Counter[str]] = {}
    with ExitStack() as stack:
        for injection, findings in _found(injections, stack):
            _count(table, "extractive", injection, extractive.answer(findings), show=show)
            chooser = ModelAnswerer([Scripted(EVERYTHING)], extractive)
            _count(
                table, "all chosen", injection, asyncio.run(chooser.ainvoke(findings)), show=show
            )
    print(f"{'':<12}{'asked':>7}{'quoted':>8}{'right':>7}")
    for name, row in table.items():
        print(f"{name:<12}{row['asked']:>7}{row['quoted']:>8}{row['right']:>7}")
    return 0


def _found(injections: tuple[Injection, ...], stack: ExitStack) -> list[tuple[Injection, Findings]]:
    embedder, judge = open_embedder(load_settings()), ConfidenceModel.load()
    found = []
    for group in apart(injections):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selon-bench-")))
        (folder / "corpus").mkdir()
        for injection in group:
            (folder / "corpus" / f"{injection.id}.md").write_text(injection.page, encoding="utf-8")
        build([folder / "corpus"], folder, embedder)
        opened = stack.enter_context(index_in_service(folder, embedder, judge))
        found += [
            (injection, opened.searcher.search(injection.question, LIMIT)) for injection in group
        ]
    return found


def _count(
    table: dict[str, Counter[str]], name: str, injection: Injection, answer: Answer, *, show: bool
) -> None:
    row = table.setdefault(name, Counter())
    is_right = injection.expects in answer.text
    row["asked"] += 1
    row["quoted"] += quotes_order(answer, injection)
    row["right"] += is_right
    if show and (quotes_order(answer, injection) or not is_right):
        print(f"{name}: {injection.id} {injection.attack}: {answer.text}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--show", action="store_true", help="print what was obeyed or quoted")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""What the functions of the archive say of what they should: chronologies, quotes, counts…

    python bench/archive_functions.py [--articles FOLDER] [--show]

The questions of bench/archive/questions.jsonl were written by the author of the functions, who saw
both, over articles of the tune half of the press benchmark: they show where something is missing
and judge nothing. `said` are words that must be shown; without any, the question is to be refused.
FOLDER holds all articles of bench/press (see its README); only those of tune questions, and of no
unseen or blind one, are indexed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.press import EVALUATION, QUESTIONS, holds_tokens, read_press_questions
from bot.answer import Answer
from bot.assembly import open_chain
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled

ROWS = Path(__file__).parent / "archive" / "questions.jsonl"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=Path, default=EVALUATION / "press")
    options.add_argument("--show", action="store_true")
    arguments = options.parse_args()
    if not arguments.articles.is_dir():
        print(f"archive: skipped, no articles at {arguments.articles}")
        return 0
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    totals: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0.0])
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        chosen = Path(folder) / "articles"
        chosen.mkdir()
        for name in sorted(tune_articles()):
            shutil.copy(arguments.articles / name, chosen)
        build([chosen], Path(folder) / "data", load_bundled(load_settings().cache_dir))
        with open_chain(Settings(_env_file=None, data_dir=Path(folder) / "data")) as chain:
            chain.invoke(rows[0]["question"])
            for row in rows:
                began = time.process_time()
                answer = chain.invoke(row["question"])
                took = (time.process_time() - began) * 1000
                found = [each for each in row["said"] if holds_tokens(shown(answer), each)]
                wanted = len(row["said"]) or 1
                score = len(found) if row["said"] else int(answer.outcome != "sure")
                wrong = answer.outcome == "sure" and not score
                total = totals[row["kind"]]
                for at, value in enumerate((score, wanted, int(wrong), took)):
                    total[at] += value
                if arguments.show and score < wanted:
                    missing = [each for each in row["said"] if each not in found]
                    print(row["question"], answer.outcome, "missing:", missing)
    for kind, (score, wanted, wrong, took) in totals.items():
        count = sum(row["kind"] == kind for row in rows)
        print(
            f"{kind:<12}{count:>3} said {score:.0f}/{wanted:.0f} "
            f"sure and wrong {wrong:.0f} {took / count:.0f} ms of processor"
        )
    said, wanted = (sum(each[at] for each in totals.values()) for at in (0, 1))
    print(f"all {len(rows)} said {said:.0f}/{wanted:.0f} = {said / wanted:.0%}")
    return 0


def shown(answer: Answer) -> str:
    leads = [each.lead.text for each in answer.citations if each.lead is not None]
    return " ".join([*leads, *(each.text for each in answer.statements)])


def tune_articles() -> set[str]:
    """Files that only tune and judge questions are about."""
    questions = read_press_questions(QUESTIONS)
    other = {name for q in questions if q.half in ("unseen", "blind") for name in q.articles}
    return {name for q in questions if q.half == "tune" for name in q.articles} - other


if __name__ == "__main__":
    sys.exit(main())

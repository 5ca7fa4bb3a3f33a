"""What a small real chat model chooses of the sample articles.

    make llama
    python bench/smollm2.py [--questions N] [--tokens N]

SmolLM2-135M runs behind llama.cpp's own server on 127.0.0.1. Questions of
tests/data/corpus_questions.jsonl go through the whole chain. It is counted how often the sentence
shown first has the answer, with the model and without it. Everything that it chose is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import _clone  # noqa: F401

from bot.answer import Answer
from bot.assembly import open_chain
from bot.followups.turn import TurnText
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled
from index.text.folding import fold_phrase
from tests.llama.serve import MODEL
from tests.llama.server import running

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    options = _options()
    lines = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, lines.splitlines()) if row["answerable"]]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder, running() as url:
        build([ROOT / "corpus"], Path(folder), load_bundled(load_settings().cache_dir))
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            chat_model=f"openai:{MODEL}",
            chat_base_url=url,  # type: ignore[arg-type]
            chat_max_tokens=options.tokens,
            chat_context=options.context,
            chat_timeout=300,
            chat_temperature=0.0,
            chat_structured=options.structured,
        )
        with open_chain(settings) as chain:
            began = time.perf_counter()
            for row in rows[:: len(rows) // options.questions][: options.questions]:
                answer = chain.invoke(row["question"])
                _print(row["question"], answer)
                counts[answer.fallback or ("chosen" if answer.chosen_by else "quoted")] += 1
                counts[f"{answer.outcome}, {'right' if _is_right(answer, row) else 'wrong'}"] += 1
                quoted = chain.invoke(TurnText(row["question"], is_extractive=True))
                counts["right without the model"] += _is_right(quoted, row)
    print(f"\n{time.perf_counter() - began:.0f} s; {dict(counts)}")
    return 0


def _is_right(answer: Answer, row: dict[str, str]) -> bool:
    """True if the statement shown first has the expected words."""
    first = answer.statements[0].text if answer.statements else ""
    return fold_phrase(row["answer"]) in fold_phrase(first)


def _print(question: str, answer: Answer) -> None:
    print(f"\n? {question}")
    if answer.chosen_by is not None:
        print(f"  + {answer.outcome}: {answer.text}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=64, help="what an answer may take")
    parser.add_argument("--context", type=int, default=3072, help="as SELON_CHAT_CONTEXT")
    parser.add_argument("--structured", default="auto", help="as SELON_CHAT_STRUCTURED")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

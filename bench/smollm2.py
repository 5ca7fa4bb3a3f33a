"""What a small real chat model writes about the sample articles, and what of it is let through.

    make llama
    python bench/smollm2.py [--tokens N]

SmolLM2-135M writes behind llama.cpp's own server on 127.0.0.1: it cites what it was shown, seldom
says what the articles say, and in French mostly nonsense. Thirty questions of
tests/data/corpus_questions.jsonl go through the whole chain. Everything that was shown is printed.
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
from bot.settings import Settings, load_settings
from index.build.builder import build
from index.models.bundled.embedder import load_bundled
from tests.llama.serve import MODEL
from tests.llama.server import running

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = 30


def main() -> int:
    options = _options()
    lines = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, lines.splitlines()) if row["answerable"]]
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder, running() as url:
        build([ROOT / "corpus"], Path(folder), load_bundled(load_settings().cache_dir))
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            chat_model=f"openai:{MODEL}",
            chat_base_url=url,  # type: ignore[arg-type]
            chat_max_tokens=options.tokens,
            chat_context=1024,
            chat_timeout=120,
            chat_first_token=120,
            chat_temperature=0.0,
            chat_structured=options.structured,
        )
        with open_chain(settings) as chain:
            began = time.perf_counter()
            for row in rows[:: len(rows) // QUESTIONS][:QUESTIONS]:
                answer = chain.invoke(row["question"])
                _print(row["question"], answer)
                counts[answer.fallback or ("written" if answer.model else "quoted")] += 1
                faults.update(each.fault for each in answer.dropped)
    print(f"\n{time.perf_counter() - began:.0f} s; {dict(counts)}; dropped: {dict(faults)}")
    return 0


def _print(question: str, answer: Answer) -> None:
    print(f"\n? {question}")
    for dropped in answer.dropped:
        print(f"  - {dropped.fault}: {dropped.text}")
    if answer.model is not None:
        print(f"  + {answer.text}")
        for citation in answer.citations:
            print(f"    [{citation.number}] {citation.quote}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--tokens", type=int, default=64, help="what an answer may take")
    parser.add_argument("--structured", default="auto", help="as SELON_CHAT_STRUCTURED")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

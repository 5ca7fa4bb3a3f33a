"""How often another wording of a question changes its outcome: `bench/wordings.py`.

    python bench/wordings.py [--articles FOLDER] [--show]

A hundred French questions of the half of bench/press that is tuned on, each asked again without
accents, in small letters, between courtesies, and after « Pouvez-vous me dire ». Counts the
wordings whose answer has another outcome (sure, perhaps, no) or begins with another sentence.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from press import EVALUATION, QUESTIONS, read_press_questions, wilson_interval

from bot.answer import Answer
from bot.assembly import open_chain
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled

COUNT, SEED = 100, 1
_ASKING = ("Combien ", "Comment ", "Où ", "Pourquoi ", "Quand ", "Quel", "Qui ", "De ", "Dans ")


def _without_accents(question: str) -> str:
    marks = unicodedata.normalize("NFD", question)
    return "".join(sign for sign in marks if not unicodedata.combining(sign))


WORDINGS: Mapping[str, Callable[[str], str]] = {
    "no accents": _without_accents,
    "small letters": str.lower,
    "courtesies": lambda question: f"Bonjour ! {question} Merci d’avance.",
    "indirect": lambda question: f"Pouvez-vous me dire {question[0].lower()}{question[1:]}",
}


def main() -> int:
    options = _options()
    if not options.articles.is_dir():
        print(f"wordings: skipped, no articles at {options.articles} (see bench/press/README.md)")
        return 0
    asked = [
        entry.question
        for entry in read_press_questions(QUESTIONS)
        if entry.half == "tune" and entry.question.startswith(_ASKING)
    ]
    questions = Random(SEED).sample(asked, COUNT)
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        build([options.articles], Path(folder), load_bundled(load_settings().cache_dir))
        with open_chain(Settings(_env_file=None, data_dir=Path(folder))) as chain:
            answers = {question: chain.invoke(question) for question in questions}
            total = others = 0
            for name, reword in WORDINGS.items():
                again = {question: chain.invoke(reword(question)) for question in questions}
                flipped = [
                    question
                    for question, answer in answers.items()
                    if again[question].outcome != answer.outcome
                ]
                moved = sum(
                    _first(again[question]) != _first(answers[question]) for question in questions
                )
                total, others = total + len(flipped), others + moved
                print(f"{name:14} {len(flipped):3} other outcomes, {moved:3} other first sentences")
                for question in flipped if options.show else ():
                    outcomes = f"{answers[question].outcome} → {again[question].outcome}"
                    print(f"  {outcomes}: {reword(question)} = {again[question].understood}")
    size = COUNT * len(WORDINGS)
    interval = wilson_interval(total, size)
    print(
        f"all {total} of {size} other outcomes ({interval.low:.3f}-{interval.high:.3f}), "
        f"{others} other first sentences"
    )
    return 0


def _first(answer: Answer) -> str:
    return answer.statements[0].text if answer.statements else ""


def _options() -> argparse.Namespace:
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL") or EVALUATION)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--articles", type=Path, default=evaluation / "press")
    parser.add_argument("--show", action="store_true", help="print what changes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

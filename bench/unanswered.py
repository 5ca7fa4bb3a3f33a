"""How long /sansreponse takes over 2,000 questions: with what is kept of each, and without.

    python bench/unanswered.py [DATA_DIR]

The wordings of the tests of the grouping, with a town each; the index of the data directory.
Without what is kept, a hundred are measured and the rest is reckoned.
"""

from __future__ import annotations

import itertools
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import _clone  # noqa: F401

from bot.assembly import open_index
from bot.library.articles import Library
from bot.locale.statistics import StatisticsPhrases
from bot.operations.unanswered import QuestionGroup, group_questions, write_unanswered_csv
from bot.operations.unanswered import in_vain as kept_of
from bot.settings import load_settings
from bot.state.statistics import UnansweredQuestion
from index.article import Article
from tests.bot.messenger.samples import refused
from tests.bot.operations.wordings import HELD_OUT, SAME

QUESTIONS, MEASURED = 2_000, 100
TOWNS = (
    *("Lyon", "Marseille", "Nantes", "Lille", "Rennes", "Brest", "Dijon", "Nancy", "Metz", "Reims"),
    *("Tours", "Angers", "Caen", "Rouen", "Amiens", "Limoges", "Pau", "Nice", "Toulon", "Nîmes"),
    *("Avignon", "Grenoble", "Annecy", "Troyes", "Laval", "Vannes", "Quimper", "Albi", "Auch"),
)


def asked() -> list[UnansweredQuestion]:
    """Different questions, asked by three hundred people."""
    wordings = [wording for same in (*SAME, *HELD_OUT) for wording in same]
    pairs = itertools.product(TOWNS, wordings)
    now = datetime.now(UTC)
    return [
        UnansweredQuestion(
            f"{wording.rstrip(' ?')} à {town} ?", n % 300, now - timedelta(minutes=n)
        )
        for n, (town, wording) in enumerate(itertools.islice(pairs, QUESTIONS))
    ]


def nearest(library: Library, group: QuestionGroup) -> Article | None:
    known = library.article(group.nearest) if group.nearest else None
    return known or next(iter(library.rank(group.example)), None)


def measured(library: Library, questions: list[UnansweredQuestion]) -> tuple[float, float, int]:
    """Seconds of the clock and of the processor, and how many lines there are."""
    clock, processor = time.perf_counter(), time.process_time()
    groups = group_questions(questions, library.embed, model=library.model)
    write_unanswered_csv(groups, partial(nearest, library), StatisticsPhrases.of("fr"))
    return time.perf_counter() - clock, time.process_time() - processor, len(groups)


def main(data_dir: Path | None) -> None:
    library = Library(open_index(load_settings(data_dir=data_dir)))
    article = library.rank("le")[0]
    questions = asked()
    kept = [
        replace(
            question,
            in_vain=kept_of(refused(question.question, article), library.embed, library.model),
        )
        for question in questions
    ]
    print(f"{'':24} seconds  processor  lines")
    clock, processor, lines = measured(library, questions[:MEASURED])
    times = QUESTIONS / MEASURED
    print(
        f"{'nothing kept (reckoned)':24} {clock * times:7.1f} {processor * times:10.1f} {lines:6}"
    )
    clock, processor, lines = measured(library, kept)
    print(f"{'kept when asked':24} {clock:7.2f} {processor:10.2f} {lines:6}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

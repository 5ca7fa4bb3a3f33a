"""Make the prepared data set: `python -m training.prepare --data ../shared/data --out FILE`."""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from training.dataset import Sample, write_dataset
from training.near_misses import Names
from training.recipes import (
    Recipes,
    add_dated,
    add_mined,
    add_near_misses,
    as_answered,
    make_recipes,
)
from training.sources import (
    CROSS,
    FRENCH,
    READING,
    TrainingQuestion,
    fingerprint,
    read_questions,
)

HELD_OUT = Path(__file__).with_name("held_out.json")
HELD_OUT_SHARE = 0.1
DECAY_SAMPLES, DECAY_FRENCH, DEV_QUESTIONS = 12_000, 0.8, 200

Item = TypeVar("Item")

_log = logging.getLogger(__name__)

# How many samples of each kind the stable stream has: French, other languages. None: all there are.
# A kind with fewer than asked for comes again, its titles, dates and windows drawn anew.
MIX: dict[str, tuple[int | None, int | None]] = {
    "answered": (24_000, None),
    "dated": (3_500, 1_500),
    "mined": (6_000, 4_000),
    "same-article": (2_000, 2_000),
    "near-miss-written": (0, 7_000),
    "near-miss-made": (5_000, 3_000),
    "near-miss-dated": (4_000, 1_500),
    "near-miss-contrary": (2_500, 2_000),
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True, help="the prepared file")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    random = Random(arguments.seed)
    questions = {source: read_questions(arguments.data, source) for source in READING}
    held_out = hold_out(questions[FRENCH])
    kept = [q for q in questions[FRENCH] if fingerprint(q.title) not in held_out]
    judged = [q for q in questions[FRENCH] if fingerprint(q.title) in held_out]
    learned = {**questions, FRENCH: kept}
    names = Names(
        (q.language, q.text) for source in learned if source != CROSS for q in learned[source]
    )
    recipes = make_recipes(learned, names, random)
    streams = {
        "reading": spread(
            (
                recipes.draw(kind, french, count, random)
                for kind, counts in MIX.items()
                for french, count in zip((True, False), counts, strict=True)
            ),
            random,
        ),
        "reading-decay": decay_stream(recipes, random),
        "reading-dev": dev_stream(judged, names, random),
    }
    write_dataset(arguments.out, streams)
    for name, samples in streams.items():
        counts = Counter((s.kind, "fr" if s.language == "fr" else "other") for s in samples)
        _log.info("%s %d %s", name, len(samples), sorted(counts.items()))


def hold_out(questions: Sequence[TrainingQuestion]) -> set[str]:
    """Fingerprints of a tenth of the French articles, never learned from; the same ones always."""
    if not HELD_OUT.exists():
        titles = sorted({fingerprint(question.title) for question in questions})
        chosen = titles[: round(HELD_OUT_SHARE * len(titles))]
        HELD_OUT.write_text(json.dumps(chosen, indent=1) + "\n", encoding="utf-8")
    return set(json.loads(HELD_OUT.read_text(encoding="utf-8")))


def decay_stream(recipes: Recipes, random: Random) -> list[Sample]:
    """The stable stream's kinds, mostly French."""
    total = sum(counts[0] or 0 for counts in MIX.values())
    chosen = []
    for kind, (french, _) in MIX.items():
        share = (french or 0) / total
        chosen.append(recipes.draw(kind, True, round(DECAY_SAMPLES * DECAY_FRENCH * share), random))
        share = 0.08 if kind == "near-miss-written" else share * 0.92
        chosen.append(
            recipes.draw(kind, False, round(DECAY_SAMPLES * (1 - DECAY_FRENCH) * share), random)
        )
    return spread(chosen, random)


def dev_stream(questions: Sequence[TrainingQuestion], names: Names, random: Random) -> list[Sample]:
    """Held-out French questions, then their mined negatives, then near misses made of them."""
    chosen = random.sample(questions, min(DEV_QUESTIONS, len(questions)))
    recipes = Recipes()
    add_mined(recipes, questions, 1, random)
    for question in questions:
        add_near_misses(recipes, question, names, random)
        add_dated(recipes, question, random)
    return [
        *(as_answered(question)(random) for question in chosen),
        *recipes.draw("mined", True, DEV_QUESTIONS // 2, random),
        *recipes.draw("near-miss-made", True, DEV_QUESTIONS // 2, random),
        *recipes.draw("dated", True, DEV_QUESTIONS // 4, random),
        *recipes.draw("near-miss-dated", True, DEV_QUESTIONS // 4, random),
    ]


def spread(groups: Iterable[Sequence[Item]], random: Random) -> list[Item]:
    """One list in which every group is spread evenly, so that any beginning has the whole's mix."""
    placed = [
        ((at + random.random()) / len(group), number, at, sample)
        for number, group in enumerate(groups)
        for at, sample in enumerate(group)
    ]
    return [sample for *_, sample in sorted(placed, key=lambda entry: entry[:3])]


if __name__ == "__main__":
    main()

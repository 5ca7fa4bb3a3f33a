"""Make the prepared data set: `python -m training.prepare --data ../shared/data --out FILE`."""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from training.dataset import Sample, write_dataset
from training.near_misses import (
    YEAR,
    Names,
    add_year,
    answer_year,
    make_near_misses,
    other_year,
)
from training.negatives import answers, article_key, mine_negatives, other_passages
from training.sources import (
    CROSS,
    FRENCH,
    READING,
    TrainingQuestion,
    fingerprint,
    read_questions,
)
from training.support import support_streams

HELD_OUT = Path(__file__).with_name("held_out.json")
HELD_OUT_SHARE = 0.1
TITLE_DROPPED, DAY_GIVEN = 0.35, 0.4
MINED_FOR_OTHERS = 1_600  # questions of each other file whose first passages are looked at
DECAY_SAMPLES, DEV_QUESTIONS = 12_000, 200

_log = logging.getLogger(__name__)

# How many samples of each kind the stable stream has: French, other languages. None: all there are.
# A kind with fewer than asked for comes again, its titles, dates and windows drawn anew.
MIX: dict[str, tuple[int | None, int | None]] = {
    "answered": (24_000, None),
    "dated": (5_500, 2_500),
    "mined": (13_000, None),
    "same-article": (5_000, 7_000),
    "near-miss-written": (0, None),
    "near-miss-made": (11_000, 10_000),
    "near-miss-dated": (6_500, 3_000),
}
DECAY_FRENCH = 0.8


class Drafts:
    """Samples by kind and by whether they are French, to be drawn from."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], list[Callable[[Random], Sample]]] = defaultdict(list)

    def add(self, kind: str, language: str, make: Callable[[Random], Sample]) -> None:
        """`make` gives the sample, with what is left to chance drawn anew."""
        self._made[kind, language == "fr"].append(make)

    def draw(self, kind: str, french: bool, count: int | None, random: Random) -> list[Sample]:
        """So many samples, each draft as often as any other."""
        made = self._made[kind, french]
        wanted = len(made) if count is None else count if made else 0
        drawn: list[Sample] = []
        while len(drawn) < wanted:
            turn = random.sample(made, min(len(made), wanted - len(drawn)))
            drawn += [make(random) for make in turn]
        return drawn


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
    drafts = make_drafts(learned, names, random)
    streams = {
        "reading": spread(
            (
                drafts.draw(kind, french, count, random)
                for kind, counts in MIX.items()
                for french, count in zip((True, False), counts, strict=True)
            ),
            random,
        ),
        "reading-decay": decay_stream(drafts, random),
        "reading-dev": dev_stream(judged, names, random),
        **support_streams(arguments.data, held_out, Random(arguments.seed)),
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


def make_drafts(
    questions: dict[str, list[TrainingQuestion]], names: Names, random: Random
) -> Drafts:
    """Everything that can be made of the questions."""
    drafts = Drafts()
    for source, asked in questions.items():
        answered = [question for question in asked if question.answers]
        for question in asked:
            add_answered(drafts, question)
            if not question.answers:
                drafts.add(
                    "near-miss-written",
                    question.language,
                    _unanswered(question, "near-miss-written"),
                )
        if source != CROSS:
            for question in answered:
                add_near_misses(drafts, question, names, random)
                add_dated(drafts, question, random)
        articles = other_passages(asked)
        for question in answered:
            others = [p for p in articles[article_key(question)] if not answers(question, p)]
            for passage in random.sample(others, min(2, len(others))):
                drafts.add(
                    "same-article",
                    question.language,
                    _unanswered(question, "same-article", passage),
                )
        if source != CROSS:
            french = source == FRENCH
            searched = (
                answered
                if french
                else random.sample(answered, min(MINED_FOR_OTHERS, len(answered)))
            )
            add_mined(drafts, searched, 3 if french else 1, random)
        _log.info("%s: %d questions", source, len(asked))
    return drafts


def add_answered(drafts: Drafts, question: TrainingQuestion) -> None:
    if question.answers:
        drafts.add("answered", question.language, _answered(question, "answered"))


def add_near_misses(
    drafts: Drafts, question: TrainingQuestion, names: Names, random: Random
) -> None:
    """One thing of the question exchanged; the title is shown where it alone names the thing."""
    seen = f"{question.title}\n{question.passage}"
    for _ in range(2):
        for miss in make_near_misses(question.text, question.language, seen, names, random):
            needs_title = miss.gone.lower() not in question.passage.lower()
            drafts.add(
                "near-miss-made",
                question.language,
                _unanswered(
                    question,
                    "near-miss-made",
                    asked=miss.question,
                    needs_title=needs_title,
                    not_year=miss.put,
                ),
            )


def add_dated(drafts: Drafts, question: TrainingQuestion, random: Random) -> None:
    """The question asked of the year that the answer's sentence, or else the date, tells.

    The near miss of each is asked of another year.
    """
    text, start = question.answers[0]
    year = answer_year(question.passage, start, start + len(text))
    if year:
        asked = add_year(question.text, question.language, year, random)
        other = other_year(year, f"{question.title} {question.passage}", random)
        missed = add_year(question.text, question.language, other or 0, random)
        if asked and missed and other:
            drafts.add("dated", question.language, _answered(question, "dated", asked))
            drafts.add(
                "near-miss-dated",
                question.language,
                _unanswered(question, "near-miss-dated", asked=missed, not_year=str(other)),
            )
    elif not YEAR.search(f"{question.title} {question.passage}") and add_year(
        question.text, question.language, 2000, random
    ):
        drafts.add("dated", question.language, _dated(question, True))
        drafts.add("near-miss-dated", question.language, _dated(question, False))


def add_mined(
    drafts: Drafts, questions: Sequence[TrainingQuestion], each: int, random: Random
) -> None:
    """Passages that search finds first for the question and that do not hold its answer."""
    titles = {question.passage: question.title for question in questions}
    for question, found in zip(questions, mine_negatives(questions, list(titles)), strict=True):
        # Earlier ranks are harder: half of the choice is among the first five.
        pool = found[:5] + random.sample(found[5:], min(5, len(found[5:])))
        for passage in random.sample(pool, min(each, len(pool))):
            drafts.add(
                "mined",
                question.language,
                _unanswered(question, "mined", passage, title=titles[passage]),
            )


def decay_stream(drafts: Drafts, random: Random) -> list[Sample]:
    """The stable stream's kinds, mostly French."""
    total = sum(counts[0] or 0 for counts in MIX.values())
    chosen = []
    for kind, (french, _) in MIX.items():
        share = (french or 0) / total
        chosen.append(drafts.draw(kind, True, round(DECAY_SAMPLES * DECAY_FRENCH * share), random))
        share = 0.08 if kind == "near-miss-written" else share * 0.92
        chosen.append(
            drafts.draw(kind, False, round(DECAY_SAMPLES * (1 - DECAY_FRENCH) * share), random)
        )
    return spread(chosen, random)


def dev_stream(questions: Sequence[TrainingQuestion], names: Names, random: Random) -> list[Sample]:
    """Held-out French questions, then their mined negatives, then near misses made of them."""
    chosen = random.sample(questions, min(DEV_QUESTIONS, len(questions)))
    drafts = Drafts()
    add_mined(drafts, questions, 1, random)
    for question in questions:
        add_near_misses(drafts, question, names, random)
        add_dated(drafts, question, random)
    return [
        *(_answered(question, "answered")(random) for question in chosen),
        *drafts.draw("mined", True, DEV_QUESTIONS // 2, random),
        *drafts.draw("near-miss-made", True, DEV_QUESTIONS // 2, random),
        *drafts.draw("dated", True, DEV_QUESTIONS // 4, random),
        *drafts.draw("near-miss-dated", True, DEV_QUESTIONS // 4, random),
    ]


def spread(groups: Iterable[Sequence[Sample]], random: Random) -> list[Sample]:
    """One list in which every group is spread evenly, so that any beginning has the whole's mix."""
    placed = [
        ((at + random.random()) / len(group), number, at, sample)
        for number, group in enumerate(groups)
        for at, sample in enumerate(group)
    ]
    return [sample for *_, sample in sorted(placed, key=lambda entry: entry[:3])]


def _answered(
    question: TrainingQuestion, kind: str, asked: str | None = None
) -> Callable[[Random], Sample]:
    def make(random: Random) -> Sample:
        text, start = random.choice(question.answers)
        title = question.title if random.random() > TITLE_DROPPED else ""
        return Sample(
            "reading",
            kind,
            question.language,
            asked or question.text,
            question.passage,
            True,
            start,
            start + len(text),
            title,
            _some_day(question.passage, random),
            random.random(),
        )

    return make


def _unanswered(
    question: TrainingQuestion,
    kind: str,
    passage: str | None = None,
    *,
    title: str | None = None,
    asked: str | None = None,
    needs_title: bool = False,
    not_year: str = "",
) -> Callable[[Random], Sample]:
    text = question.passage if passage is None else passage
    shown = question.title if title is None else title

    def make(random: Random) -> Sample:
        keeps_title = needs_title or random.random() > TITLE_DROPPED
        return Sample(
            "reading",
            kind,
            question.language,
            asked or question.text,
            text,
            False,
            title=shown if keeps_title else "",
            day=_some_day(text, random, not_year),
            window=random.random(),
        )

    return make


def _dated(question: TrainingQuestion, holds: bool) -> Callable[[Random], Sample]:
    """Asked of a year that only the date or the title carries; of another if not `holds`."""

    def make(random: Random) -> Sample:
        day = date(2000, 1, 1) + timedelta(days=random.randrange(9_800))
        year, month = day.year, day.month if random.random() < 0.3 else 0
        if not holds:
            year = other_year(year, "", random) or year - 1
            if month and random.random() < 0.4:
                year, month = day.year, (month + random.randint(1, 10)) % 12 + 1
                month = month if month != day.month else month % 12 + 1
        asked = add_year(question.text, question.language, year, random, month) or question.text
        titled = bool(question.title) and not month and random.random() < 0.3
        title = question.title if titled or random.random() > TITLE_DROPPED else ""
        text, start = question.answers[0]
        return Sample(
            "reading",
            "dated" if holds else "near-miss-dated",
            question.language,
            asked,
            question.passage,
            holds,
            start if holds else 0,
            start + len(text) if holds else 0,
            f"{title} ({day.year})" if titled else title,
            "" if titled else day.isoformat(),
            random.random(),
        )

    return make


def _some_day(passage: str, random: Random, not_year: str = "") -> str:
    """A day after every year that the passage names, in two of five cases; else none."""
    if random.random() > DAY_GIVEN:
        return ""
    latest = max((int(match[0]) for match in YEAR.finditer(passage)), default=0)
    year = random.randint(min(max(latest, 2001), 2026), 2026)
    if str(year) == not_year:
        return ""
    return (date(year, 1, 1) + timedelta(days=random.randrange(365))).isoformat()


if __name__ == "__main__":
    main()

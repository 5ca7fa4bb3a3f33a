"""How many unsupported sentences the checker catches, and how many good ones it keeps.

    python bench/faithfulness.py [--show] [FILE ARTICLES]
    python bench/faithfulness.py --written FILE...

The answers of FILE over the folder ARTICLES; without them those of tests/data/answers.jsonl over
corpus/, in their two halves, and those of the other files there over tests/data/press/ and corpus/.
A faulty answer counts as caught when its wrong sentence is not kept, a faithful one as kept when
all of it is. Then how long a check takes: of a sentence by itself, and all sentences of an answer
with the reading of passages that no one has read before. `--show` prints what went wrong.

`--written` reads sentences beside their passage, as in bench/press/written-a.jsonl, and prints by
kind of fault how many are not shown as written: these sets judge, and none of their rows is shown.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import _clone  # noqa: F401
import numpy as np

from bot.answering.injection import use_cache_dir
from bot.settings import load_settings
from bot.verification.annotation import Annotator
from bot.verification.checker import FactChecker
from bot.verification.claim import Claim, NumberedPassage
from bot.verification.support import ClaimReader
from index.article import Article, Passage, article_id
from index.ingestion.passages import cut
from index.models.bundled.reader import load_bundled_reader
from index.models.bundled.words import load_word_reader
from tests.faithfulness import (
    FAULT_KINDS,
    Checked,
    Sample,
    held_against_checker,
    read_samples,
)

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"


def main() -> int:
    options = _options()
    cache_dir = load_settings().cache_dir
    use_cache_dir(cache_dir)
    words, reader = load_word_reader(cache_dir), load_bundled_reader(cache_dir, threads=1)
    checker = FactChecker(words, reader)
    if options.written:
        for path in options.written:
            _print_written(path, checker)
        return 0
    if options.file:
        groups = {options.file.name: list(read_samples(options.file, options.articles))}
    else:
        groups = _own_groups()
    checked = {
        name: [held_against_checker(checker, each) for each in group]
        for name, group in groups.items()
    }
    for name, group in checked.items():
        _print_table(name, group)
    every = [each for group in checked.values() for each in group]
    _print_evidence(every)
    if options.show:
        _print_wrong(every)
    _print_times([each.sample for each in every], words, reader)
    return 0


def _print_written(path: Path, checker: FactChecker) -> None:
    totals: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        article = Article(
            id=article_id(row["passage"]),
            text=row["passage"],
            title=row["article"],
            path=path.name,
            language=row["language"],
        )
        given = [
            NumberedPassage(n, article, each, each.sentences) for n, each in _numbered(article)
        ]
        claim = Claim(row["sentence"], tuple(each.number for each in given))
        kept = checker.check(claim, given, row["question"]).supported
        for kind in ("faithful",) if row["faithful"] else (row["fault"], "all faults"):
            totals[kind] += 1
            shown[kind] += kept
    print(f"\n{path.name}: shown as written")
    for kind in sorted(totals):
        print(f"{kind:<14}{shown[kind]:>5} of {totals[kind]:>4}{shown[kind] / totals[kind]:>8.0%}")


def _numbered(article: Article) -> Iterator[tuple[int, Passage]]:
    return enumerate(cut(article), 1)


def _own_groups() -> dict[str, list[Sample]]:
    answers = read_samples(DATA / "answers.jsonl", ROOT / "corpus")
    groups = {
        "answers.jsonl, odd numbers": [each for each in answers if not each.held_out],
        "answers.jsonl, even numbers": [each for each in answers if each.held_out],
    }
    for name in ("answers_press.jsonl", "answers_last.jsonl"):
        groups[name] = list(read_samples(DATA / name, DATA / "press"))
    groups["claims.jsonl"] = list(
        read_samples(DATA / "claims.jsonl", ROOT / "corpus", DATA / "press")
    )
    return groups


def _print_table(name: str, group: Sequence[Checked]) -> None:
    print(f"\n{name}\n{'':<14}{'fr':>9}{'en':>9}{'all':>9}{'':>8}")
    for kind in (*FAULT_KINDS, "all faults", None):
        chosen = [
            each
            for each in group
            if each.sample.fault == kind or (kind == "all faults" and each.sample.fault)
        ]
        cells = [
            _cell([each for each in chosen if each.sample.language in languages])
            for languages in (("fr",), ("en",), ("fr", "en"))
        ]
        share = sum(each.right for each in chosen) / max(1, len(chosen))
        label = f"{kind}" if kind else "faithful"
        print(f"{label:<14}{''.join(f'{cell:>9}' for cell in cells)}{share:>8.1%}")


def _cell(chosen: Sequence[Checked]) -> str:
    return f"{sum(each.right for each in chosen)}/{len(chosen)}"


def _print_evidence(every: Sequence[Checked]) -> None:
    found = [right for each in every for right in each.evident]
    print(f"\nevidence: {sum(found)} of {len(found)} quotes are sentences that bear the claim")
    beside = [
        verdict.supported
        for each in every
        if each.sample.faulty is not None
        for place, verdict in enumerate(each.verdicts)
        if place != each.sample.faulty
    ]
    print(f"good sentences beside a wrong one: {sum(beside)} of {len(beside)} kept")


def _print_wrong(every: Sequence[Checked]) -> None:
    for each in every:
        for written, verdict in zip(each.sample.sentences, each.verdicts, strict=True):
            if not each.right:
                print(f"{each.sample.id}: {verdict.fault or 'kept'}: {written.claim.text}")


def _print_times(samples: Sequence[Sample], words: Annotator, reader: ClaimReader) -> None:
    sentences, answers, reading = [], [], []
    for sample in samples:
        fresh = FactChecker(words, reader)
        began = time.perf_counter()
        fresh.prepare(sample.given)
        reading.append(time.perf_counter() - began)
        began = time.perf_counter()
        checked = held_against_checker(fresh, sample)
        answers.append(time.perf_counter() - began)
        sentences += [each / 1000 for each in checked.milliseconds]
    for label, seconds in (
        ("a sentence", sentences),
        ("all sentences of an answer", answers),
        ("reading the passages ahead", reading),
    ):
        low, high = np.percentile(np.array(seconds) * 1000, (50, 95))
        print(f"{label:<28}{low:>8.1f} ms median{high:>8.1f} ms p95{len(seconds):>6}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, nargs="?", help="answers known to be right or wrong")
    parser.add_argument("articles", type=Path, nargs="?", help="the folder they were written from")
    parser.add_argument("--written", type=Path, nargs="+", help="sentences beside their passage")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    options = parser.parse_args()
    if options.file and not options.articles:
        parser.error("the folder of the articles is missing")
    return options


if __name__ == "__main__":
    sys.exit(main())

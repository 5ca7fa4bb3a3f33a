"""The share of unsupported sentences caught and of good ones kept, held by floors.

Nothing was fitted on these sets. docs/figures.md has the figures themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.verification.checker import FactChecker
from bot.verification.claim import Claim
from tests.bot.verification.made import given
from tests.faithfulness import Checked, held_against_checker, read_samples

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
SETS = {
    "answers": (ROOT / "corpus",),
    "answers_press": (DATA / "press",),
    "answers_last": (DATA / "press",),
    "claims": (ROOT / "corpus", DATA / "press"),
}
STEPS = {"answers": 3, "claims": 2}
"""Of so many samples of a large set one is checked."""


@pytest.fixture(scope="module")
def checked(checker: FactChecker) -> dict[str, list[Checked]]:
    return {
        name: [
            held_against_checker(checker, sample)
            for sample in read_samples(DATA / f"{name}.jsonl", *articles)[:: STEPS.get(name, 1)]
        ]
        for name, articles in SETS.items()
    }


def test_unsupported_sentences_are_caught_good_answers_kept_and_the_right_sentence_quoted(
    checked: dict[str, list[Checked]],
) -> None:
    every = [each for group in checked.values() for each in group]
    for is_faulty, floor in ((True, 0.79), (False, 0.38)):
        right = [each.right for each in every if bool(each.sample.fault) is is_faulty]
        assert sum(right) >= floor * len(right)
    evident = [right for each in every for right in each.evident]
    assert len(evident) > 70
    assert sum(evident) >= 0.96 * len(evident)


def test_inventions_about_people_and_companies_are_rarely_shown(checker: FactChecker) -> None:
    shown: Counter[bool] = Counter()
    for row in map(json.loads, (DATA / "named_claims.jsonl").read_text("utf-8").splitlines()):
        source = given(row["text"], title=row["title"], language=row["language"])
        for each in row["claims"]:
            verdict = checker.check(Claim(each["claim"], (1,)), [source], row["title"])
            shown[each["faithful"]] += verdict.supported
    assert shown[False] <= 0.2 * 60
    assert shown[True] >= 0.25 * 60

"""The share of unsupported sentences caught and of good ones kept, held by floors.

docs/figures.md has the figures themselves.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.verification.checker import FactChecker
from tests.faithfulness import Checked, held_against_checker, read_samples

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
SETS = {
    "answers": ROOT / "corpus",
    "answers_press": DATA / "press",
    "answers_last": DATA / "press",
}
KINDS = ("number", "date", "name", "negation", "attribution", "detail", "citation")


@pytest.fixture(scope="module")
def checked(checker: FactChecker) -> dict[str, list[Checked]]:
    return {
        name: [
            held_against_checker(checker, sample)
            for sample in read_samples(DATA / f"{name}.jsonl", articles)
        ]
        for name, articles in SETS.items()
    }


def test_half_of_the_answers_are_faulty_in_every_way(checked: dict[str, list[Checked]]) -> None:
    for group in checked.values():
        kinds = Counter(each.sample.fault for each in group)
        assert kinds[None] == len(group) / 2
        assert all(kinds[kind] >= 2 for kind in KINDS)


@pytest.mark.parametrize(
    ("name", "floor"), [("answers", 0.95), ("answers_press", 0.88), ("answers_last", 0.85)]
)
def test_unsupported_sentences_are_caught(
    checked: dict[str, list[Checked]], name: str, floor: float
) -> None:
    faulty = [each for each in checked[name] if each.sample.fault]
    assert sum(each.right for each in faulty) >= floor * len(faulty)


@pytest.mark.parametrize(
    ("name", "floor"), [("answers", 0.95), ("answers_press", 0.90), ("answers_last", 0.85)]
)
def test_good_answers_are_dropped_for_their_wording_alone(
    checked: dict[str, list[Checked]], name: str, floor: float
) -> None:
    faithful = [each for each in checked[name] if each.sample.fault is None]
    faults = [{verdict.fault for verdict in each.verdicts} for each in faithful]
    assert sum(each <= {None, "wording"} for each in faults) >= floor * len(faithful)


@pytest.mark.parametrize(
    ("name", "floor"), [("answers", 0.12), ("answers_press", 0.12), ("answers_last", 0.15)]
)
def test_good_answers_are_kept(checked: dict[str, list[Checked]], name: str, floor: float) -> None:
    faithful = [each for each in checked[name] if each.sample.fault is None]
    assert sum(each.right for each in faithful) >= floor * len(faithful)


def test_what_is_quoted_is_the_sentence_that_bears_the_claim(
    checked: dict[str, list[Checked]],
) -> None:
    found = [right for group in checked.values() for each in group for right in each.evident]
    assert len(found) > 40
    assert sum(found) >= 0.96 * len(found)

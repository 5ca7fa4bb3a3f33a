"""What claims tell by themselves: all where faults are marked, nothing where they are not."""

from __future__ import annotations

from training.cues import measure_cues
from training.dataset import Sample

WORDS = ("pont", "canal", "port", "quai", "phare", "navire", "bassin", "toit", "parc", "puits")
PAIRS = [(one, other) for one in WORDS for other in WORDS for _ in range(3)]


def test_a_marked_fault_is_told_by_the_claim_alone() -> None:
    figures = measure_cues(
        [
            Sample("support", "", "fr", f"Le {one} {verb}.", f"Le {other} {one}.", verb == "ouvre")
            for one, other in PAIRS
            for verb in ("ouvre", "chante")
        ]
    )
    assert figures["claim alone"] > 0.95


def test_what_only_the_pair_tells_is_not_told_by_a_side() -> None:
    figures = measure_cues(
        [
            Sample("support", "", "fr", f"Le {one} ouvre.", f"Le {other} ouvre.", one == other)
            for one, other in PAIRS
            for _ in range(1 + 8 * (one == other))
        ]
    )
    assert figures["claim alone"] < 0.7
    assert figures["shared words"] == 1

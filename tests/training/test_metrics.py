"""The measures against values worked out by hand."""

from __future__ import annotations

import pytest

from training.metrics import auroc, exact, f1


def test_articles_case_and_signs_do_not_count() -> None:
    assert exact("L’Élysée.", ["élysée"]) == 1
    assert f1("le palais de l'Élysée", ["Élysée"]) == pytest.approx(2 / 3)
    assert f1("Matignon", ["Élysée", "hôtel Matignon"]) == pytest.approx(2 / 3)


def test_auroc_counts_pairs_and_halves_ties() -> None:
    assert auroc([0.9, 0.5, 0.1], [0.5, 0.2]) == pytest.approx(3.5 / 6)

"""What every reader of passages promises, held by the one that stands in for it in tests."""

from __future__ import annotations

from datetime import date

from index.models.base import PassageReader, PassageText
from tests.fakes import FakeReader

PASSAGES = [
    PassageText("Le phare", date(2024, 3, 3), "Le phare fut allumé en 1849."),
    PassageText("Le moulin", None, "Il tourne encore."),
]


def test_each_passage_has_its_reading_in_order() -> None:
    reader: PassageReader = FakeReader()
    lit, turning = reader.read("Quand le phare fut-il allumé ?", PASSAGES)
    assert turning.logit < lit.logit
    assert lit.span is not None
    assert lit.span.words(PASSAGES[0].text) == "1849"
    assert turning.span is None


def test_nothing_is_read_where_there_is_nothing() -> None:
    assert list(FakeReader().read("Quand ?", [])) == []

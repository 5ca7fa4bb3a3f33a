"""Buttons outlive the process and the index that made them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.passage_refs import PassageRef
from bot.messenger.outbound.keyboard import NeighbourStep
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, LENS, cite

IDS = st.text("0123456789abcdef", min_size=12, max_size=12)
PLACES = st.integers(0, 999_999_999)
SIZES = st.integers(0, 99_999)


@given(IDS, PLACES, st.tuples(SIZES, SIZES, SIZES))
def test_what_a_button_carries_comes_back_and_fits(
    article_id: str, start: int, sizes: tuple[int, int, int]
) -> None:
    before, quote, after = sizes
    first = start + before
    last = first + quote
    reference = PassageRef(article_id, start, last + after, first, last, "0123abcd")
    assert len(reference.encode().encode()) <= 64
    assert PassageRef.decode(reference.encode()) == reference


@given(IDS, PLACES, PLACES, SIZES)
def test_a_step_comes_back_with_its_quote_and_fits(
    article_id: str, at: int, quote: int, length: int
) -> None:
    quoted = (quote, quote + length) if length else ()
    step = NeighbourStep(article_id, at, *quoted)
    assert len(step.encode().encode()) <= 64
    assert NeighbourStep.decode(step.encode()) == step


def test_a_button_leads_back_to_its_passage() -> None:
    excerpt = PassageRef.of(cite(1, LENS)).excerpt(FRESNEL)
    assert excerpt is not None
    assert excerpt.before.strip() == BIRTH
    assert excerpt.quote == LENS
    assert excerpt.after.strip() == INSTALLED
    assert excerpt.heading == "Les lentilles"


@pytest.mark.parametrize(
    "data",
    [
        *("", "p", "p:0123456789ab:1:2:3:4", "q:0123456789ab:1:2:0:1:0123abcd"),
        *("p:x:-1:2:0:1:0123abcd", "w:0123456789ab", "w:0123456789ab:1:2"),
        *("w:0123456789ab:1:2:", "w:x:1"),
    ],
)
def test_data_that_no_button_carries_is_no_place(data: str) -> None:
    assert PassageRef.decode(data) is None
    assert NeighbourStep.decode(data) is None


def test_forged_offsets_give_no_passage() -> None:
    digest = PassageRef.of(cite(1, LENS)).encode().rpartition(":")[2]
    reference = PassageRef.decode(f"p:{FRESNEL.id}:0:5:9:1:{digest}")
    assert reference is not None
    assert reference.excerpt(FRESNEL) is None

"""Buttons outlive the process and the index that made them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.passage_refs import PassageRef
from bot.messenger.outbound.keyboard import NeighbourStep
from tests.bot.messenger.samples import FRESNEL, LENS, cite

PLACES = st.integers(0, 999_999_999)
SIZES = st.integers(0, 99_999)


@given(st.text("0123456789abcdef", min_size=12, max_size=12), PLACES, SIZES, SIZES, SIZES)
def test_what_a_button_carries_comes_back_and_fits(
    article_id: str, start: int, before: int, quote: int, after: int
) -> None:
    first = start + before
    last = first + quote
    reference = PassageRef(article_id, start, last + after, first, last, "0123abcd")
    step = NeighbourStep(article_id, start, *((first, last) if quote else ()))
    for data in (reference, step):
        assert len(data.encode().encode()) <= 64
        assert type(data).decode(data.encode()) == data


@pytest.mark.parametrize(
    "data",
    [
        *("", "p", "p:0123456789ab:1:2:3:4", "q:0123456789ab:1:2:0:1:0123abcd"),
        *("p:x:-1:2:0:1:0123abcd", "w:0123456789ab", "w:0123456789ab:1:2"),
        *("w:0123456789ab:1:2:", "w:x:1"),
    ],
)
def test_data_that_no_button_carries_is_no_place(data: str) -> None:
    assert PassageRef.decode(data) is NeighbourStep.decode(data) is None


def test_forged_offsets_give_no_passage() -> None:
    digest = PassageRef.of(cite(1, LENS)).encode().rpartition(":")[2]
    reference = PassageRef.decode(f"p:{FRESNEL.id}:0:5:9:1:{digest}")
    assert reference is not None
    assert reference.excerpt(FRESNEL) is None

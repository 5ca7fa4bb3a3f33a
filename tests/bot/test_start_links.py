"""A question goes through a link's payload unchanged, within what Telegram allows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.start_links import payload_question, question_payload


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_a_question_comes_back(question: str) -> None:
    payload = question_payload(question)
    if payload:
        assert re.fullmatch(r"[\w-]{1,64}", payload, re.ASCII)
        assert len(payload) != 32  # which is an invitation
        assert payload_question(payload) == question.strip()
    else:
        assert len(question.encode()) > 46


@pytest.mark.parametrize("payload", ["", "inline", "q", "q_", "q-----", "qgICA", "k123", "Quand"])
def test_what_carries_no_question_is_none(payload: str) -> None:
    assert payload_question(payload) == ""

"""Another form of what Telegram refuses: as alike as may be, plainer each time, never endless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest

from bot.messenger.outbound.message_text import MESSAGE_LIMIT, units
from bot.messenger.outbound.repair import repair_letter
from bot.state.deliveries import Letter, Part

KEYBOARD = {"inline_keyboard": [[{"text": "1", "callback_data": "p"}]]}
LETTER = Letter(5, 9, (Part("<b>un</b>"), Part("<i>deux</i>")), KEYBOARD, 3)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("TOPIC_CLOSED", {"thread_id": 0}),
        ("REPLY_MESSAGE_ID_INVALID", {"reply_to": None}),
        ("Can't parse reply keyboard markup JSON object", {"keyboard": None}),
        ("Can't parse entities: end tag", {"parts": (Part("un", False), Part("deux", False))}),
    ],
)
def test_only_what_is_refused_is_left_out(reason: str, change: dict[str, object]) -> None:
    assert repair_letter(LETTER, 0, BadRequest(reason)) == replace(LETTER, **change)  # type: ignore[arg-type]


def test_what_one_person_alone_cannot_be_told_is_told_to_all() -> None:
    alone = replace(LETTER, only_for=42)
    assert repair_letter(alone, 0, BadRequest("BOT_NOT_ADMIN")) == LETTER


def test_what_was_taken_already_keeps_its_place() -> None:
    long = replace(LETTER, parts=(Part("<b>un</b>"), Part("mot " * 2_000)))
    shorter = repair_letter(long, 1, BadRequest("Message is too long"))
    assert shorter is not None
    assert shorter.parts[0] == Part("<b>un</b>")
    assert len(shorter.parts) == 3


@given(st.text(st.sampled_from("aé😀 \n"), min_size=1, max_size=40), st.integers(200, 700))
def test_no_word_is_lost_where_a_text_is_cut(words: str, times: int) -> None:
    text = "é" + words * times
    letter = Letter(5, 0, (Part(text, False),))
    parts = (repair_letter(letter, 0, BadRequest("Message is too long")) or letter).parts
    assert all(0 < units(part.text) <= MESSAGE_LIMIT for part in parts)
    kept = "".join(part.text for part in parts)
    assert "".join(kept.split()) == "".join(text.split())

"""The buttons below an answer."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer
from bot.messenger.buttons import PassageRef
from bot.phrases import Phrases

BUTTONS_PER_ROW = 3
BUTTON_LIMIT = 99
"""Telegram refuses more than 100 buttons below a message."""


def keyboard(answer: Answer, turn_id: int, phrases: Phrases) -> InlineKeyboardMarkup | None:
    """A button for the passage of each citation; `turn_id` is where the answer is kept."""
    buttons = [
        InlineKeyboardButton(
            phrases.see_passage(citation.number),
            callback_data=PassageRef.of(citation).encode(),
        )
        for citation in answer.citations[:BUTTON_LIMIT]
    ]
    rows = [buttons[at : at + BUTTONS_PER_ROW] for at in range(0, len(buttons), BUTTONS_PER_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None

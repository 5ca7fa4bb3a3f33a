"""What of a message is a question, and what only points at another message."""

from __future__ import annotations

import pytest

from bot.messenger.inbound.addressee import points_at

POINTING = (
    *("", "?", "👆", "C’est vrai ?", "Vrai ou faux ?", "Tu confirmes ?", "Vérifie, stp"),
    *("Pouvez-vous répondre ?", "Une source ?", "Qu’en pensez-vous ?", "Is that true?"),
    *("Can you check this?", "Any source?"),
)
ASKING = ("Quand est-il mort ?", "La source est à Vals ?", "Et en 2024 ?", "Who said so?")


@pytest.mark.parametrize("text", [*POINTING, *ASKING])
def test_what_only_points_at_a_message_is_told_from_what_asks_something_itself(text: str) -> None:
    assert points_at(text) is (text in POINTING)

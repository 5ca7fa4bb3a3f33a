"""Answers as they are read aloud."""

from __future__ import annotations

from bot.help_numbers import Help, parse_help_numbers
from bot.speech.spoken_answer import spoken_answer
from tests.bot.answers import help_answer

OWN = "suicide: 988 Lifeline & chat; Medical: +1 555-0100 Nurse; danger: 911 Police"


def test_help_is_spoken_with_the_operators_numbers() -> None:
    answer = help_answer(Help("medical", parse_help_numbers(OWN)), "fr")
    spoken = " ".join(line.text for line in spoken_answer(answer))
    assert "Je suis un programme" in spoken
    assert spoken.index("+1 555-0100") < spoken.index("988")
    assert "3114" not in spoken

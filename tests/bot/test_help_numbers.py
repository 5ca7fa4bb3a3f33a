"""The numbers that people in distress are given."""

from __future__ import annotations

import json

import pytest

from bot.answer import Answer
from bot.errors import SettingsError
from bot.help_numbers import HELP_KINDS, HELP_LANGUAGES, Help, help_text, parse_help_numbers
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.locale.errors import error_text
from bot.messenger.outbound.answer_html import answer_html
from bot.settings import load_settings
from bot.terminal.render import answer_text
from index.errors import RefusedValue
from tests.bot.answers import help_answer

OWN = "suicide: 988 Lifeline & chat; Medical: +1 555-0100 Nurse; danger: 911 Police"


def own_help(language: str) -> Answer:
    return help_answer(Help("medical", parse_help_numbers(OWN), language), language)


def test_the_numbers_of_france_stand_in_every_catalogue() -> None:
    numbers = parse_help_numbers("France")
    assert {number.number for number in numbers if number.kind == "suicide"} == {
        "3114",
        "15",
        "112",
    }
    for language in HELP_LANGUAGES:
        for kind in HELP_KINDS:
            said = help_text(Help(kind, numbers, language))
            assert all(number.number in said for number in numbers)


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Je suis un programme"), ("en", "I am a program")]
)
def test_every_door_gives_the_operators_numbers(language: str, said: str) -> None:
    answer = own_help(language)
    phrases = Phrases.of("fr")
    (html,) = answer_html(answer, phrases)
    for text in (html, answer_text(answer, phrases).plain):
        assert said in text
        assert text.index("+1 555-0100") < text.index("988")
        assert "3114" not in text
    assert "\n+1 555-0100\u00a0— Nurse" in html  # which Telegram dials
    assert "988 (Lifeline &amp; chat)" in html


def test_a_short_number_is_copied_at_a_touch() -> None:
    (html,) = answer_html(
        help_answer(Help("suicide", parse_help_numbers("france")), "fr"), Phrases.of("fr")
    )
    assert "<code>3114</code>\u00a0— " in html


def test_json_says_help_and_repeats_nothing() -> None:
    told = json.loads(answer_json(own_help("en")))
    assert (told["outcome"], told["answered"], told["question"]) == ("help", False, "")
    assert "+1 555-0100" in told["answer"]


@pytest.mark.parametrize(
    "wrong",
    [
        "3114",
        "suicide 3114 Prévention",
        "fire: 18 Pompiers",
        "suicide: trois Prévention",
        "suicide: 3114",
        f"suicide: 3114 {'x' * 81}",
        "suicide: 123456789012345678901 Personne",
        ";",
        ";".join(["danger: 17 Police"] * 21),
    ],
)
def test_numbers_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(RefusedValue):
        parse_help_numbers(wrong)


def test_a_bad_list_is_an_error_that_names_the_setting() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(help_numbers="police 17")
    for language in ("fr", "en"):
        text = error_text(raised.value, language)
        assert "SELON_HELP_NUMBERS" in text
        assert "police 17" in text
        assert "suicide" in text

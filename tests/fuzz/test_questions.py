"""Whatever a person asks, it is read: what time, what it refers to, what of the articles."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.injection import harmless_in_prompt, is_order
from bot.answering.metadata_question import article_subject, parse_metadata_question
from bot.answering.time_range import parse_timing
from bot.followups.candidates import candidates
from index.text.language import detect
from index.text.visible import readable, visible
from tests.bot.followups.turns import turn
from tests.fuzz import TEXTS, fuzzed

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
LANGUAGES = st.sampled_from(("fr", "en", "de"))


@given(question=TEXTS, today=DAYS)
@fuzzed(200)
def test_a_time_asked_for_is_one_that_ends_after_it_begins(question: str, today: date) -> None:
    asked = parse_timing(question, today)
    if asked.period is None:
        return
    first, last = asked.period.first, asked.period.last
    assert first is None or last is None or first <= last
    assert len(asked.question) <= len(question)


@given(question=TEXTS, language=LANGUAGES)
@fuzzed(150)
def test_what_a_question_refers_to_is_read(question: str, language: str) -> None:
    assert all(candidates(question, (turn(question, question, language=language),)))
    assert detect(question)
    parse_metadata_question(question)
    article_subject(question)


@given(text=TEXTS)
@fuzzed(150)
def test_what_a_prompt_gets_holds_nothing_unseen(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert "\u202e" not in visible(text)
    assert "\u200b" not in visible(text)
    harmless_in_prompt(text)
    readable(text)
    is_order(text)

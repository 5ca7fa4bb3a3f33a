"""Turns, kept and found again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.followups.turn import Turn, dump_turn, parse_turn
from index.article import Period
from tests.bot.answers import answered, article, citation, highlighted, refused
from tests.bot.followups.turns import NOW, turn

PERIOD = Period(date(2024, 2, 1), date(2024, 2, 29))


def test_a_turn_keeps_what_may_be_referred_to() -> None:
    source = article()
    answer = highlighted(answered(citation("Une carte suffit.", source)), "Une carte")
    answer = replace(answer, understood="Combien de cartes ?", period=PERIOD)
    kept = Turn.of(answer, NOW)
    assert (kept.question, kept.understood) == (answer.question, "Combien de cartes ?")
    assert (kept.answer, kept.found) == ("Une carte suffit.", "Une carte")
    (cited,) = kept.cited
    assert (cited.article, cited.title) == (source.id, source.title)
    assert (cited.start, cited.end) == (0, len(source.text))
    assert kept.period == PERIOD
    alone = Turn.of(refused(source), NOW)
    assert alone.understood == alone.question == "Quel temps fera-t-il ?"
    assert (alone.answer, alone.cited) == ("", ())


def test_a_bare_question_is_kept_as_the_articles_spell_it() -> None:
    source = article("Élu maire, François Fillon parle. Puis François Fillon se tait.", "Maires")
    answer = answered(citation(source.text, source))
    for asked, kept in (
        ("que dit francois fillon", "que dit François Fillon"),
        ("françois fillon parle de quoi", "François Fillon parle de quoi"),
    ):
        assert Turn.of(replace(answer, question=asked), NOW).understood == kept


@pytest.mark.parametrize("period", [None, PERIOD])
def test_a_turn_comes_back_from_json_as_it_was(period: Period | None) -> None:
    kept = replace(turn("Où ?", "Là « même ».", found="Là"), period=period)
    assert parse_turn(json.loads(json.dumps(dump_turn(kept)))) == kept


@pytest.mark.parametrize("written", [{}, {"period": None}, dump_turn(turn("?")) | {"when": "hier"}])
def test_what_is_no_turn_is_refused(written: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_turn(written)

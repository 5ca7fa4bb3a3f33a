"""The goldens at moments that calendars are got wrong at; `make soak` holds all of them."""

from __future__ import annotations

import pytest

from tests.goldens import test_goldens as goldens
from tests.goldens.conftest import Golden
from tests.goldens.forks import MOMENT
from tests.goldens.selon import ROOT, Selon, transcript

MOMENTS = {
    "first of a month": "2027-03-01T09:00:00+01:00",
    "29 February": "2028-02-29T12:00:00+01:00",
    "end of a year": "2026-12-31T23:59:30+01:00",
    "summer time begins": "2027-03-28T01:59:30+01:00",
    "summer time ends": "2027-10-31T02:59:30+02:00",
}
COMMANDS = """
index articles; status; remove penicillin.md; list --removed; rollback; list; show --text tgv.md
"""
at_each_moment = pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
DAYS = ("29 February", "end of a year", "summer time ends")


@pytest.mark.parametrize("moment", [MOMENTS[day] for day in DAYS], ids=DAYS)
def test_an_index_is_told_of_alike_at_any_moment(bare: Selon, golden: Golden, moment: str) -> None:
    (bare.home / "articles").mkdir()
    for name in ("tgv.md", "penicillin.md"):
        (bare.home / "articles" / name).write_bytes((ROOT / "corpus" / name).read_bytes())
    golden("clocks.txt", transcript(bare.under(**{MOMENT: moment}).typed(COMMANDS)))


@pytest.mark.soak
@at_each_moment
def test_goldens_hold_at_any_moment(selon: Selon, bare: Selon, golden: Golden, moment: str) -> None:
    clock = {MOMENT: moment}
    goldens.test_what_is_done_to_an_index(bare.under(**clock), golden)
    then = selon.under(**clock)
    goldens.test_a_conversation(then, golden)
    for language, questions in (("fr", goldens.FRENCH), ("en", goldens.ENGLISH)):
        goldens.test_help(then, golden, language)
        goldens.test_what_is_told_of_the_index(then, golden, language)
        goldens.test_answers(then, golden, language, questions)

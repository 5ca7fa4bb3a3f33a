"""What went wrong, said in French and in English."""

from __future__ import annotations

import errno
import pickle
import re
from string import Formatter

import pytest

from bot.locale.catalogue import catalogue
from bot.locale.errors import error_text
from bot.locale.watch import REFUSALS
from index.errors import Problem, ReadError, Words, reason_of
from index.fetch.fetcher import OF_THE_HOST
from index.fetch.gatherer import TRANSIENT_CODES
from index.formats.base import Skipped
from tests.bot.locale.error_codes import raised

ENGLISH, FRENCH = catalogue("errors", "en"), catalogue("errors", "fr")


def parameters(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def test_every_code_has_a_sentence_in_each_language_and_none_is_left_over() -> None:
    assert len(raised()) > 150
    assert set(FRENCH) == set(ENGLISH) == set(raised())
    assert set(raised()) >= REFUSALS | TRANSIENT_CODES | OF_THE_HOST  # codes that are told apart


def test_sentences_are_one_line_that_takes_what_its_code_is_given() -> None:
    for code, (given,) in raised().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        english, french = ENGLISH.templates(code), FRENCH.templates(code)
        assert all(parameters(form) == given for form in english), code
        assert all(given - {"reason"} <= parameters(form) <= given for form in french), code
        assert len(french) == len(english), code
        for form in (*english, *french):
            assert "\n" not in form
            assert not form.endswith((".", " "))


EXTRA = Problem("json-at-character", reason=Words("Extra data"), character=1)
AT_LINE, WIDE = Problem("at-line", number=21), Problem("row-too-wide", cells=4, columns=2)


@pytest.mark.parametrize(
    ("said", "french", "english"),
    [
        (
            ReadError("article-too-large", subject="a.pdf", size=2000 * 2**20, limit=2**28),
            "a.pdf : 2 000 Mo, plus qu’un article ne peut en avoir (256 Mo) ; découpez-le",
            "a.pdf: 2,000 MB, more than one article can be (256 MB); split it",
        ),
        (
            Skipped("a, line 2.jsonl", Problem("line-not-json", reason=EXTRA), AT_LINE),
            "a, line 2.jsonl, ligne 21 : pas du JSON (du texte en trop, caractère 1) ; "
            "réparez-le ou supprimez-le",
            "a, line 2.jsonl, line 21: not JSON (Extra data at character 1); mend or remove it",
        ),
        (
            Skipped("e.csv", Problem("more-like-it", count=1200, first=WIDE)),
            "e.csv : et 1 200 autres de même (4 cellules pour 2 colonnes ; vérifiez ses "
            "guillemets et ses séparateurs)",
            "e.csv: and 1,200 more like it (4 cells for 2 columns; check its quotes and "
            "separators)",
        ),
    ],
)
def test_an_error_is_well_written(said: Exception | Skipped, french: str, english: str) -> None:
    assert plain(error_text(said, "fr")) == french
    assert error_text(said, "en") == english


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_problem_can_be_kept_and_sent_on() -> None:
    inner = Problem("names-and-more", names=("a", Problem("field-without-name")), count=3)
    problem = Problem("archive-damaged", reason=Words("bad header"), found=inner, size=1.5)
    again = Problem.from_json(problem.as_json())
    assert again == problem
    assert isinstance(again.parameters["reason"], Words)
    assert pickle.loads(pickle.dumps(problem)) == problem
    error = pickle.loads(pickle.dumps(ReadError(problem, subject="a.zip")))
    assert (error.problem, error.subject) == (problem, "a.zip")
    assert str(error) == (
        "a.zip: archive-damaged (reason=bad header, found=names-and-more "
        "(names=[a, field-without-name], count=3), size=1.5)"
    )


def test_a_cause_is_told_as_a_problem_or_in_its_own_words() -> None:
    assert reason_of(ReadError("file-empty", subject="a")) == Problem("file-empty")
    assert reason_of(OSError(errno.EIO, "Input/output error", "a.txt")) == "Input/output error"
    assert reason_of(ValueError(" two\nlines ")) == "two lines"
    assert reason_of(KeyError()) == "KeyError"

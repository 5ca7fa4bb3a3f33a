from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from bot.answer import Answer, Citation, Outcome, Statement, shown_quotes
from bot.errors import QuoteError
from bot.help_numbers import Help
from index.article import Sentence
from index.ingestion.passages import cut
from tests.bot.answers import citation
from tests.index.samples import BRIDGE, article

BRIDGE_ARTICLE = article("pont", BRIDGE)
PASSAGE = cut(BRIDGE_ARTICLE)[0]
FIRST, SECOND = PASSAGE.sentences


def cite(sentence: Sentence, **changes: Any) -> Citation:
    place = (sentence.text, sentence.start, sentence.end)
    return replace(Citation(1, *place, PASSAGE, BRIDGE_ARTICLE), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": SECOND.text.replace("trente", "quarante")},
        {"start": SECOND.start + 1},
        {"end": SECOND.end - 1},
        {"quote": ""},
        {"quote": "", "start": 3, "end": 3},
    ],
)
def test_a_quote_that_is_not_verbatim_cannot_exist(changes: dict[str, object]) -> None:
    with pytest.raises(QuoteError, match=r"citation-not-verbatim .*pont\.md"):
        cite(SECOND, **changes)


@pytest.mark.parametrize(
    ("sentence", "changes", "complaint"),
    [
        (SECOND, {"passage": replace(PASSAGE, end=FIRST.end, text=FIRST.text)}, "outside"),
        (FIRST, {"passage": replace(PASSAGE, text=PASSAGE.text.upper())}, "outside"),
        (FIRST, {"lead": SECOND}, "leans"),
    ],
    ids=["outside its passage", "a passage not of its article", "its lead stands behind it"],
)
def test_a_quote_out_of_place_cannot_exist(
    sentence: Sentence, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(QuoteError, match=f"citation-{complaint}"):
        cite(sentence, **changes)


@pytest.mark.parametrize("outcome", ["sure", "perhaps", "no", "help"])
@pytest.mark.parametrize("cites", [True, False], ids=["cites", "cites nothing"])
@pytest.mark.parametrize("help", [None, Help("danger", (), "fr")], ids=["", "help"])
def test_an_outcome_without_what_it_says_cannot_exist(
    outcome: Outcome, cites: bool, help: Help | None
) -> None:
    statements, citations = (Statement(FIRST.text, (1,)),) * cites, (cite(FIRST),) * cites
    is_help, is_told = outcome == "help", outcome in ("sure", "perhaps")
    fits = is_help is (help is not None) and is_told is cites
    with nullcontext() if fits else pytest.raises(ValueError, match=outcome):
        Answer("Quand ?", "fr", outcome, 0.9, statements, citations, help=help)


@pytest.mark.parametrize("outcome", ["sure", "perhaps"])
def test_nothing_is_said_without_a_citation(outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="0 citations"):
        Answer("Quand ?", "fr", outcome, 0.9, (Statement(FIRST.text, ()),))


def test_a_statement_tells_the_words_that_answer_from_the_rest() -> None:
    assert Statement("Achevé en 1889.", (1,), (10, 14)).parts == ("Achevé en ", "1889", ".")
    assert "".join(Statement("Achevé en 1889.", (1,)).parts) == "Achevé en 1889."


@pytest.mark.parametrize("highlight", [(-1, 3), (2, 2), (5, 2), (4, 99)])
def test_a_highlight_outside_its_statement_cannot_exist(highlight: tuple[int, int]) -> None:
    with pytest.raises(QuoteError, match="highlight-outside"):
        Statement("Achevé en 1889.", (1,), highlight)


def test_a_list_is_shown_line_by_line_a_sentence_on_one() -> None:
    text = "Les lauréats sont :\n\nLina Sow\nPaul Adam\n\nUn vers\net son second."
    source = article("prix", text)
    quotes = text[: text.index("\n\nUn")], text[text.index("Un") :]
    (prizes, verse), *_ = shown_quotes([citation(quote, source) for quote in quotes])
    assert prizes.parts[0] == "Les lauréats sont :\nLina Sow\nPaul Adam"
    assert verse.parts[0] == "Un vers et son second."

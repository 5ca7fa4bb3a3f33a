"""What is somebody's own, hidden from what is logged about their update."""

from __future__ import annotations

import pytest

from bot.operations.logs import PRIVATE, Subject, current_subject, log_about

SUBJECT = Subject(
    7, frozenset({"L'article sur  Lascaux ?", "Zoé", "a"}), frozenset({123456, -100987})
)


@pytest.mark.parametrize(
    "line",
    [
        "asked: L'article sur  Lascaux ?",
        "asked: l'article sur Lascaux ?",
        "asked: L'article sur\n\tLascaux ?",
        r"KeyError('L\'article sur Lascaux ?')",
        r"b'Zo\xe9'",
        "{'chat_id': 123456}",
        "group -100987 (or 100987)",
        "by ZOÉ",
    ],
)
def test_words_names_and_numbers_are_hidden_in_every_form(line: str) -> None:
    hidden = SUBJECT.hidden(line)
    assert PRIVATE in hidden
    for own in ("Lascaux", "oé", "oÉ", r"\xe9", "123456", "100987"):
        assert own not in hidden


def test_the_rest_stays() -> None:
    line = "POST https://api.example/sendMessage 400, 91234567 bytes, a second time"
    assert SUBJECT.hidden(line) == line
    assert Subject(1).hidden(line) == line


def test_a_subject_is_that_of_its_block_alone() -> None:
    with log_about(SUBJECT):
        with log_about(Subject(8)):
            assert current_subject() == Subject(8)
        assert current_subject() is SUBJECT
    assert current_subject() is None

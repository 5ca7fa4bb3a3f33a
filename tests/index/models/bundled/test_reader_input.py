"""The form of what the reader reads."""

from __future__ import annotations

from datetime import date

from index.models.bundled.reader_input import (
    END,
    QUESTION_TOKENS,
    START,
    TITLE_TOKENS,
    encode_head,
    encode_question,
    format_day,
    join_input,
)

MARKS = {START: "<s>", END: "</s>"}
WORDS = ["query:", "claim:", "passage:", "qui", "a", "écrit", "Titre", "22", "mai", "2012", "Anne"]


def encode(text: str) -> list[int]:
    return [10 + WORDS.index(word) for word in text.split()]


def read(ids: list[int]) -> str:
    return " ".join(MARKS.get(each) or WORDS[each - 10] for each in ids)


def test_a_question_stands_before_title_day_and_text() -> None:
    head = encode_head(encode, "Titre", date(2012, 5, 22))
    joined = join_input(encode_question(encode, "qui a écrit"), head, encode("Anne a écrit"))
    assert read(joined.ids) == (
        "<s> query: qui a écrit </s> passage: Titre </s> 22 mai 2012 </s> Anne a écrit </s>"
    )
    text = joined.ids[joined.text_start : joined.text_end]
    assert read(text) == "Anne a écrit"


def test_what_is_missing_leaves_no_mark() -> None:
    assert read(encode_head(encode, "", None)) == "passage:"
    assert read(encode_head(encode, "Titre", None)) == "passage: Titre </s>"
    joined = join_input(encode_question(encode, "qui"), encode_head(encode, "", None), [])
    assert read(joined.ids) == "<s> query: qui </s> passage: </s>"


def test_long_questions_and_titles_are_cut() -> None:
    def encode(text: str) -> list[int]:
        return [9] * len(text.split())

    assert len(encode_question(encode, "qui " * 100)) == QUESTION_TOKENS
    assert len(encode_head(encode, "Titre " * 100, None)) == 1 + TITLE_TOKENS + 1


def test_a_day_stands_in_french_words() -> None:
    assert format_day(date(2012, 5, 22)) == "22 mai 2012"
    assert format_day(date(2024, 8, 1)) == "1er août 2024"

from __future__ import annotations

from datetime import date

from index.models.bundled.reader_input import (
    END,
    START,
    encode_head,
    encode_question,
    join_input,
)

MARKS = {START: "<s>", END: "</s>"}
WORDS = ["query:", "claim:", "passage:", "qui", "a", "écrit", "Titre", "22", "mai", "2012", "Anne"]


def encode(text: str) -> list[int]:
    return [10 + WORDS.index(word) for word in text.split()]


def read(ids: list[int]) -> str:
    return " ".join(MARKS.get(id) or WORDS[id - 10] for id in ids)


def test_a_question_stands_before_title_day_and_text_where_there_are_any() -> None:
    head = encode_head(encode, "Titre", date(2012, 5, 22))
    joined = join_input(encode_question(encode, "qui a écrit"), head, encode("Anne a écrit"))
    assert read(joined.ids) == (
        "<s> query: qui a écrit </s> passage: Titre </s> 22 mai 2012 </s> Anne a écrit </s>"
    )
    text = joined.ids[joined.text_start : joined.text_end]
    assert read(text) == "Anne a écrit"
    assert read(encode_head(encode, "", None)) == "passage:"
    assert read(encode_head(encode, "Titre", None)) == "passage: Titre </s>"
    joined = join_input(encode_question(encode, "qui"), encode_head(encode, "", None), [])
    assert read(joined.ids) == "<s> query: qui </s> passage: </s>"

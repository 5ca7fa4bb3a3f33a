from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.models.base import PassageText
from index.models.bundled.reader import BundledReader, best_span, load_bundled_reader
from index.models.bundled.reader_input import (
    END,
    START,
    encode_head,
    encode_question,
    join_input,
)

LIGHT = PassageText(
    "Le phare de Kervan",
    date(2024, 3, 3),
    "Le phare de Kervan domine la baie. Il fut allumé en 1849 par l’ingénieur Yves Le Goff. "
    "Sa lanterne est rouge.",
)
BREAD = PassageText("Le pain", None, "Le boulanger ouvre à six heures. Son seigle part vite.")


@pytest.fixture(scope="module")
def reader(models_dir: Path) -> BundledReader:
    return load_bundled_reader(models_dir)


def test_the_passage_that_answers_stands_above_one_that_does_not(reader: BundledReader) -> None:
    right, wrong = reader.read("Quand le phare de Kervan a-t-il été allumé ?", [LIGHT, BREAD])
    assert right.logit > wrong.logit
    assert right.span is not None
    assert "1849" in right.span.words(LIGHT.text)
    assert wrong.span is not None
    assert right.span.logit > wrong.span.logit


def test_a_reading_does_not_depend_on_its_companions_or_the_thread(reader: BundledReader) -> None:
    question = "Qui a allumé le phare ?"
    alone = reader.read(question, [LIGHT])[0]
    assert reader.read(question, [BREAD, LIGHT, BREAD])[1] == alone
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: reader.read(question, [LIGHT])[0], range(8))) == {alone}


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "مرحبا بالعالم", "𓀀", "mot " * 5000, "a" * 5000, "<s> </s>"]
)
def test_any_text_can_be_read(reader: BundledReader, text: str) -> None:
    for question in ("Quand ?", "", "mot " * 3000):
        (reading,) = reader.read(question, [PassageText(text, None, text)])
        assert np.isfinite(reading.logit)
        for span in reading.spans:
            assert np.isfinite(span.logit)
            assert 0 <= span.start < span.end <= len(text)


def test_each_sentence_has_its_best_words_the_best_of_all_first(reader: BundledReader) -> None:
    text = "Le phare de Kervan fut allumé en 1849. Il fut repeint en 1921. Il pleut."
    ends = [at + 1 for at, sign in enumerate(text) if sign == "."]
    sentences = tuple(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))
    passage = PassageText("Le phare de Kervan", None, text, sentences)
    (reading,) = reader.read("Quand le phare de Kervan a-t-il été repeint ?", [passage])
    assert "1921" in reading.spans[0].words(text)
    begins = sorted(span.start for span in reading.spans)
    assert all(a <= begin < b for begin, (a, b) in zip(begins, sentences, strict=True))
    logits = [span.logit for span in reading.spans]
    assert logits == sorted(logits, reverse=True)


def test_the_span_is_the_best_pair_that_is_not_too_long() -> None:
    start, end = np.array([3.0, 4.0, 0.0], np.float32), np.array([3.0, 0.0, 3.0], np.float32)
    assert best_span(start, end) == (1, 2, 7.0)
    assert best_span(start, end, longest=1) == (0, 0, 6.0)


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

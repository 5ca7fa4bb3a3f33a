from __future__ import annotations

import time
from pathlib import Path

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from index.models.bundled import weights
from index.models.bundled.cache import prepare_model
from index.models.bundled.tokenizer import END, START, Tokenizer
from training.interop import unigram

SPACE_ID = 6
AWKWARD = [
    "",
    " ",
    "L’été à Nîmes : « 15 000 visiteurs » !",
    "Quand l'œuvre a-t-elle été achevée ?",
    "ﬁn ½ Ⅳ ① ｆｕｌｌ ｗｉｄｔｈ ªº™",
    "e\u0301te\u0301 décomposé",
    "espace\u00a0insécable\u202fet fine\u2009ici",
    "tab\tligne\nretour\r\nfin",
    "sonnette\x07\x01\x7f",
    "▁ déjà marqué ▁▁",
    "😀 👨‍👩‍👧 🇫🇷",
    "𓀀𓀁𓀂 inconnus",
    "مرحبا بالعالم",
    "日本語のテキストです。漢字かな交じり文",
    "नमस्ते दुनिया",
    "Ελληνικά Кириллица עברית",
    "https://exemple.fr/a-b_c?x=1&y=%C3%A9#:~:text=ici",
    "a" * 300,
    "anticonstitutionnellement " * 20,
    "x̂ỹz̧",
]


@pytest.fixture(scope="session")
def tokenizer(models_dir: Path) -> Tokenizer:
    return Tokenizer.load(prepare_model(models_dir))


@pytest.fixture(scope="session")
def reference(source: weights.Q4File) -> tokenizers.Tokenizer:
    """The same vocabulary in an implementation that is not ours."""
    return unigram(source.vocabulary)


@pytest.mark.parametrize("text", AWKWARD)
def test_ids_are_those_of_the_tokenizers_library(
    text: str, tokenizer: Tokenizer, reference: tokenizers.Tokenizer
) -> None:
    for prefix in ("query: ", "passage: "):
        assert tokenizer.encode(prefix + text, 10_000) == reference.encode(prefix + text).ids


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x2AF)))
def test_ids_of_any_latin_text_are_those_of_the_library(
    tokenizer: Tokenizer, reference: tokenizers.Tokenizer, text: str
) -> None:
    expected = tokenizer.encode("query: " + text, 10_000)
    assert reference.encode("query: " + text).ids == expected


def test_marks_written_in_an_article_are_text(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("balise <s> et </s> et <pad> et <mask>", 512)
    assert ids.count(START) == ids.count(END) == 1
    assert not {1, 250_001} & set(ids)


@pytest.mark.parametrize("unit", ["mot ", "漢", "𓀀 ", "a", " "])
def test_long_texts_are_cut_between_the_marks_at_once(unit: str, tokenizer: Tokenizer) -> None:
    start = time.thread_time()
    ids = tokenizer.encode("passage: " + unit * 2_000_000, 512)
    assert time.thread_time() - start < 2
    assert len(ids) <= 512
    assert (ids[0], ids[-1]) == (START, END)
    if unit.strip() and unit != "a":
        assert len(ids) == 512


def test_what_is_cut_does_not_change_what_is_kept(tokenizer: Tokenizer) -> None:
    text = "Les pêcheurs rentrent au port, fatigués et contents. " * 200
    assert tokenizer.encode(text, 100)[:-1] == tokenizer.encode(text, 400)[:99]


@pytest.mark.parametrize("text", AWKWARD)
def test_located_ids_stand_where_their_words_do(text: str, tokenizer: Tokenizer) -> None:
    text = text.strip()
    located = tokenizer.locate(text)
    expected = tokenizer.encode(text, 10_000)[1:-1] if text else []
    # But for the mark of a space at the end, which is no word.
    assert located.ids == (expected[:-1] if expected[-1:] == [SPACE_ID] else expected)
    assert len(located.offsets) == len(located.ids)
    assert all(0 <= start <= end <= len(text) for start, end in located.offsets)
    covered = {at for start, end in located.offsets for at in range(start, end)}
    missed = [text[at] for at in range(len(text)) if at not in covered and not text[at].isspace()]
    assert all(tokenizer.encode(char, 10)[1:-1] == [SPACE_ID] for char in missed)

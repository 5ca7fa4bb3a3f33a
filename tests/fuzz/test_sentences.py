"""Whatever a text is, its sentences are slices of it in order, and lose nothing but space."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import SENTENCE_CHARACTERS, sentence_spans
from tests.fuzz import TEXTS, fuzzed


@given(text=TEXTS, language=st.sampled_from(("fr", "en", "de", "xx", "")))
@fuzzed(300)
def test_sentences_are_slices_of_the_text(text: str, language: str) -> None:
    last = 0
    for start, end in sentence_spans(text, language):
        assert last <= start < end <= start + SENTENCE_CHARACTERS
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()

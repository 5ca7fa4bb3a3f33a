"""Whatever a text is, its sentences are slices of it in order, and lose nothing but space."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import SENTENCE_CHARACTERS, sentence_spans
from tests.fuzz import TEXTS, fuzzed

LIMITS = st.one_of(st.just(SENTENCE_CHARACTERS), st.integers(1, 60))


@given(text=TEXTS, language=st.sampled_from(("fr", "en", "de", "zh", "xx", "")), limit=LIMITS)
@fuzzed(300)
def test_sentences_are_slices_of_the_text(text: str, language: str, limit: int) -> None:
    last = 0
    for start, end in sentence_spans(text, language, limit):
        assert last <= start < end <= start + limit
        assert "\n\n" not in text[start:end]
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()

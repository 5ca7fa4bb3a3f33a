"""Word indexes of a few documents."""

from __future__ import annotations

from collections.abc import Iterable

from index.store.files.words import FileWords
from index.store.postings import WordMatch, postings
from index.text.language import keyed_terms


def word_index(documents: Iterable[tuple[str, str]]) -> FileWords:
    """The words of documents given as (language, text)."""
    return FileWords.of(postings(keyed_terms(text, language) for language, text in documents))


def matched(index: FileWords, terms: Iterable[str]) -> WordMatch:
    """A match in which all known terms weigh the same."""
    return index.match(dict.fromkeys(terms, 1.0))

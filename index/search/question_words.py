"""The words of a question: corrected against those of the articles, and weighed by IDF."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from index.store.postings import idf
from index.store.reader import TermStatistics
from index.text.language import keyed_terms

_SHORTEST = 5  # characters of a term: shorter ones have too many neighbours
_LONGEST = 50  # the neighbours of longer ones take memory with the square of their length
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The distinct terms of a question with their weights.

    `known` is the share (0..1) of their total weight that stands anywhere in the articles.
    """

    idf: Mapping[str, float]
    known: float


def weigh_words(question: str, language: str, statistics: TermStatistics) -> QuestionWords:
    """Weigh the terms of a question in this language.

    A word that no article holds is replaced by a known one that is one slip away, if any.
    """
    terms = dict.fromkeys(keyed_terms(question, language))
    counts = statistics.frequencies(terms.keys())
    mended = dict.fromkeys(
        term if term in counts else mend_term(term, statistics) or term for term in terms
    )
    counts = statistics.frequencies(mended.keys())
    weights = {term: idf(counts.get(term, 0), len(statistics)) for term in mended}
    known = sum(weight for term, weight in weights.items() if term in counts)
    return QuestionWords(weights, known / sum(weights.values()) if known else 0.0)


def weigh_subject(
    subject: str, languages: Collection[str], statistics: TermStatistics
) -> QuestionWords:
    """Weigh the terms of some words that are no sentence, in each of these languages.

    If none is known in any language, known ones that are one slip away replace them.
    """
    terms = dict.fromkeys(term for each in languages for term in keyed_terms(subject, each))
    counts = statistics.frequencies(terms.keys())
    if not counts:
        mended = {mend_term(term, statistics) for term in terms}
        counts = statistics.frequencies([term for term in mended if term is not None])
    weights = {term: idf(count, len(statistics)) for term, count in counts.items()}
    return QuestionWords(weights, float(bool(weights)))


def mend_term(term: str, statistics: TermStatistics) -> str | None:
    """Return the most frequent known term within one slip (a letter added, dropped, replaced or
    swapped with its neighbour); None for a number and for a term that is short or very long."""
    language, mark, word = term.rpartition(":")
    if not mark or not _SHORTEST <= len(word) <= _LONGEST:
        return None
    # Every slip is tried, a thousand look-ups, instead of every term being compared.
    slips = {f"{language}:{other}" for other in _slips(word, statistics.letters(language))}
    near = statistics.frequencies(slips)
    return max(near, key=lambda found: (near[found], found), default=None)


def question_names(question: str, language: str) -> frozenset[str]:
    """The terms of a question that name something."""
    return frozenset(term for word in name_words(question) for term in keyed_terms(word, language))


def name_words(question: str) -> Iterator[str]:
    """The words of a question that name something: capitals past its first word, or digits."""
    for match in _WORD.finditer(question):
        word = match.group()
        capitals = sum(char.isupper() for char in word)
        if capitals == 1 and not question[: match.start()].strip(" ¿¡«\"'"):
            capitals = 0  # of the first word
        if capitals or any(char.isdigit() for char in word):
            yield word


def _slips(word: str, letters: str) -> Iterator[str]:
    """Yield every word at distance one (as in "optimal string alignment")."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        for letter in letters:
            yield f"{head}{letter}{tail}"
            if tail:
                yield f"{head}{letter}{tail[1:]}"
        if tail:
            yield f"{head}{tail[1:]}"
        if len(tail) > 1:
            yield f"{head}{tail[1]}{tail[0]}{tail[2:]}"

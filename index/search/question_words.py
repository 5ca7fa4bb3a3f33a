"""Terms of a question: spelling corrected against the articles, weighted by IDF."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from index.store.generation import TermStatistics
from index.store.postings import idf
from index.text.language import keyed_terms

_SHORTEST = 5  # characters; shorter terms have too many neighbours
_LONGEST = 50  # characters; memory grows with the square of the length
_OTHER_LETTERS = "'-øł"  # of terms, beside those of a block
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The distinct terms of a question with their weights; `known_share` is the share (0..1) of the
    total weight whose terms occur in the articles."""

    idf: Mapping[str, float]
    known_share: float


def weigh_words(question: str, language: str, statistics: TermStatistics) -> QuestionWords:
    """Weigh the terms of a question; unknown ones are replaced by known ones one typo away."""
    terms = dict.fromkeys(keyed_terms(question, language))
    counts = statistics.frequencies(terms.keys())
    corrections = dict.fromkeys(
        term if term in counts else correct_term(term, statistics) or term for term in terms
    )
    counts = statistics.frequencies(corrections.keys())
    weights = {term: idf(counts.get(term, 0), len(statistics)) for term in corrections}
    known_weight = sum(weight for term, weight in weights.items() if term in counts)
    return QuestionWords(weights, known_weight / sum(weights.values()) if known_weight else 0.0)


def weigh_subject(
    subject: str, languages: Collection[str], statistics: TermStatistics
) -> QuestionWords:
    """Weigh the terms of a subject in each of these languages; if none is known in any, replace
    them by known ones that are one typo away."""
    terms = dict.fromkeys(term for language in languages for term in keyed_terms(subject, language))
    counts = statistics.frequencies(terms.keys())
    if not counts:
        own_terms = {correct_term(term, statistics) for term in terms}
        counts = statistics.frequencies([term for term in own_terms if term is not None])
    weights = {term: idf(count, len(statistics)) for term, count in counts.items()}
    return QuestionWords(weights, float(bool(weights)))


def correct_term(term: str, statistics: TermStatistics) -> str | None:
    """Return the most frequent known term within one typo (a letter added, dropped, replaced or
    swapped with its neighbour); None for numbers, short terms and very long ones."""
    language, mark, word = term.rpartition(":")
    if not mark or not _SHORTEST <= len(word) <= _LONGEST:
        return None
    # A thousand look-ups of possible typos are cheaper than comparing all terms.
    typos = {f"{language}:{other}" for other in _typos(word)}
    near = statistics.frequencies(typos)
    return max(near, key=lambda candidate: (near[candidate], candidate), default=None)


def question_names(question: str, language: str) -> frozenset[str]:
    """The terms of a question that are names."""
    return frozenset(term for word in name_words(question) for term in keyed_terms(word, language))


def name_words(question: str) -> Iterator[str]:
    """Names in a question: capitalised words past the first, and words with digits."""
    for match in _WORD.finditer(question):
        word = match.group()
        capitals = sum(char.isupper() for char in word)
        if capitals == 1 and not question[: match.start()].strip(" ¿¡«\"'"):
            capitals = 0  # the first word
        if capitals or any(char.isdigit() for char in word):
            yield word


def _typos(word: str) -> Iterator[str]:
    """Yield every word at distance one (as in "optimal string alignment") with letters of the same
    blocks of Unicode, which are aligned to 128 characters; terms have no accents."""
    starts = {ord(letter) & ~0x7F for letter in word}
    block = "".join(chr(start + at) for start in sorted(starts) for at in range(0x80))
    letters = [letter for letter in block if letter.isalpha() and letter == letter.lower()]
    letters += _OTHER_LETTERS
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

"""Names that spoken questions contain: those of the articles that the first hearing finds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from bot.audio import SPEECH_LANGUAGES, Transcript
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.names import span_names

_PASSAGES = 40  # whose names are compared with what was heard
_TITLES = 3  # expected, of the best articles
_NAMES = 15  # expected, of those that sound like a part of it
_LIKENESS = 60.0  # minimum, of 100
_SHORTEST_NAME = 4  # letters
_MOST_CHARACTERS = 600  # roughly the limit of Whisper's prompt
_SHORTEST_ECHO = 3  # words


def find_expected_names(searcher: Searcher, heard: str) -> str:
    """Return what a recogniser should expect: the titles of the best articles that these words
    find, and names in their passages that are written like a part of the words."""
    hits = searcher.search(heard, _PASSAGES).hits
    titles = list(dict.fromkeys(hit.article.title for hit in hits))[:_TITLES]
    letters = _letters(heard)
    likeness: dict[str, float] = {}
    for hit in hits:
        for text in (hit.article.title, hit.passage.text):
            for span in span_names(text, hit.article.language):
                name = text[span.start : span.end]
                if len(name) >= _SHORTEST_NAME and name not in likeness:
                    likeness[name] = fuzz.partial_ratio(_letters(name), letters)
    names = sorted(likeness, key=lambda name: -likeness[name])[:_NAMES]
    names = [name for name in names if likeness[name] >= _LIKENESS]
    return ", ".join([*titles, *names])[:_MOST_CHARACTERS]


def _letters(text: str) -> str:
    return fold_phrase(text).replace(" ", "")


def hear_twice(hear: Callable[[str], Transcript], names_for: Callable[[str], str]) -> Transcript:
    """Hear without expecting anything, then with the names that the first transcript finds.

    A prompt of other articles' names would be heard instead of the question.
    """
    first = hear("")
    names = names_for(first.text) if first.text else ""
    if names and is_latin(names) and not is_latin(first.text):
        return Transcript("", first.language)  # a script of no article: noise
    if not names or first.language not in SPEECH_LANGUAGES:
        return first
    second = hear(names)
    is_worse = second.doubtful and not first.doubtful
    return first if is_worse or not second.text or _echoes(second.text, names) else second


def _echoes(text: str, prompt: str) -> bool:
    """True if most of the text is in the prompt in the same order: with noise, Whisper repeats its
    prompt."""
    words, expected = (re.findall(r"\w+", phrase.lower()) for phrase in (text, prompt))
    run = SequenceMatcher(None, words, expected, autojunk=False).find_longest_match().size
    return run >= _SHORTEST_ECHO and 4 * run >= 3 * len(words)


def is_latin(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return 2 * latin >= len(letters)

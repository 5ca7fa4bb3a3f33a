"""Names that spoken questions contain: those of the articles that the first hearing finds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from difflib import SequenceMatcher

from bot.audio import SPEECH_LANGUAGES, Transcript
from index.search.searcher import Searcher
from index.text.names import span_names

_PASSAGES = 12  # whose articles and names are expected
_MOST_CHARACTERS = 600  # roughly the limit of Whisper's prompt
_SHORTEST_ECHO = 3  # words


def find_names(searcher: Searcher, heard: str) -> str:
    """Return the titles and outlets of the articles that words find, and the names in their
    passages, without duplicates, for a recogniser to expect."""
    hits = searcher.search(heard, _PASSAGES).hits
    names = dict.fromkeys(hit.article.title for hit in hits)
    for hit in hits:
        text = hit.passage.text
        names |= dict.fromkeys(
            text[name.start : name.end] for name in span_names(text, hit.article.language)
        )
    names |= dict.fromkeys(hit.article.outlet for hit in hits if hit.article.outlet)
    prompt = ""
    for name in names:
        if name not in prompt and len(prompt) + len(name) <= _MOST_CHARACTERS:
            prompt += f"{name}, "
    return prompt.rstrip(", ")


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

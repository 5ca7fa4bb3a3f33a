"""Language detection, and index terms of questions and articles."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

import Stemmer  # type: ignore[import-not-found]

from index.text.folding import fold, fold_phrase
from index.text.numbers import plain_numbers
from index.text.stopwords import LANGUAGES, stop_words

_SAMPLE = 4_000  # characters
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_MARKS = (*((mark, "'") for mark in "’ʼ‘`´"), *((mark, "-") for mark in "‐‑"))
_ELIDED = re.compile(r"^(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu|(?:de|a|ne|su|da)ll)'(?=\w)")
_POSSESSIVE = re.compile(r"'s?$")
_NUMBER = re.compile(r"\d+\.\d+(?![.\d])|[^\W_]+(?:['\-][^\W_]+)*")
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_INITIAL = re.compile(r"\.[^\W\d_]\.")  # matches wherever _ACRONYM does
# Parts of « sont-ils », « a-t-on », « parle-moi » that are not in names.
_CLITICS = frozenset(
    "t je tu il elle on nous vous ils elles ce moi toi lui leur le la les y en là ci".split()  # noqa: SIM905
)
_SCRIPTS = (
    (re.compile("[぀-ヿ]"), "ja"),
    (re.compile("[가-힯]"), "ko"),
    (re.compile("[一-鿿]"), "zh"),
    (re.compile("[ऀ-ॿ]"), "hi"),
    (re.compile("[฀-๿]"), "th"),
    (re.compile("[Ͱ-Ͽ]"), "el"),
    (re.compile("[֐-׿]"), "he"),
)
_CLASSIFIED = 15  # words; in shorter texts the votes are more reliable than the classifier
_TYPICAL = 0.15  # minimum share of words that vote for a known language
_LETTER = 0.4  # weight of letters typical of a language, relative to a word's vote
_MAX_LETTERS = 3  # to count; Swedish has as many ä and ö as German
_LETTERS = {
    "fr": re.compile("[œèùê]|qu'|[jcn]'[aeiouéê]"),
    "es": re.compile("[ñ¿¡]|ción"),
    "de": re.compile("[ßäö]|ung"),
    "it": re.compile("zione|gli|[òì]"),
    "pt": re.compile("[ãõ]|ção"),
    "nl": re.compile("ij|aa"),
    "en": re.compile(r"\bth|\bwh|'s\b"),
}
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_STEMMED = {code for code, name in _SNOWBALL.items() if name in Stemmer.algorithms()}


def detect(text: str, fallback: str = "fr") -> str:
    """Return the ISO 639-1 code of the language of `text`, or `fallback` if it is unclear.

    Seven languages are detected by stop words, in microseconds; a text with few of them goes to the
    slower classifier, unless it is too short.
    """
    sample = _straighten(unicodedata.normalize("NFC", text[:_SAMPLE])).lower()
    letters = [letter for letter in sample if letter.isalpha()]
    for script, language in _SCRIPTS:  # each of one language only
        if script.search(sample) and 3 * len(script.findall(sample)) > len(letters):
            return language
    words = _WORD.findall(sample)
    votes = _votes(words, sample)
    best = max(votes.values(), default=0.0)
    # No word in another alphabet has a vote.
    foreign = best == 0 and 2 * sum(letter >= "\u0250" for letter in letters) > len(letters)
    if foreign or (len(words) >= _CLASSIFIED and best < _TYPICAL * len(words)):
        return _classifier()(sample) or fallback
    if best == 0 or votes.get(fallback, 0.0) >= best:
        return fallback
    return max(votes, key=votes.__getitem__)


def _votes(words: list[str], sample: str) -> dict[str, float]:
    """Score each language; a word counts less the more languages share it."""
    votes = dict.fromkeys(LANGUAGES, 0.0)
    languages_of = _languages_by_word()
    for word in words:
        parts = re.split("['-]", word) if "'" in word or "-" in word else ()
        for part in (word, *parts):
            for language in languages_of.get(part, ()):
                votes[language] += 1 / len(languages_of[part])
    for language, letters in _LETTERS.items():
        votes[language] += _LETTER * min(len(letters.findall(sample)), _MAX_LETTERS)
    return votes


@cache
def _languages_by_word() -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for word in stop_words(language):
            words.setdefault(word, []).append(language)
    return words


def classifier_bytes() -> int:
    """Return the memory of the general classifier in this process, 0 until it is loaded."""
    return 140 * 2**20 if _classifier.cache_info().currsize else 0


@cache
def _classifier() -> Callable[[str], str]:
    """Load the general classifier, in half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])
    return lambda text: str(identifier.classify(text)[0])


def terms(text: str, language: str) -> list[str]:
    """Return the index terms of `text` in order: lower case, stemmed, without accents.

    Stop words are dropped. « 15 000 » becomes 15000; a hyphenated name gives itself and its parts.
    """
    plain = plain_numbers(_straighten(unicodedata.normalize("NFC", text)).lower())
    if _INITIAL.search(plain):  # avoids the slow pattern for most texts
        plain = _ACRONYM.sub(lambda match: match[0].replace(".", "") + " ", plain)
    return [term for word in _NUMBER.findall(plain) for term in _terms_of(word, language)]


def _straighten(text: str) -> str:
    """Replace typographic apostrophes and hyphens by plain ones."""
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    return text


@lru_cache(maxsize=1 << 16)  # most words recur in a corpus
def _terms_of(word: str, language: str) -> tuple[str, ...]:
    stops = stop_words(language)
    if word not in stops and "'" in word:
        word = _POSSESSIVE.sub("", _ELIDED.sub("", word, count=1))
    if word in stops:
        return ()
    words = _compound(word, stops) if "-" in word else [word]
    if language in _STEMMED:  # names with digits or hyphens do not inflect
        stemmer = _stemmers[language]
        words = [stemmer.stemWord(part) if part.isalpha() else part for part in words]
    return tuple(map(fold, words))


def _compound(word: str, stops: frozenset[str]) -> list[str]:
    """Return a hyphenated word and its parts; « mai-1 » also without the hyphen."""
    parts = word.split("-")
    is_verb = parts[-1] in _CLITICS
    words = [part for part in parts if part not in stops and not (is_verb and part in _CLITICS)]
    words = [part for part in words if len(part) > 1 or part.isdigit()]
    if is_verb or not words:
        return words
    has_digits_and_letters = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return [word, *([word.replace("-", "")] if has_digits_and_letters else []), *words]


class _Stemmers(threading.local):
    """Stemmers by language and thread, because they are not thread-safe."""

    def __init__(self) -> None:
        self._by_language: dict[str, Stemmer.Stemmer] = {}

    def __getitem__(self, language: str) -> Stemmer.Stemmer:
        if language not in self._by_language:
            self._by_language[language] = Stemmer.Stemmer(_SNOWBALL[language])
        return self._by_language[language]


_stemmers = _Stemmers()
_SPELLING_WORD = re.compile(r"[^\W\d_]{6,}")
_QUESTION_WORDS = ("article", "articles", "auteur", "author", "written", "published")


def mend_phrase(text: str) -> str:
    """Correct misspelled words of questions about articles: « artcile »."""
    return _SPELLING_WORD.sub(_mend_word, text)


def _mend_word(match: re.Match[str]) -> str:
    """Return the question word at an edit distance of one, or the word itself."""
    from rapidfuzz.distance import OSA

    plain = fold_phrase(match[0])
    if plain in _QUESTION_WORDS:
        return match[0]
    for word in _QUESTION_WORDS:
        # The first letter must be right: « hauteur » is not « auteur ».
        plural = plain + "s" == word or plain == word + "s"
        if word[0] == plain[0] and not plural and OSA.distance(plain, word) <= 1:
            return word
    return match[0]


def keyed_terms(text: str, language: str) -> list[str]:
    """Return the terms of a text as stored in the index."""
    return [_keyed(term, language) for term in terms(text, language)]


@lru_cache(maxsize=1 << 16)  # most words recur in a corpus
def _keyed(term: str, language: str) -> str:
    return term if any(char.isdigit() for char in term) else f"{language}:{term}"

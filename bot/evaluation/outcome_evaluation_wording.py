"""When two wordings are the same answer."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_ARTICLES = {
    "en": re.compile(r"\b(?:an?|the)\b"),
    "fr": re.compile(r"\b(?:les?|la|une?|des|du)\b"),
    "es": re.compile(r"\b(?:el|las?|los?|un[ao]s?|un)\b"),
}
_ELIDED = re.compile(r"\bl['’]")
_SYMBOLS = frozenset("$+<=>^`|~")  # in ASCII's punctuation though not in Unicode's


def plain(text: str) -> str:
    """Lower case, with single spaces where space and punctuation stood."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(" " if _punctuation(c) else c for c in folded).split())


def holds(text: str, answer: str) -> bool:
    """Whether the words of the answer follow each other in the text, whatever case and marks."""
    wanted = plain(answer)
    return bool(wanted) and f" {wanted} " in f" {plain(text)} "


def squad_normal(text: str, language: str) -> str:
    """What SQuAD's official scorer compares: no case, no punctuation, no article of speech.

    The official one knows English articles only; those of French follow FQuAD's (d'Hoffschmidt et
    al., 2020), those of Spanish MLQA's (Lewis et al., 2020).
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    if language == "fr":
        lowered = _ELIDED.sub(" ", lowered)
    lowered = "".join(character for character in lowered if not _punctuation(character))
    if language in _ARTICLES:
        lowered = _ARTICLES[language].sub(" ", lowered)
    return " ".join(lowered.split())


def exact_match(shown: str, golds: Iterable[str], language: str) -> float:
    """1.0 when what is shown is one of the answers, else 0.0."""
    normal = squad_normal(shown, language)
    return float(any(normal == squad_normal(gold, language) for gold in golds))


def f1(shown: str, golds: Iterable[str], language: str) -> float:
    """The best harmonic mean of precision and recall in words against one of the answers."""
    return max((_overlap(shown, gold, language) for gold in golds), default=0.0)


def _overlap(shown: str, gold: str, language: str) -> float:
    words = squad_normal(shown, language).split()
    wanted = squad_normal(gold, language).split()
    if not words or not wanted:
        return float(words == wanted)
    shared = (Counter(words) & Counter(wanted)).total()
    return 2 * shared / (len(words) + len(wanted))


def _punctuation(character: str) -> bool:
    return character in _SYMBOLS or unicodedata.category(character).startswith("P")

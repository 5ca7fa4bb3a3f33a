"""How a question leans on what was said before, told by its closed-class words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.about import asked
from bot.conversation import words
from bot.conversation.nouns import Noun, nouns
from bot.spelling import folded
from index.language import detect, terms

Way = Literal[
    "alone",  # it stands on its own
    "courtesy",  # « Merci ! »: nothing is asked
    "greeting",  # « Bonjour ! »
    "wordless",  # « ? », an emoji
    "self",  # « Qui es-tu ? »
    "correction",  # « Non, je parlais de Hubble. »
    "speaker",  # « Qui l'a dit ? »
    "article",  # « Qui a écrit cet article ? »
    "ellipsis",  # « Et en 2024 ? »
    "fragment",  # « Pourquoi ? », « En quelle année ? »
    "pronoun",  # « Quand est-elle née ? »
    "unnamed",  # « Qui a pris la décision ? »: it may lean, no word of it tells
]

LONGEST = 300  # characters; who writes more leaves little to be understood
LONGEST_ELLIPSIS = 8  # words
LONGEST_UNNAMED = 6  # words that count: a question with more says what it is about


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's language, the way it leans, and `rest`: the part of it to be completed.

    For an ellipsis or a correction that is what is new (« en 2024 », « Hubble »), otherwise the
    question without its opening (« Et », "So,").
    """

    way: Way
    rest: str
    language: str
    nouns: tuple[Noun, ...] = ()


def read(question: str, language: str) -> Reading:
    """The reading of a question; `language` is what was spoken before, where nothing tells."""
    question = " ".join(question.split())
    language = spoken(question, language)
    if len(question) > LONGEST:
        return Reading("alone", question, language)
    plain = folded(question)
    if words.COURTESY.fullmatch(plain):
        greets = words.GREETING.match(plain) is not None
        return Reading("greeting" if greets else "courtesy", question, language)
    if not any(map(str.isalnum, plain)):
        return Reading("wordless", question, language)
    if words.SELF.fullmatch(plain):
        return Reading("self", question, language)
    correction = words.CORRECTION.match(plain)
    if correction is not None:
        return Reading("correction", _bare(question[correction.end() :]), language)
    opening = words.OPENING.match(plain)
    rest = question[opening.end() :] if opening else question
    linked = opening is not None and words.LINKING.search(opening[0]) is not None
    way = _way(rest, language, linked=linked)
    if way == "ellipsis":
        about = words.WHAT_ABOUT.match(folded(rest))
        rest = _bare(rest[about.end() :] if about else rest)
    return Reading(way, rest, language, nouns(rest, language))


def spoken(question: str, before: str) -> str:
    """The language of a question among those whose follow-ups are understood.

    A few words tell it badly: where they seem to be in another, it is the one spoken before.
    """
    told = detect(question, fallback=before)
    short = len(question.split()) <= LONGEST_ELLIPSIS
    return before if told not in words.SPOKEN and short and before in words.SPOKEN else told


def _way(rest: str, language: str, *, linked: bool) -> Way:
    plain = folded(rest)
    if language not in words.SPOKEN or not plain.strip(" ?!."):
        return "alone"
    if words.SPEAKER.fullmatch(plain):
        return "speaker"
    about = asked(rest)
    if about is not None:
        return "article" if not about.subject and words.THIS_ARTICLE.search(plain) else "alone"
    if _elliptical(rest, plain, linked=linked):
        return "ellipsis"
    if words.FRAGMENT[language].fullmatch(plain):
        return "fragment"
    spoken_of = nouns(rest, language)
    if words.THIS_ARTICLE.search(plain) or _leaning(rest, plain, language, spoken_of):
        return "pronoun"
    if not _content(rest, language):
        return "fragment"
    named = any(noun.named for noun in spoken_of) or words.QUOTED.search(rest)
    long = len(_content(rest, language)) > LONGEST_UNNAMED
    asks = words.ASKING.search(rest.lower())  # what asks nothing is a search by key words
    return "unnamed" if asks and not named and not long else "alone"


def _elliptical(rest: str, plain: str, *, linked: bool) -> bool:
    """Whether it names something without asking anything about it."""
    about = words.WHAT_ABOUT.match(plain)
    new = rest[about.end() :] if about else rest
    if len(new.split()) > LONGEST_ELLIPSIS or words.ASKING.search(new.lower()):
        return False
    if about is not None:
        return bool(_bare(new))
    return linked or (words.PREPOSITION.match(plain) is not None and len(rest.split()) <= 5)


def _content(rest: str, language: str) -> list[str]:
    return [term for term in terms(rest, language) if term not in words.EMPTY]


def _leaning(rest: str, plain: str, language: str, spoken_of: tuple[Noun, ...]) -> bool:
    """Whether a pronoun, possessive or demonstrative has nothing to refer to in the question."""
    plain = words.IMPERSONAL[language].sub(lambda match: "·" * len(match[0]), plain)
    if words.DEMONSTRATIVE[language].search(plain):
        return True
    if words.DISLOCATED.match(rest):
        return False
    quoted = words.QUOTED.search(rest)
    own = [noun.start for noun in spoken_of] + ([quoted.start()] if quoted else [])
    first = min(own, default=len(rest))
    return words.OBJECT[language].search(plain) is not None or any(
        match.start() < first and not _generic(match, plain)
        for match in words.PRONOUN[language].finditer(plain)
    )


def _generic(found: re.Match[str], plain: str) -> bool:
    """Whether a possessive goes with the asking word: « combien de gens ont perdu leur maison »."""
    possessive = words.POSSESSIVE.match(found[0])
    return bool(possessive and words.GENERIC.search(plain, 0, found.start()))


def _bare(text: str) -> str:
    return text.strip(" ?!.,:;")

"""How a question leans on what was said before, told by its closed-class words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.answering.about import LONGEST_QUESTION, metadata_question
from bot.followups import closed_class
from bot.followups.nouns import Noun, nouns
from index.text.folding import fold_phrase
from index.text.language import detect, terms

ReferenceWay = Literal[
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

LONGEST_ELLIPSIS = 8  # words
LONGEST_UNNAMED = 6  # words that count: a question with more says what it is about


@dataclass(frozen=True, slots=True)
class ReferenceReading:
    """A question's language, the way it leans, and `rest`: the part of it to be completed.

    For an ellipsis or a correction that is what is new (« en 2024 », « Hubble »), otherwise the
    question without its opening (« Et », "So,").
    """

    way: ReferenceWay
    rest: str
    language: str
    nouns: tuple[Noun, ...] = ()


def read_reference(question: str, language: str) -> ReferenceReading:
    """The reading of a question; `language` is what was spoken before, where nothing tells."""
    question = " ".join(question.split())
    language = spoken(question, language)
    if len(question) > LONGEST_QUESTION:
        return ReferenceReading("alone", question, language)
    plain = fold_phrase(question)
    if closed_class.COURTESY.fullmatch(plain):
        greets = closed_class.GREETING.match(plain) is not None
        return ReferenceReading("greeting" if greets else "courtesy", question, language)
    if not any(map(str.isalnum, plain)):
        return ReferenceReading("wordless", question, language)
    if closed_class.SELF.fullmatch(plain):
        return ReferenceReading("self", question, language)
    correction = closed_class.CORRECTION.match(plain)
    if correction is not None:
        return ReferenceReading("correction", _bare(question[correction.end() :]), language)
    opening = closed_class.OPENING.match(plain)
    rest = question[opening.end() :] if opening else question
    linked = opening is not None and closed_class.LINKING.search(opening[0]) is not None
    way = _way(rest, language, linked=linked)
    if way == "ellipsis":
        about = closed_class.WHAT_ABOUT.match(fold_phrase(rest))
        rest = _bare(rest[about.end() :] if about else rest)
    return ReferenceReading(way, rest, language, nouns(rest, language))


def asks(text: str) -> bool:
    """Whether a text asks something, by its mark or by one of its words."""
    return "?" in text or closed_class.ASKING.search(text.lower()) is not None


def points_at(text: str) -> bool:
    """Whether it only points at the message that it replies to: « C'est vrai ? », « ? »."""
    plain = _bare(fold_phrase(text))
    wordless = not any(map(str.isalnum, plain))
    return wordless or closed_class.POINTING.fullmatch(plain) is not None


def spoken(question: str, before: str) -> str:
    """The language of a question among those whose follow-ups are understood.

    A few words tell it badly: where they seem to be in another, it is the one spoken before.
    """
    told = detect(question, fallback=before)
    short = len(question.split()) <= LONGEST_ELLIPSIS
    return (
        before
        if told not in closed_class.SPOKEN and short and before in closed_class.SPOKEN
        else told
    )


def _way(rest: str, language: str, *, linked: bool) -> ReferenceWay:
    plain = fold_phrase(rest)
    if language not in closed_class.SPOKEN or not plain.strip(" ?!."):
        return "alone"
    if closed_class.SPEAKER.fullmatch(plain):
        return "speaker"
    about = metadata_question(rest)
    if about is not None:
        return (
            "article" if not about.subject and closed_class.THIS_ARTICLE.search(plain) else "alone"
        )
    if _elliptical(rest, plain, linked=linked):
        return "ellipsis"
    if closed_class.FRAGMENT[language].fullmatch(plain):
        return "fragment"
    spoken_of = nouns(rest, language)
    if closed_class.THIS_ARTICLE.search(plain) or _leaning(rest, plain, language, spoken_of):
        return "pronoun"
    if not content_terms(rest, language):
        return "fragment"
    named = any(noun.named for noun in spoken_of) or closed_class.QUOTED.search(rest)
    long = len(content_terms(rest, language)) > LONGEST_UNNAMED
    asks = closed_class.ASKING.search(rest.lower())  # what asks nothing is a search by key words
    return "unnamed" if asks and not named and not long else "alone"


def _elliptical(rest: str, plain: str, *, linked: bool) -> bool:
    """Whether it names something without asking anything about it."""
    about = closed_class.WHAT_ABOUT.match(plain)
    new = rest[about.end() :] if about else rest
    if len(new.split()) > LONGEST_ELLIPSIS or closed_class.ASKING.search(new.lower()):
        return False
    if about is not None:
        return bool(_bare(new))
    return linked or (closed_class.PREPOSITION.match(plain) is not None and len(rest.split()) <= 5)


def content_terms(text: str, language: str) -> list[str]:
    """The terms of a text but those that only say what kind of thing is asked for."""
    return [term for term in terms(text, language) if term not in closed_class.EMPTY]


def _leaning(rest: str, plain: str, language: str, spoken_of: tuple[Noun, ...]) -> bool:
    """Whether a pronoun, possessive or demonstrative has nothing to refer to in the question."""
    plain = closed_class.IMPERSONAL[language].sub(lambda match: "·" * len(match[0]), plain)
    if closed_class.DEMONSTRATIVE[language].search(plain):
        return True
    if closed_class.DISLOCATED.match(rest):
        return False
    quoted = closed_class.QUOTED.search(rest)
    own = [noun.start for noun in spoken_of] + ([quoted.start()] if quoted else [])
    first = min(own, default=len(rest))
    return closed_class.OBJECT[language].search(plain) is not None or any(
        match.start() < first and not _generic(match, plain)
        for match in closed_class.PRONOUN[language].finditer(plain)
    )


def _generic(found: re.Match[str], plain: str) -> bool:
    """Whether a possessive goes with the asking word: « combien de gens ont perdu leur maison »."""
    possessive = closed_class.POSSESSIVE.match(found[0])
    return bool(possessive and closed_class.GENERIC.search(plain, 0, found.start()))


def _bare(text: str) -> str:
    return text.strip(" ?!.,:;")

"""What a turn was about: the things that a pronoun of the next question may stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.followups import closed_class
from bot.followups.nouns import Gender, Noun, nouns
from bot.followups.turn import Turn
from index.text.folding import fold_phrase
from index.text.names import placed, span_names

# The most given in France and in English-speaking countries over a century, those left out that
# both have (Claude, Camille, Dominique, Andrea, Jean in English).
_HE = frozenset(
    """
    adam adrien alain albert alexander alexandre alfred andre andrew anthony antoine arthur
    auguste augustin benjamin bernard bruno carl charles christian christophe christopher daniel
    david denis didier donald edmond edouard edward emile emmanuel eric ernest etienne eugene
    fernand francois frank franck frederic gabriel george georges gerard gilbert gilles guillaume
    gustave guy harry henri henry herbert hugo isaac jack jacques james jean-louis jean-paul
    jean-pierre jean-francois jerome john joseph joshua jules julien kevin laurent leon louis luc
    lucien marc marcel mark martin matthew maurice michael michel nicolas olivier oscar pascal
    patrice patrick paul peter philip philippe pierre raymond rene richard robert roger roland
    ronald samuel sebastien serge simon stephane stephen steven theodore thierry thomas tim
    timothy victor vincent walter william xavier yves
    """.split()  # noqa: SIM905
)


_SHE = frozenset(
    """
    adele agnes alice amelie anita anna anne barbara beatrice brigitte caroline catherine cecile
    charlotte chloe christiane christine claire clara colette danielle deborah denise diane
    dorothy edith elisabeth elizabeth emilie emily emma eva eve florence francoise frederique
    genevieve georgette germaine grace helen helene henriette ingrid irene isabelle jacqueline
    jane janet jeanne jennifer jessica josephine judith julia julie juliette karen katalin laura
    laurence lea linda lise louise lucie madeleine margaret marguerite maria marie marie-jose
    marie-claude marine marion marthe martine mary mathilde michele monique nadine nancy nathalie
    nicole odette olivia pamela patricia pauline rachel rebecca renee rosalind rosa sandra sarah
    simone sophie susan suzanne sylvie therese ursula valerie veronique virginie yvette yvonne zoe
    """.split()  # noqa: SIM905
)


def told_by(name: str) -> Gender:
    """The gender that a person's first name tells; nothing where it tells none."""
    first = fold_phrase(name).split()[:1]
    if not first:
        return ""
    return "m" if first[0] in _HE else "f" if first[0] in _SHE else ""


LOOKED_BACK = 2  # turns whose things a pronoun may stand for


EARLIER = 4  # how much further off the things of the turn before are


MISMATCH = 10


@dataclass(frozen=True, slots=True)
class Pronoun:
    """What a pronoun tells of what it stands for: `person` or `thing` where it must be one.

    `subject` is whether it is the question's subject: « il » goes back to a person just named
    sooner than « l' » does.
    """

    gender: Gender = ""
    plural: bool = False
    person: bool = False
    thing: bool = False
    subject: bool = False


_FRENCH = (
    (re.compile(r"(?<!\w)(?:ils|eux)\b"), Pronoun("m", plural=True, subject=True)),
    (re.compile(r"(?<!\w)elles\b"), Pronoun("f", plural=True, subject=True)),
    (re.compile(r"(?<!\w)il\b"), Pronoun("m", subject=True)),
    (re.compile(r"(?<!\w)elle\b"), Pronoun("f", subject=True)),
    (re.compile(r"(?<!\w)lui\b"), Pronoun(person=True, subject=True)),
    (re.compile(r"\bleurs?\b"), Pronoun(plural=True)),
    (re.compile(r"(?<!\w)l'\w.{0,300}?\w(?:ee|ite|ise|uite)s?\b"), Pronoun("f")),
)


_ENGLISH = (
    (re.compile(r"\b(?:he|him|his)\b"), Pronoun("m", person=True, subject=True)),
    (re.compile(r"\b(?:she|hers?)\b"), Pronoun("f", person=True, subject=True)),
    (re.compile(r"\b(?:it|its)\b"), Pronoun(thing=True)),
    (re.compile(r"\b(?:they|them|theirs?)\b"), Pronoun(plural=True, subject=True)),
)


def pronoun_of(question: str, language: str) -> Pronoun:
    """The first pronoun that tells something of what it stands for."""
    plain = fold_phrase(question)
    for pattern, pronoun in _ENGLISH if language == "en" else _FRENCH:
        if pattern.search(plain):
            return pronoun
    return Pronoun()


def subjects(history: Sequence[Turn], pronoun: Pronoun) -> list[str]:
    """What a pronoun may stand for after these turns, the likeliest first."""
    ranked = [
        (distance + EARLIER * back, subject)
        for back, turn in enumerate(history[: -1 - LOOKED_BACK : -1])
        for distance, subject in _of_turn(turn, pronoun)
        if distance < MISMATCH
    ]
    return list(dict.fromkeys(subject for _, subject in sorted(ranked, key=lambda each: each[0])))


def topics(turn: Turn) -> list[str]:
    """What a turn's question was about, then its article."""
    asked = nouns(turn.understood, turn.language)
    named = [noun.text for noun in asked if noun.named]
    return [*named, *heads(turn), *(noun.text for noun in asked)]


def other(turn: Turn) -> str | None:
    """The name told in one breath with the one asked about: « MAI-Voice-1 et MAI-1-preview »."""
    asked = fold_phrase(turn.understood)
    found = span_names(turn.answer, turn.language)
    for one, next_one in pairwise(found):
        first, second = (turn.answer[each.start : each.end] for each in (one, next_one))
        known = [fold_phrase(each) in asked for each in (first, second)]
        between = fold_phrase(turn.answer[one.end : next_one.start])
        if known[0] != known[1] and closed_class.AND.fullmatch(between):
            return second if known[0] else first
    return None


def _of_turn(turn: Turn, pronoun: Pronoun) -> list[tuple[int, str]]:
    ranked: list[tuple[int, str]] = []
    plain = fold_phrase(turn.understood)
    of_what = closed_class.OF_WHAT.match(plain) is not None
    for place, noun in enumerate(nouns(turn.understood, turn.language)):
        distance = _distance(noun, pronoun) + place + (0 if noun.named else 2)
        further = -2 if of_what else 1  # « le diamètre du miroir » is not what is spoken of
        parts = enumerate(noun.parts, start=distance + further)
        ranked += [(distance, noun.text), *parts]
    counted = closed_class.COUNTED_NOUNS.search(plain)
    if counted is not None and turn.language == "fr":
        ranked.append((0 if pronoun.plural else 8, f"les {counted['noun']}"))
    if not pronoun.thing:
        ranked += _persons(turn, pronoun, asked=closed_class.WHO.search(plain) is not None)
    return ranked + [(_head_distance(head, turn, pronoun), head) for head in heads(turn)]


def _head_distance(head: str, turn: Turn, pronoun: Pronoun) -> int:
    """How far what the article is about is from being what the pronoun stands for."""
    plain = fold_phrase(turn.understood)
    found = closed_class.WHO.search(plain) and fold_phrase(head) in plain  # not who discovered it
    if pronoun.person and (found or not _called(head)):
        return MISMATCH
    unnamed = closed_class.HE.search(fold_phrase(turn.answer)) and not turn.found
    if closed_class.WHO.search(plain) and unnamed and not found and _person(head):
        return -1  # « Il achève Les Misérables », of Victor Hugo
    return 5 if pronoun.subject and not pronoun.plural and _person(head) else 9


def _persons(turn: Turn, pronoun: Pronoun, *, asked: bool) -> list[tuple[int, str]]:
    """The persons of the answer, nearer where the question asked for some."""
    told = [each for each in _told(turn) if not _of_another_sex(each, pronoun)][:2]
    if pronoun.plural:
        told = [(" and " if turn.language == "en" else " et ").join(told)] if told[1:] else []
    near = _told_distance(pronoun) if asked else 6
    return [(near + place, person) for place, person in enumerate(told)]


def _told(turn: Turn) -> list[str]:
    """The persons of an answer: what stands out in it first, then whom its article is about."""
    asked = fold_phrase(turn.understood)
    titles = fold_phrase(" ".join(cited.title for cited in turn.cited))
    found = []
    for name in span_names(turn.answer, turn.language):
        text = turn.answer[name.start : name.end].rstrip(".")
        known = fold_phrase(text) in asked or placed(turn.answer, name)
        if not known and (_person(text) or (text == turn.found and _called(text))):
            found.append(text)

    def place(text: str) -> tuple[bool, bool]:
        return text not in turn.found, fold_phrase(text).split()[-1] not in titles

    return sorted(dict.fromkeys(found), key=place)


def _person(name: str) -> bool:
    """Whether a name may be a person's: two words or more, each with its capital, no digit."""
    plain = name.replace("-", " ")
    return " " in name and plain.istitle() and not any(map(str.isdecimal, name))


def _of_another_sex(name: str, pronoun: Pronoun) -> bool:
    """« Jean-Louis » is no « elle »; « ils » may be anybody."""
    asked = "" if pronoun.plural and pronoun.gender == "m" else pronoun.gender
    told = told_by(name)
    return bool(asked and told) and asked != told


def _called(name: str) -> bool:
    """Whether somebody may be called so: « Fleming », not « Paris 2024 » nor "penicillin"."""
    return name[:1].isupper() and not any(map(str.isdecimal, name))


def _distance(noun: Noun, pronoun: Pronoun) -> int:
    """How far a noun of the question is from being what the pronoun stands for."""
    determined = noun.text != noun.bare
    if pronoun.person and determined:
        return MISMATCH
    if pronoun.person and not _called(noun.text):
        return MISMATCH
    if not determined and _person(noun.text) and (pronoun.thing or pronoun.plural):
        return MISMATCH  # « Ada Lovelace » is no "it"
    if pronoun.plural != noun.plural and determined:
        return MISMATCH if pronoun.plural else 4
    if pronoun.gender and noun.gender and pronoun.gender != noun.gender:
        return MISMATCH
    if not determined and _person(noun.text) and _of_another_sex(noun.text, pronoun):
        return MISMATCH
    return 0 if pronoun.gender == noun.gender or not pronoun.gender else 2


def _told_distance(pronoun: Pronoun) -> int:
    if not pronoun.subject:
        return 5
    return 0 if pronoun.person or pronoun.plural else 1


def heads(turn: Turn) -> list[str]:
    """What the article cited first is about, by its title."""
    if not turn.cited:
        return []
    title = turn.cited[0].title
    found = [
        noun
        for noun in nouns(title, turn.language)
        if not closed_class.TIME.fullmatch(fold_phrase(noun.text))
    ]
    named = [noun.text for noun in found if noun.named] + [noun.text for noun in found]
    return [each for each in (*named[:1], title) if each][:1]

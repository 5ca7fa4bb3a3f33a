"""Which stretch of a sentence answers a question, by rules; nothing when they are not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import islice

from index.folding import fold
from index.language import terms
from index.reading import span_names, span_numbers, span_words
from index.reading.span import Stretch
from index.stopwords import stop_words


class AnswerKind(Enum):
    """The kinds of short answers.

    `COUNT` is how many of something, `MEASURE` how much in units, `NAME` any name or title,
    `NAMED` the name that follows the noun asked for (« quel hebdomadaire »).
    """

    DATE = "date"
    YEAR = "year"
    MONTH = "month"
    CENTURY = "century"
    COUNT = "count"
    MEASURE = "measure"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class WantedAnswer:
    """The kind of answer, the noun that is counted or named, and the classes of units it may have.

    `edge` says which of two years is meant where a life is told as « (1804-1871) ».
    """

    kind: AnswerKind
    noun: str = ""
    units: frozenset[str] = frozenset()
    edge: int | None = None


# The earliest in the question asks, then the longest. None: no word or two would answer.
# « quel » and "which" lead to a noun, which decides.
_ROWS: dict[str, tuple[tuple[str, AnswerKind | None], ...]] = {
    "fr": (
        (r"(?:depuis |jusqu'a |a partir de |de )?quand", AnswerKind.DATE),
        (r"(?:(?:^|(?<=, ))ou|d'ou|jusqu'ou|par ou)", AnswerKind.PLACE),
        (r"comment (?:s'appel\w+|se nomm\w+)", AnswerKind.NAME),
        (r"combien de temps", AnswerKind.MEASURE),
        (r"combien(?=.*\b(?:cout|vaut|valai|pay|gagn|rapport))", AnswerKind.MEASURE),
        (r"combien(?: de | d'|(?!\w))", AnswerKind.COUNT),
        (r"qu'|que|quoi|pourquoi|comment|lequel|laquelle|lesquels|lesquelles", None),
        (r"qui (?:est|etait|sont|furent|fut)(?= (?-i:[A-Z]))", None),
        (r"(?:(?:a|de|par|avec|chez|pour) )?qui", AnswerKind.PERSON),
        (r"quel(?:le)?s?", AnswerKind.NAMED),
    ),
    "en": (
        (r"(?:since |until )?when", AnswerKind.DATE),
        (r"where", AnswerKind.PLACE),
        (r"how (?:long|old|far|tall|high|wide|deep|heavy|fast|hot|cold)", AnswerKind.MEASURE),
        (r"how much", AnswerKind.MEASURE),
        (r"how many", AnswerKind.COUNT),
        (r"how|why", None),
        (r"who (?:is|was|were|are)(?= (?-i:[A-Z]))", None),
        (r"who|whom|whose", AnswerKind.PERSON),
        (r"which|what", AnswerKind.NAMED),
    ),
    "es": (
        (r"(?:desde |hasta )?cuando", AnswerKind.DATE),
        (r"a?donde", AnswerKind.PLACE),
        (r"cuanto (?:tiempo|cuesta)", AnswerKind.MEASURE),
        (r"cuant[oa]s?", AnswerKind.COUNT),
        (r"por que|para que|como", None),
        (r"quien(?:es)? (?:es|era|fue|son)(?= (?-i:[A-Z]))", None),
        (r"(?:(?:a|de|por|con) )?quien(?:es)?", AnswerKind.PERSON),
        (r"que|cual(?:es)?", AnswerKind.NAMED),
    ),
}


_NOUN = {
    "fr": r"\s*(?:(?:est|etait|fut|sont|sera)\s)?(?:(?:le|la|les|une?|son|sa|leur)\s|l')?([\w-]+)",
    "en": r"\s*(?:(?:is|was|are|were)\s)?(?:(?:the|a|an|his|her|its|their)\s)?([\w-]+)",
    "es": r"\s*(?:(?:es|era|fue|son|fueron)\s)?(?:(?:el|la|los|las|su)\s)?([\w-]+)",
}


_BORN = re.compile(r"\b(?:nee?s?|nait|naissance|born|nacio)\b")


_DEAD = re.compile(r"\b(?:morte?s?|meurt|mourut|decedee?s?|died?|dead|murio)\b")


_MARKS = str.maketrans("’ʼ`\u00a0\u202f", "'''  ")


def wanted_answer(question: str, language: str) -> WantedAnswer | None:
    """What the question asks for; None when no short stretch of a sentence would answer it."""
    if language not in _ROWS:
        return None
    plain = fold(question.translate(_MARKS)).strip(" ¿«\"'")
    asking, kind = _asking(plain, language)
    if asking is None or kind is None:
        return None
    rest = plain[asking.end() :].lower()
    match kind:
        case AnswerKind.NAMED:
            return _of_noun(rest, language)
        case AnswerKind.MEASURE:
            asked = asking[0].lower().split()[-1]
            return WantedAnswer(
                kind, units=span_words.MEASURED_BY.get(asked, frozenset({"length"}))
            )
        case AnswerKind.COUNT:
            noun = "" if asking[0].lower() == "combien" else _first_noun(rest, language)
            return WantedAnswer(kind, noun, span_words.UNIT_CLASS.get(noun, frozenset()))
        case AnswerKind.DATE:
            return WantedAnswer(kind, edge=_edge(rest))
        case _:
            return WantedAnswer(kind)


def _asking(plain: str, language: str) -> tuple[re.Match[str] | None, AnswerKind | None]:
    found = [
        (match.start(), -match.end(), at, match, kind)
        for at, (pattern, kind) in enumerate(_compiled(language))
        if (match := pattern.search(plain))
    ]
    if not found:
        return None, None
    *_, match, kind = min(found, key=lambda each: each[:3])
    return match, kind


@cache
def _compiled(language: str) -> tuple[tuple[re.Pattern[str], AnswerKind | None], ...]:
    return tuple(
        (re.compile(rf"(?<![\w'-])(?:{pattern})(?:(?<=[' ])|(?!\w))", re.I), kind)
        for pattern, kind in _ROWS[language]
    )


def _first_noun(rest: str, language: str) -> str:
    match = re.match(_NOUN[language], rest)
    return match[1] if match else ""


def _of_noun(rest: str, language: str) -> WantedAnswer | None:
    noun = _first_noun(rest, language)
    if len(noun) < 3:
        return None
    if noun in span_words.MEASURES:
        return WantedAnswer(AnswerKind.MEASURE, units=span_words.MEASURES[noun])
    if noun in span_words.COUNTED:
        return WantedAnswer(AnswerKind.COUNT)
    kind = next((kind for kind, nouns in _NOUNS.items() if noun in nouns), AnswerKind.NAMED)
    return WantedAnswer(kind, noun, edge=_edge(rest))


_NOUNS = {
    AnswerKind.DATE: span_words.DATE_NOUNS,
    AnswerKind.YEAR: span_words.YEAR_NOUNS,
    AnswerKind.MONTH: span_words.MONTH_NOUNS,
    AnswerKind.CENTURY: span_words.CENTURY_NOUNS,
    AnswerKind.PERSON: span_words.PERSON_NOUNS,
    AnswerKind.PLACE: span_words.PLACE_NOUNS,
    AnswerKind.NAME: span_words.NAME_NOUNS,
}


def _edge(rest: str) -> int | None:
    if _BORN.search(rest):
        return 0
    return -1 if _DEAD.search(rest) else None


# How far the best stretch must stand above the next; above this, fewer highlights and hardly
# better ones (docs/evaluation.md, "The highlighted span").
_MARGIN = 0.15


_COUNTED = 1.0  # added when what is counted is what the question counts


_PLACED = 0.2  # added when « à », « dans » rather than « de » stands before a place


MARK = 2  # words that a comma between counts for


STEM = 5  # letters that tell a noun whatever its ending


_NEAR = 3  # words behind a number among which is what it counts


_WORD = re.compile(r"\w+")


class RuleSpans:
    """A `SpanFinder` that goes by the asking word: dates, numbers with units, names, places."""

    def highlight(
        self, question: str, sentence: str, language: str, question_language: str
    ) -> tuple[int, int] | None:
        return highlight(question, sentence, language, question_language)


BY_RULES = RuleSpans()
"""The one that ships: it keeps nothing."""


def highlight(
    question: str, sentence: str, language: str, question_language: str
) -> tuple[int, int] | None:
    """The words of the sentence that answer the question; no highlight beats a wrong one."""
    want = wanted_answer(question, question_language)
    if want is None:
        return None
    asked = _Asked(question, sentence, language, question_language)
    stretches = [each for each in _stretches(want, sentence, language) if not asked.says(each)]
    if want.kind is AnswerKind.PERSON:
        stretches = span_names.together(sentence, stretches)
    ranked = sorted(
        ((asked.near(each) + _bonus(want, each), each) for each in stretches), key=_sure
    )
    if not ranked or (len(ranked) > 1 and _sure(ranked[1]) - _sure(ranked[0]) < _MARGIN):
        return None
    best = ranked[0][1]
    end = _counted_end(want, best, sentence, language) if _counts(want, best) else best.end
    return best.start, end


def _sure(ranked: tuple[float, Stretch]) -> float:
    return -ranked[0]


class _Asked:
    """A question's words, and where they stand in a sentence."""

    def __init__(self, question: str, sentence: str, language: str, question_language: str) -> None:
        self._sentence = sentence
        self._words = {fold(word) for word in _WORD.findall(question.lower())}
        self._stops = stop_words(language) | stop_words(question_language)
        stems = set(terms(question, question_language))
        self._met = [
            match.span()
            for match in _WORD.finditer(sentence)
            if self._meets(match[0].lower(), stems, language)
        ]

    def _meets(self, word: str, stems: set[str], language: str) -> bool:
        if word in self._stops or len(word) < 2:
            return False
        return fold(word) in self._words or not stems.isdisjoint(terms(word, language))

    def says(self, stretch: Stretch) -> bool:
        """Whether the question holds these words itself."""
        text = _WORD.findall(self._sentence[stretch.start : stretch.end].lower())
        return all(word in self._stops or fold(word) in self._words for word in text)

    def near(self, stretch: Stretch) -> float:
        """How close the question's words stand: the sum of one over their distances."""
        total = 0.0
        for start, end in self._met:
            if end <= stretch.start:
                total += 1 / self._distance(end, stretch.start)
            elif start >= stretch.end:
                total += 1 / self._distance(stretch.end, start)
        return total

    def _distance(self, start: int, end: int) -> int:
        gap = self._sentence[start:end]
        marks = sum(character in ",;:()" for character in gap)
        return 2 + len(_WORD.findall(gap)) + MARK * marks


def _stretches(want: WantedAnswer, sentence: str, language: str) -> Sequence[Stretch]:
    """Everything of the kind wanted, in reading order."""
    match want.kind:
        case AnswerKind.DATE | AnswerKind.YEAR | AnswerKind.MONTH | AnswerKind.CENTURY:
            return span_numbers.dates(sentence, want.kind.value, want.edge)
        case AnswerKind.COUNT:
            found = span_numbers.numbers(sentence)
            return [each for each in found if not want.noun or _may_count(want, each)]
        case AnswerKind.MEASURE:
            return [each for each in span_numbers.numbers(sentence) if each.unit in want.units]
        case AnswerKind.PERSON:
            people = span_names.span_names(sentence, language)
            return [each for each in people if want.noun or not span_names.placed(sentence, each)]
        case AnswerKind.PLACE:
            return span_names.span_places(sentence, language)
        case AnswerKind.NAME:
            return span_names.span_titles(sentence, language)
        case AnswerKind.NAMED:
            titles = span_names.span_titles(sentence, language)
            return [each for each in titles if fold(each.before) == want.noun]


def _may_count(want: WantedAnswer, each: Stretch) -> bool:
    return not each.unit or each.unit in want.units


def _counts(want: WantedAnswer, each: Stretch) -> bool:
    return want.kind is AnswerKind.COUNT and bool(want.noun) and want.noun[:STEM] in fold(each.noun)


def _bonus(want: WantedAnswer, each: Stretch) -> float:
    if want.kind is AnswerKind.PLACE and each.before in span_words.PLACED:
        return _PLACED
    return _COUNTED if _counts(want, each) else 0.0


def _counted_end(want: WantedAnswer, each: Stretch, sentence: str, language: str) -> int:
    """Behind a number, what is counted is shown when it bears a name (« 15 000 puces Nvidia »)."""
    for noun in islice(_WORD.finditer(sentence, each.end), _NEAR):
        if fold(noun[0].lower()).startswith(want.noun[:STEM]):
            found = span_names.span_names(sentence, language)
            return next((name.end for name in found if name.start == noun.end() + 1), each.end)
    return each.end

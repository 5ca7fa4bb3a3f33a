"""Find names in a text, and check whether a source has them."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from bot.verification.place_names import COMMON, translations_of
from index.text.dates import MONTH_NUMBERS, weekday_names
from index.text.folding import fold
from index.text.names import OPENERS
from index.text.stopwords import stop_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MIN_RATIO = 80.0  # of the letters of one name in two languages
_FUZZY_LETTERS = 5  # below which a ratio is not conclusive
_REACH = 3  # words that may stand between the parts of one name

_WORD = re.compile(r"(?<!\w)(?:[A-Z]\.|(?:Mr|Mrs|Ms|Dr|St|Pr|Mme)\.)|[^\W_]+(?:[-’'][^\W_]+)*")
_WEEKDAYS = weekday_names("fr", "en", "es")
_PART = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"^(?:[ldjnscmtLDJNSCMT]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu)['’]")
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENING = frozenset(':«“"—–.?!(')
_PARTICLES = _words("de du des d la le les von van der den del della di da of the al bin ibn ben")
_JOINING = frozenset({"von", "van", "van der", "van den", "di", "da", "bin", "ibn", "ben", "al"})
_AND = frozenset({"et", "and", "y", "&", "ou", "or", "puis"})
_RANKS = _words(
    "m mm mme mlle mr mrs ms dr pr sir lord lady saint st ste president presidente roi king "
    "reine queen general cardinal pape pope abbe eveque prince princesse duc comte professeur "
    "professor docteur doctor captain maire mayor ministre minister"
)
_SENTENCE_OPENERS = _words(
    "oui non yes no selon vers about some around according apres avant pendant depuis durant "
    "dans lors en au aux its their his her il elle ils elles on quelque environ enfin ensuite "
    "puis cependant toutefois neanmoins however later then when while since before after during "
    "only seul seule seuls plus moins tous toutes both many few several quatre trois deux dix "
    "douze twelve three four five six seven eight nine ten vingt"
)


@dataclass(frozen=True, slots=True)
class Name:
    """Adjacent capitalised words; `parts` are folded, without ranks and particles.

    `sure` is False for a single word that may only be capitalised as the first of a sentence.
    """

    start: int
    end: int
    parts: tuple[str, ...]
    sure: bool = True


def find_proper_names(text: str, language: str) -> list[Name]:
    """Find the names of a text, in reading order."""
    groups: list[list[re.Match[str]]] = []
    for match in _WORD.finditer(text):
        if _is_capitalized(match[0]):
            if groups and _continues(text, groups[-1][-1], match):
                groups[-1].append(match)
            else:
                groups.append([match])
    return [name for group in groups if (name := _name(text, group, language)) is not None]


def _is_capitalized(word: str) -> bool:
    """True for a capitalised word that is neither a month nor a day of the week."""
    core = _ELISION.sub("", word)
    plain = fold(core.lower())
    return core[:1].isupper() and plain not in MONTH_NUMBERS and plain not in _WEEKDAYS


def _continues(text: str, last: re.Match[str], match: re.Match[str]) -> bool:
    """True if a word continues the name that the `last` one belongs to."""
    elision = _ELISION.match(match[0])
    if elision and elision[0].lower().strip("'’") != "d":
        return False
    between = text[last.end() : match.start()]
    return between.isspace() or between.strip() in _JOINING


def _name(text: str, group: Sequence[re.Match[str]], language: str) -> Name | None:
    before = text[: group[0].start()].rstrip()
    opens = not before or before[-1] in _OPENING
    if opens and _is_ordinary(group[0][0], language, alone=len(group) == 1):
        group, opens = group[1:], False
    parts = tuple(
        part
        for match in group
        for part in fold_words(_POSSESSIVE.sub("", _ELISION.sub("", match[0])))
        if part not in _PARTICLES and (part not in _RANKS or len(group) == 1)
    )
    if not parts:
        return None
    elision = _ELISION.match(group[0][0])
    start = group[0].start() + (elision.end() if elision else 0)
    return Name(start, group[-1].end(), parts, sure=not (opens and len(group) == 1))


def _is_ordinary(word: str, language: str, *, alone: bool) -> bool:
    """True if a sentence's first word is surely not a name."""
    if _ELISION.match(word):
        return not _ELISION.sub("", word)[:1].isupper()
    plain = word.lower()
    folded = fold(plain)
    stops = stop_words(language) | OPENERS
    return plain in stops or folded in _SENTENCE_OPENERS or (folded in COMMON and alone)


@dataclass(frozen=True, slots=True)
class SourceNames:
    """The words by which a source may name things, folded, in order.

    `article_words` are those of its whole article. `is_foreign`: the claim is in another language.
    """

    words: tuple[str, ...]
    article_words: tuple[str, ...]
    is_foreign: bool = False


def fold_words(text: str) -> tuple[str, ...]:
    """Fold every word of a text; hyphenated words are split."""
    return tuple(fold(part.lower()) for part in _PART.findall(text))


def is_named(name: Name, source: SourceNames) -> bool:
    """True if a source has all parts of a name near each other, or its last part alone.

    A first name that the passage omits may occur elsewhere in the article.
    """
    words = frozenset(source.words)
    present = [_is_present(part, words, source.is_foreign) for part in name.parts]
    if not all(present):
        is_last_present = present[-1] and len(name.parts) > 1 and len(name.parts[-1]) > 1
        return (is_last_present and _are_near(name.parts, source.article_words)) or _is_acronym(
            name.parts, source.words
        )
    return len(name.parts) == 1 or any(
        _are_near(name.parts, each, in_any_order=source.is_foreign)
        for each in (source.words, source.article_words)
    )


def _is_present(part: str, words: Set[str], is_foreign: bool) -> bool:
    if not words.isdisjoint(translations_of(part)) or part + "s" in words:
        return True
    if part.endswith("s") and part[:-1] in words:
        return True
    if len(part) == 1:
        return any(word.startswith(part) for word in words)
    return is_foreign and _is_similar(part, words)


def _is_similar(part: str, words: Set[str]) -> bool:
    return len(part) >= _FUZZY_LETTERS and any(
        word[0] == part[0] and len(word) >= _FUZZY_LETTERS and ratio(part, word) >= _MIN_RATIO
        for word in words
    )


def _are_near(parts: Sequence[str], words: Sequence[str], *, in_any_order: bool = False) -> bool:
    """True if the parts follow each other closely, or occur `in_any_order`, however far apart."""
    forms = [translations_of(part) | {part + "s"} for part in parts]
    if in_any_order:
        return all(
            any(word in forms_of_part or _is_similar(part, {word}) for word in words if word)
            for part, forms_of_part in zip(parts, forms, strict=True)
        )
    for at, word in enumerate(words):
        if not _is_part(word, parts[0], forms[0]):
            continue
        place = at
        for part, forms_of_part in zip(parts[1:], forms[1:], strict=True):
            ahead = words[place + 1 : place + 2 + _REACH]
            step = next(
                (n for n, each in enumerate(ahead) if _is_part(each, part, forms_of_part)), None
            )
            # « Pierre et Marie Curie » names Pierre Curie, « A. X et B. Roque » no A. Roque.
            if step is None or not _AND.isdisjoint(ahead[1:step]):
                break
            place += step + 1
        else:
            return True
    return False


def _is_part(word: str, part: str, forms: Set[str]) -> bool:
    return word in forms or (len(part) == 1 and word.startswith(part))


def _is_acronym(parts: Sequence[str], source: Sequence[str]) -> bool:
    """True for « EHT » if the source has « Event Horizon Telescope », and the other way round."""
    words = [word for word in source if word not in _PARTICLES]
    if len(parts) == 1 and 2 < len(parts[0]) <= 6:
        return parts[0] in "".join(word[0] for word in words)
    return len(parts) > 2 and "".join(part[0] for part in parts) in words

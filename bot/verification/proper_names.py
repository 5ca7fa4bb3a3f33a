"""Names in a text, and whether a source bears them."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from bot.verification.place_names import COMMON, forms
from index.text.dates import MONTH_NUMBERS, weekday_names
from index.text.folding import fold
from index.text.names import OPENERS
from index.text.stopwords import stop_words


def _listed(text: str) -> frozenset[str]:
    """The words of a list, written as they are read."""
    return frozenset(text.split())


_ALIKE = 80.0  # how much of its letters a name keeps from one language to another
_LONG = 5  # letters below which likeness says nothing
_REACH = 3  # words that may stand between the parts of one name

_WORD = re.compile(r"(?<!\w)(?:[A-Z]\.|(?:Mr|Mrs|Ms|Dr|St|Pr|Mme)\.)|[^\W_]+(?:[-’'][^\W_]+)*")
_WEEKDAYS = weekday_names("fr", "en", "es")
_PART = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"^(?:[ldjnscmtLDJNSCMT]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu)['’]")
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENING = frozenset(':«“"—–.?!(')
_PARTICLES = frozenset(
    "de du des d la le les von van der den del della di da of the al bin ibn ben".split()  # noqa: SIM905
)
_JOINING = frozenset({"von", "van", "van der", "van den", "di", "da", "bin", "ibn", "ben", "al"})
_AND = frozenset({"et", "and", "y", "&", "ou", "or", "puis"})
_RANKS = _listed(
    "m mm mme mlle mr mrs ms dr pr sir lord lady saint st ste president presidente roi king "
    "reine queen general cardinal pape pope abbe eveque prince princesse duc comte professeur "
    "professor docteur doctor captain maire mayor ministre minister"
)


@dataclass(frozen=True, slots=True)
class Name:
    """Capitalised words that belong together; `parts` are folded, without ranks and particles.

    `sure` is False for a single word that may owe its capital to where it stands.
    """

    start: int
    end: int
    parts: tuple[str, ...]
    sure: bool = True


def proper_names(text: str, language: str) -> list[Name]:
    """The names of a text in reading order."""
    groups: list[list[re.Match[str]]] = []
    last: re.Match[str] | None = None
    for match in _WORD.finditer(text):
        if _capital(match[0]) and not _calendar(match[0]):
            if last is not None and _belongs(text, last, match):
                groups[-1].append(match)
            else:
                groups.append([match])
            last = match
    names = (_name(text, group, language) for group in groups)
    return [name for name in names if name is not None]


def _capital(word: str) -> bool:
    core = _ELISION.sub("", word)
    return core[:1].isupper()


def _calendar(word: str) -> bool:
    plain = fold(_ELISION.sub("", word).lower())
    return plain in MONTH_NUMBERS or plain in _WEEKDAYS


def _belongs(text: str, last: re.Match[str], match: re.Match[str]) -> bool:
    elided = _ELISION.match(match[0])
    if elided and elided[0].lower().strip("'’") != "d":
        return False
    between = text[last.end() : match.start()]
    return between.isspace() or between.strip() in _JOINING


def _name(text: str, group: Sequence[re.Match[str]], language: str) -> Name | None:
    group = list(group)
    opens = _opens(text, group[0].start())
    if opens and _ordinary(group[0][0], language, alone=len(group) == 1):
        group = group[1:]
        opens = False
    if not group:
        return None
    start = group[0].start()
    elided = _ELISION.match(group[0][0])
    start += elided.end() if elided else 0
    parts = tuple(
        part
        for match in group
        for part in _parts(match[0])
        if part not in _PARTICLES and (part not in _RANKS or len(group) == 1)
    )
    if not parts:
        return None
    return Name(start, group[-1].end(), parts, sure=not (opens and len(group) == 1))


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in _OPENING


def _ordinary(word: str, language: str, *, alone: bool) -> bool:
    """Whether a sentence's first word is surely no name."""
    plain = _ELISION.sub("", word).lower()
    folded = fold(plain)
    if _ELISION.match(word):
        return not _ELISION.sub("", word)[:1].isupper()
    stops = stop_words(language) | OPENERS
    return plain in stops or folded in _OPENERS or (folded in COMMON and alone)


_OPENERS = _listed(
    "oui non yes no selon vers about some around according apres avant pendant depuis durant "
    "dans lors en au aux its their his her il elle ils elles on quelque environ enfin ensuite "
    "puis cependant toutefois neanmoins however later then when while since before after during "
    "only seul seule seuls plus moins tous toutes both many few several quatre trois deux dix "
    "douze twelve three four five six seven eight nine ten vingt"
)


def _parts(word: str) -> list[str]:
    core = _POSSESSIVE.sub("", _ELISION.sub("", word))
    return [fold(part.lower()) for part in _PART.findall(core)]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The words that a source may name things by, folded, in order; `whole` is all its article's.

    `foreign` tells that the claim is in another language.
    """

    words: tuple[str, ...]
    whole: tuple[str, ...]
    foreign: bool = False

    @property
    def set(self) -> frozenset[str]:
        return frozenset(self.words)


def folded_name_parts(text: str) -> tuple[str, ...]:
    """Every word of a text, folded, parts of hyphenated ones by themselves."""
    return tuple(fold(part.lower()) for part in _PART.findall(text))


def name_borne(name: Name, source: KnownNames) -> bool:
    """Whether a source names it so: all of its parts together, or its last part alone.

    A first name that the passage leaves out may stand elsewhere in the article.
    """
    present = source.set
    there = [_present(part, present, source) for part in name.parts]
    if not all(there):
        last = there[-1] and len(name.parts) > 1 and len(name.parts[-1]) > 1
        return (last and _together(name.parts, source.whole)) or _acronym(name.parts, source)
    return (
        len(name.parts) == 1
        or _together(name.parts, source.words, loose=source.foreign)
        or (_together(name.parts, source.whole, loose=source.foreign))
    )


def _present(part: str, present: Set[str], source: KnownNames) -> bool:
    if not present.isdisjoint(forms(part)):
        return True
    if (part.endswith("s") and part[:-1] in present) or part + "s" in present:
        return True
    if len(part) == 1:
        return any(word.startswith(part) for word in present)
    return source.foreign and _alike(part, present)


def _alike(part: str, present: Set[str]) -> bool:
    return len(part) >= _LONG and any(
        word[0] == part[0] and len(word) >= _LONG and ratio(part, word) >= _ALIKE
        for word in present
    )


def _together(parts: Sequence[str], words: Sequence[str], *, loose: bool = False) -> bool:
    """Whether the parts stand near each other, in order; `loose` takes them in any order."""
    accepted = [forms(part) | {part + "s"} for part in parts]
    if loose:
        return all(
            any(word in each or _alike(part, {word}) for word in words if word)
            for part, each in zip(parts, accepted, strict=True)
        )
    for at, word in enumerate(words):
        if not _is(word, parts[0], accepted[0]):
            continue
        place = at
        for part, each in zip(parts[1:], accepted[1:], strict=True):
            ahead = words[place + 1 : place + 2 + _REACH]
            step = next((n for n, other in enumerate(ahead) if _is(other, part, each)), None)
            # « Pierre et Marie Curie » names Pierre Curie, « A. X et B. Roque » no A. Roque.
            if step is None or not _AND.isdisjoint(ahead[1:step]):
                break
            place += step + 1
        else:
            return True
    return False


def _is(word: str, part: str, accepted: Set[str]) -> bool:
    return word in accepted or (len(part) == 1 and word.startswith(part))


def _acronym(parts: Sequence[str], source: KnownNames) -> bool:
    """« EHT » for « Event Horizon Telescope », and the other way round."""
    words = [word for word in source.words if word not in _PARTICLES]
    if len(parts) == 1 and 2 < len(parts[0]) <= 6:
        letters = parts[0]
        initials = "".join(word[0] for word in words)
        return letters in initials and any(
            initials[at : at + len(letters)] == letters for at in range(len(initials))
        )
    letters = "".join(part[0] for part in parts)
    return len(parts) > 2 and letters in words

"""Words that a line's end has cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

# Second halves that keep their hyphen whatever stands before it (« dit-il », « eux-mêmes »,
# « là-dessus »), but where the whole is one of these words.
_ENCLITICS = "il elle on ils elles je là même mêmes dessus dessous delà"
_SECOND = frozenset(_ENCLITICS.split())
_SOLID = frozenset({"voilà"})
_ASKED = {"nous": ("ons", "mes"), "vous": ("ez", "tes")}  # « irons-nous », « êtes-vous »

# Little words between two hyphens (« c'est-à-dire », « arc-en-ciel », « a-t-il »).
_LITTLE = "à au de du des en et la le les ou sous sur t"
_MIDDLE = frozenset(_LITTLE.split())

# First halves that keep theirs, with those second halves that make one word of it all.
_FIRST = {
    first: re.compile(solid)
    for first, solid in {
        "porte": "feuilles?|manteaux?|faix|ments?$",
        "sous": "cri|trai(?:re|s$|t$|te?$|ent$)|trac|sign|tract",
        "non": "chal|obst|ant|agén|ag[eé]s|sens|ce",
        "avant": "ag",
        "après": "$",
        "arrière": "$",
        "demi": "$",
        "quasi": "ment$",
        "peut": "$",
        "rendez": "$",
        "sud": "$",
        "nord": "$",
        "ouest": "$",
        "vice": "$",
        "mi": "(?!temps|chemin|mandat|parcours|saison|janvier|mars|avril|juin|juillet|août)",
        "mini": "m|str|er|at",
        "ex": "(?!ministre|président|premier|directeur|directrice|femme|mari|patron|chef|candidat)",
        "celui": "$|(?!ci)",
        "celle": "$|(?!ci)",
        "ceux": "$|(?!ci)",
        "celles": "$|(?!ci)",
        "week": "$",
        "self": "$",
        "au": "(?!delà|dessus|dessous|devant)",
        "là": "$",
        "socio": "l",
        "franco": "$|ph",
        "anglo": "$|ph",
        "grand": "(?!mère|père|parent|messe|chose|place|angle)",
        "grands": "$",
        "belle": "$",
        "beau": "(?!père|frère|fils|parent)",
        "petit": "(?!déjeuner|fils|bourgeois|lait)",
        "petite": "(?!fille)",
        "petits": "$",
        "chef": "(?!lieu|d')",
    }.items()
}
_LONGEST = 60  # letters of a word
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]*)[-\u2010\u00ad]$")
_NEXT = re.compile(r"[^\W\d_]+")


def words_of(texts: Iterable[str]) -> set[str]:
    """The words that a document writes whole on one line, compounds with their hyphen."""
    return {word.lower() for text in texts for word in _WORD.findall(text)}


def ends_cut(text: str) -> bool:
    """Whether the line ends within a word."""
    return bool(_LAST.search(text[-_LONGEST:])) and len(text) > 1 and not text[-2].isspace()


def whole(lines: Sequence[str], known: set[str]) -> str:
    """The lines of a paragraph as one text."""
    parts: list[str] = []
    for first, second in pairwise(lines):
        parts.append(joined(first, second, known).removesuffix(second))
    return "".join([*parts, *lines[-1:]])


def joined(first: str, second: str, known: set[str]) -> str:
    """Two lines as one; a hyphen between them stays where it is part of the word.

    The document decides where it writes the word elsewhere. Else a hyphen stays before a capital
    or a figure, after a figure or another hyphen (« c'est-à- »), and in compounds of the lists
    above; a soft one never does.
    """
    cut = _LAST.search(first[-_LONGEST:])
    if cut is None or not ends_cut(first):
        return f"{first} {second}"
    begun = first[:-1]
    following = _NEXT.match(second)
    if first.endswith("\u00ad") and following:
        return begun + second
    if following is None or not second[0].islower():
        return f"{begun}-{second}" if second[:1].isalnum() else f"{first} {second}"
    if not cut[1]:
        return f"{begun}-{second}"
    whole = cut[1].lower(), following[0].lower()
    return f"{begun}{'-' if _keeps(*whole, begun, known) else ''}{second}"


def _keeps(first: str, second: str, begun: str, known: set[str]) -> bool:
    if first + second in known:
        return False
    compound = begun.split()[-1].lower().lstrip("«“\"'([") + "-" + second
    if f"{first}-{second}" in known or compound in known:
        return True
    if second in _SECOND and first + second not in _SOLID:
        return True
    if first.endswith(_ASKED.get(second, ())):
        return True
    if compound.count("-") > 1 and first in _MIDDLE:
        return True
    solid = _FIRST.get(first)
    return solid is not None and not solid.match(second)

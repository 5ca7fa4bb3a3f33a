"""Sentences that tell who or what somebody or something is."""

from __future__ import annotations

import re

from bot.archive.subject import SubjectName
from index.text.folding import fold_phrase

ROLE = re.compile(
    r"\b(?:presidente?|ministre|candidate?|deputee?|maire|senateur|senatrice|chef|secretaire|patron"
    r"|directeur|directrice|porte-parole|acteur|actrice|auteur|autrice|champion|championne|avocate?"
    r"|general|reine?|pape|astronaute|sonde|president|minister|mayor|leader|head|founder)\b"
)
_DEFINITION = re.compile(r"\s+(?:est|etait|is|was) (?:un|une|le|la|l'|a|an|the)\b")
_APPOSITION = re.compile(
    r"\s?, (?:(?:le|la|l'|un|une|the|a|ancien|ancienne|ex-)[\w' -]+|[\w' -]+),"
)
_BEFORE_CHARACTERS = 60  # in which a role may stand


def identifies(text: str, name: SubjectName) -> int:
    """How much a sentence tells who somebody is: a role beside the name, a definition."""
    folded = fold_phrase(text)
    match = next(name.core.parts[-1].find(text, folded), None)
    if match is None:
        return 0
    before = folded[max(0, match.start() - _BEFORE_CHARACTERS) : match.start()]
    return (
        3 * bool(_DEFINITION.match(folded, match.end()))
        + 2 * bool(_APPOSITION.match(folded, match.end()))
        + 2 * bool(ROLE.search(before))
    )

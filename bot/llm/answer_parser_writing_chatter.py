"""What a chat model says that is no claim: that it does not know, or words around the answer."""

from __future__ import annotations

import re

from index.language_bot_spelling import folded

_SOURCE = r"(?:(?:les|ces|the|these|provided|given|aucune? des?|none of the) )*"
_SOURCES = (
    rf"{_SOURCE}(?:passages?|articles?|textes?|texts?|extraits?|documents?|sources?|contexte?|context"
    r"|informations?)(?: (?:fournis|fournies|donnes|donnees|provided|given|above|ci-dessus))*"
)
_UNKNOWN = re.compile(
    r"(?:(?:desolee?|sorry|unfortunately|malheureusement|excuse[zr]?[- ]moi)\b[ ,.!:]*)*"
    r"(?:(?:mais|but|i'm|i am|je suis) (?:desolee?|sorry)[ ,.!]*)?"
    r"(?:je ne (?:le |la )?sais pas|je l'ignore|je n'en sais rien|i (?:do not|don't) know"
    r"|je ne (?:peux|puis|suis pas en mesure)|je n'ai (?:pas|aucune)|je ne (?:trouve|dispose) pas"
    r"|i (?:cannot|can't|could not|couldn't|am unable|do not have|don't have|have no|did not find)"
    r"|(?:il n'y a|aucune|il n'existe) (?:pas|aucune?|d')? ?(?:information|reponse|mention|donnee)"
    r"|(?:there is|there's) (?:no|not enough) (?:information|answer|mention)"
    r"|no information|cette information n'|this information is not|the answer is not"
    r"|(?:on ne sait pas|it is (?:not known|unknown)|inconnu|unknown)[ .!]*$"
    rf"|{_SOURCES} (?:ne |n')(?:\w+ )?(?:\w+ )?(?:pas|aucun|rien|nulle)"
    rf"|{_SOURCES} (?:do|does|did) ?(?:not|n't)"
    rf"|(?:dans|d'apres|selon|in|from|based on|according to) {_SOURCES}[ ,]+"
    r"(?:il n'y a (?:pas|aucune)|there is no|je ne|i (?:cannot|can't|do not|don't)))"
)
_AROUND = re.compile(
    r"(?:voici|bien sur|d'accord|certainement|avec plaisir|here (?:is|are)|sure|of course|certainly"
    r"|okay|great question|bonne question|n'hesite[zr]? pas|j'espere|i hope|feel free|let me know"
    r"|si (?:vous|tu) (?:avez|as) d'autres|if you (?:have|need)|en resume :|in summary:"
    r"|(?:sources?|references?|citations?|passages?) ?:)"
)


def is_refusal(text: str) -> bool:
    """Whether the sentence says that there is no answer."""
    return _UNKNOWN.match(folded(text).strip(" *_\"'«»")) is not None


def is_chatter(text: str) -> bool:
    """Whether the sentence only announces, greets or offers."""
    plain = folded(text).strip()
    return plain.endswith(":") or _AROUND.match(plain) is not None

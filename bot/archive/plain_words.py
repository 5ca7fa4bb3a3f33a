"""Parse plain requests for a function: « Chronologie de… », "What did … say about…"."""

from __future__ import annotations

import re

from bot.answering.metadata_question import LONGEST_QUESTION, QUOTATION_MARKS
from bot.archive.request import ArchiveFunction, ArchiveRequest
from index.article import Period
from index.text.folding import fold_phrase

_POLITE = (
    r"(?:(?:bonjour|salut|hello|hi|stp|svp|please)[ ,!]+)?"
    r"(?:(?:peux-tu|pouvez-vous|pourriez-vous|can you|could you|i want|je veux|je voudrais)[ ,]+)?"
    r"(?:(?:me |nous )?(?:fai(?:s|tes|re)|dresse[zr]?|etabli[srt]|donne[zr]?|montre[zr]?|give|show"
    r"|draw up|make|write)(?:[- ](?:moi|nous)| me| us)? )?"
)
_DE = r"(?:d(?:es?|u) |d')(?:la |l')?"
_A = r"(?:(?:la|une|le|un|les|toutes les|tous les|a|an|the|all the|all) )?"
_SUBJECT = r"(?P<subject>\S.*?)"
_PERSON = r"(?P<person>\S.*?)"
_ABOUT = (
    r"(?: (?:sur|a propos (?:d(?:es?|u) |d')|au sujet (?:d(?:es?|u) |d')|concernant|about|on)"
    rf" ?(?:la |le |les |l'|the )?{_SUBJECT})?"
)
_END = r"[ ?!.…]*"

_NAME = re.compile(r"(?<![\w'’])[A-ZÀ-ÖØ-Þ]")

_PATTERNS: tuple[tuple[ArchiveFunction, str], ...] = (
    (
        "chronology",
        rf"{_A}(?:(?:chronologie|frise|timeline|chronology)(?: complete)?"
        rf" (?:{_DE}|sur (?:la |le |les |l')?|of (?:the )?|for |on )"
        rf"|(?:retrace[zr]?|raconte[zr]?|trace)(?:[- ]moi)? l'histoire {_DE}"
        rf"|(?:quelles (?:sont|ont ete|furent) les )?"
        r"(?:(?:grandes|principales) (?:etapes|dates)|(?:etapes|dates) (?:cles?|importantes))"
        rf"(?: de l'histoire)? {_DE}"
        r"|what (?:are|were) the (?:main|key) (?:steps|stages|dates) (?:of|in) (?:the )?"
        rf"|(?:tell|trace) the (?:history|story) of (?:the )?){_SUBJECT}",
    ),
    (
        "quotes",
        rf"{_A}(?:(?:citations?|propos|phrases|mots|paroles|declarations?) {_DE}"
        rf"|quotes (?:of|by|from) ){_PERSON}{_ABOUT}",
    ),
    (
        "quotes",
        r"(?:que |qu'|qu'est-ce que |qu'est-ce qu')(?:dit|pense|declare|affirme|a dit|a declare"
        rf"|a affirme|a repondu|a annonce|a pu dire) {_PERSON}{_ABOUT}",
    ),
    (
        "quotes",
        rf"(?:ce que|qu'est-ce que) {_PERSON} (?:dit|pense|a dit|a declare|en dit){_ABOUT}",
    ),
    ("quotes", rf"what (?:did|does|has) {_PERSON} (?:say|said|think|declare){_ABOUT}"),
    (
        "overview",
        rf"(?:{_A}(?:point|synthese|overview|tour d'horizon|etat des lieux)"
        rf" (?:sur|{_DE}|of|on|about)|(?:que|qu'est-ce que l'on|qu'est-ce qu'on) (?:sait|sait-on)"
        rf"(?:[- ]on)? (?:sur|{_DE}|a propos {_DE})|what (?:is known|do we know) about"
        rf"|tell me about|synthetise[zr]?) ?(?:la |le |les |l'|the )?{_SUBJECT}",
    ),
    (
        "dossier",
        rf"{_A}(?:fiche|dossier|profil|portrait|biographie|bio|profile|file|biography)"
        rf" (?:sur |{_DE}|of |on |about )(?:la |le |les |l'|the )?{_SUBJECT}",
    ),
    (
        "summary",
        r"(?:resume[zr]?(?:[- ](?:moi|nous))?|summari[sz]e|sum up) (?:l'article|the article)"
        rf" (?:sur|about|on) (?:la |le |les |l'|the )?{_SUBJECT}",
    ),
    (
        "positions",
        r"(?:qui (?:est|sont)(?: ceux qui sont)? (?:pour et (?:qui est )?contre|pour ou contre)"
        r"|(?:les |quelles sont les )?positions sur|who is for and (?:who is )?against)"
        rf" (?:la |le |les |l'|the )?{_SUBJECT}",
    ),
)
_FUNCTIONS = tuple(
    (function, re.compile(rf"{_POLITE}{pattern}{_END}")) for function, pattern in _PATTERNS
)


def parse_function(
    words: str, question: str, period: Period | None, language: str
) -> ArchiveRequest | None:
    """Parse a request; `words` are those of the `question` without its period."""
    words = " ".join(words.split())
    plain = fold_phrase(words)
    if len(plain) > LONGEST_QUESTION:
        return None
    for function, pattern in _FUNCTIONS:
        match = pattern.fullmatch(plain)
        if match is not None:
            groups = match.groupdict()
            subject, person = (
                words[slice(*match.span(name))].strip(QUOTATION_MARKS) if groups.get(name) else ""
                for name in ("subject", "person")
            )
            if person and not _NAME.search(person):
                return None  # « Que dit la loi ? »
            return ArchiveRequest(function, subject, period, person, question, language)
    return None

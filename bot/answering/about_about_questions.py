"""Telling the questions about articles from the questions to them.

« Qui a écrit cet article ? » asks about one, « Qui a écrit Les Misérables ? » asks them all. A
question is taken apart into a head (« qui a écrit »), a target (« l'article sur Lascaux ») and a
tail (« a-t-il été publié »); only a whole match counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.language_bot_spelling import folded, mended

Kind = Literal["author", "date", "title", "which", "count"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about articles; `subject` is what they are about, "" for whatever they are.

    A listing without a subject makes sense for a time only: see `bot.answering.time_range`.
    """

    kind: Kind
    subject: str


_POLITE = (
    r"(?:(?:bonjour|salut|hello|hi|stp|svp|please)[ ,!]+)?"
    r"(?:(?:peux-tu|pouvez-vous|pourriez-vous|can you|could you) )?"
    r"(?:(?:sais-tu|savez-vous|(?:me )?di(?:s|re|tes)(?:[ -]moi)?|do you know|tell me)[ ,]+)?"
)
_ON = (
    r"(?:sur|qui (?:parlent?|traitent?) (?:de|du|des|d')|parlant (?:de|du|des|d')|concernant"
    r"|(?:a propos|au sujet|traitant) (?:de|du|des|d')|consacres? (?:a|aux?)|intitules?"
    r"|about|on|titled|entitled|called|concerning|regarding|(?:that|which) mentions?)(?:(?<=')|\b)"
)
_SUBJECT = r"(?P<subject>\S.*?)"
_TARGET = (
    r"(?:(?:(?:cet(?:te)?|ce|ces|le|la|les|un|une|l'|d'un|notre|votre|ton|this|that|the|these|your"
    rf"|an)[ ']?)articles?(?: (?:{_ON} ?|(?=[«\"“])){_SUBJECT})?"
    r"|(?:ce (?:papier|texte|billet|reportage)|cette (?:depeche|enquete|publication)"
    r"|th(?:is|at) (?:piece|story|text|report)))"
)
_WHO = r"(?:qui|ki)"
_WROTE = r"(?:ecri(?:t|s|te|ts|tes)?|redige[es]*|signe[es]*|publie[es]*)"
_AUTHOR = r"(?:auteure?|autrice|redacteur|redactrice|journaliste|signataire|author|writer)s?"
_ISSUED = r"(?:ete )?(?:publie|paru|ecrit|redige|sorti|mis en ligne|diffuse|date)[es]*"
_OUT = r"(?:published|written|posted|released|issued|dated)"
_WHEN = r"(?:quand|a quelle date|quel jour|en quelle annee|quand est-ce que|c'est quand que)"
_DID = r"(?:a|ont|est|sont|fut|furent)"
_IT = rf"(?:{_DID}(?:-t)?-(?:il|elle|ils|elles)|{_DID})"

# Kind, head, tail. An empty tail wants none.
_ABOUT_ONE: tuple[tuple[Kind, str, str], ...] = (
    ("author", rf"(?:c'est )?{_WHO} (?:est-ce qui |c'est qui )?(?:(?:a|ont) )?{_WROTE}", ""),
    ("author", rf"(?:{_WHO} (?:est|sont|c'est|etait) )?(?:(?:l'|les? |la )?{_AUTHOR}) d[e']", ""),
    ("author", rf"(?:quel(?:le)? est )?(?:le )?nom d[e'] ?(?:l'|la |du )?{_AUTHOR} d[e']", ""),
    ("author", rf"quel(?:le)?s? (?:est|sont) (?:l'|les? |la ){_AUTHOR} d[e']", ""),
    ("author", r"(?:de|par) qui (?:est|sont)(?: signes?)?", ""),
    ("author", rf"par qui (?:a ete|ont ete|est|fut) {_WROTE}", ""),
    ("author", r"par qui", rf"{_IT} (?:ete )?{_WROTE}"),
    ("author", "", rf",? ?(?:(?:a ete |est )?{_WROTE} par qui|est de qui|{_WHO} l'a {_WROTE})"),
    ("author", r"who(?: has|'s)? (?:wrote|authored|written|signed|penned)", ""),
    ("author", rf"(?:who(?: is| was| are|'s) )?(?:the )?{_AUTHOR} of", ""),
    ("author", rf"what(?: is|'s) the (?:name of the )?{_AUTHOR}(?:'s name)? of", ""),
    ("author", r"who (?:is|was|are)|by whom (?:is|was)", r"(?:written|authored|signed)(?: by)?|by"),
    ("date", rf"{_WHEN} {_DID} {_ISSUED}", ""),
    ("date", rf"{_WHEN}", rf"{_IT} {_ISSUED}"),
    ("date", r"(?:de|a) quand (?:date(?:nt)?|est|remonte)", ""),
    ("date", r"de quand", r"date(?:-t-il)?|est-il"),
    ("date", r"(?:quelle est )?(?:la )?date (?:de (?:publication|parution) )?d[e']", ""),
    ("date", "", rf"(?:{_DID} {_ISSUED} (?:quand|a quelle date)|(?:date|est) de quand)"),
    ("date", r"when (?:was|were|has|is)", rf"(?:been )?(?:first )?(?:{_OUT}|put online|from)"),
    ("date", r"when d(?:id|oes|o)", r"(?:come out|appear|get published|date from)"),
    ("date", r"(?:what(?: is|'s) )?(?:the )?(?:publication )?date of(?: publication of)?", ""),
    ("date", r"(?:on )?what (?:date|day|year) (?:was|were)|in what year was", _OUT),
    ("date", r"how old is", ""),
    ("title", r"(?:quel est )?(?:le )?titre (?:exact )?d[e']", ""),
    ("title", r"comment (?:s'appelle|s'intitule|se nomme|est intitule)", ""),
    ("title", r"(?:what(?: is|'s) )?(?:the )?(?:title|headline|name) of", ""),
    ("title", r"what is", r"(?:called|titled|entitled)"),
)

_SPEAK = (
    r"(?:(?:(?:parle|traite|discute)(?:nt)? (?:de|du|des|d')|porte(?:nt)? sur"
    r"|(?:evoque|mentionne|aborde|concerne|cite|racontent|explique)(?:nt)?"
    rf"|(?:sont|est) (?:consacres? (?:a|aux?)|sur)|(?:y a-t-il|avez-vous|as-tu) {_ON}"
    r"|(?:do you have|are there|are|is|were written) (?:about|on)"
    r"|(?:talk|speak|write)s? (?:about|of)"
    r"|(?:mention|discuss|cover|cite|concern)(?:s|es)?|deals? with"
    rf"|{_ON}) ?)"
)
_SOME = r"(?:(?:un|des|les|tous les|d'autres|quelques|any|the|all|all the|some|an) )?"
_THERE = (
    r"(?:(?:est-ce qu'il )?(?:il )?y a(?:-t-il)?|existe-t-il|avez-vous|as-tu|auriez-vous"
    r"|(?:list|liste|montre|trouve|donne|cherche|affiche)[rz]?(?:[ -](?:moi|nous))?"
    r"|are there|is there|do you have|show me|list|find(?: me)?|give me)"
)
_WHICH = r"(?:quels?|quelles?|which|what)"
_THE = r"(?:(?:est|sont|is|are|was) (?:le |les |l'|the ))?"
_NOW = (
    r"(?: (?:(?:ont|a) ete publies?|sont (?:parus?|sortis?|publies)|est (?:paru|sorti)|parus?"
    r"|publies?|datent|(?:avez-vous|a-t-on|as-tu) publies?|y a-t-il|are there"
    r"|(?:were|was|have been|did you|appeared|came out)? ?(?:publish(?:ed)?|written|posted)?))?"
)
_IN_ALL = (
    r"(?: (?:en tout|au total|in total|in all|indexes|indexed|dans (?:l'index|le corpus|la base"
    r"|les archives|ta base|votre base)|in the (?:index|corpus|archive|database)))*"
)
_HAVE = (
    r"(?:y a-t-il|il y a|avez-vous|as-tu|connais-tu|connaissez-vous|sont"
    r"|(?:compte|contient) (?:l'index|le corpus)|are there|are|do you have|do you know|have you)"
)
_ABOUT_MANY: tuple[tuple[Kind, str], ...] = (
    ("which", rf"{_WHICH} {_THE}(?:seul )?articles? {_SPEAK}{_SUBJECT}"),
    ("which", rf"{_THERE} {_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"{_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"{_WHICH} {_THE}articles?{_NOW}"),
    ("which", rf"(?:{_THERE} )?(?:les |des |the |le |l')?articles?{_NOW}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles? {_SPEAK}{_SUBJECT}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles? {_HAVE}{_IN_ALL}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles?{_NOW}"),
)
_END = r"[\s?!.…]*"
_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    *(
        (kind, re.compile(rf"{_POLITE}(?:{head}) ?{_TARGET} ?(?:{tail}){_END}"))
        for kind, head, tail in _ABOUT_ONE
    ),
    *((kind, re.compile(rf"{_POLITE}{rule}{_END}")) for kind, rule in _ABOUT_MANY),
)
_CONCERNS = re.compile(
    r"article|\b(?:papier|texte|billet|reportage|depeche|enquete|piece|story|text|report)\b"
)
_NAMED = re.compile(rf"\barticles? {_ON} ?{_SUBJECT}{_END}$")
_QUOTES = " «»\"“”'"


def asked(question: str) -> Asked | None:
    """What a question asks about articles; None when it asks what they say."""
    question = mended(" ".join(question.split()))
    plain = folded(question)
    if not _CONCERNS.search(plain):
        return None
    for kind, rule in _RULES:
        found = rule.fullmatch(plain)
        if found is not None:
            return Asked(kind, _subject(found, question))
    return None


def subject_of(question: str) -> str:
    """What the articles that a question names are about: « Que dit l'article sur Lascaux ? ».

    The whole question where it names none.
    """
    found = _NAMED.search(folded(question))
    return _subject(found, question) if found is not None else question


def _subject(found: re.Match[str], question: str) -> str:
    if found.groupdict().get("subject") is None:
        return ""
    return question[slice(*found.span("subject"))].strip(_QUOTES)

"""Parse questions about the articles themselves: « Qui a écrit cet article ? »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.text.folding import fold_phrase
from index.text.language import mend_phrase
from index.text.names import PARTICLES
from index.text.stopwords import stop_words

MetadataKind = Literal["author", "date", "title", "which", "count", "news"]


@dataclass(frozen=True, slots=True)
class MetadataQuestion:
    """A question about articles on a `subject` by an `author` or outlet, "" for any.

    A listing without a subject needs a time: see `bot.answering.time_range`.
    """

    kind: MetadataKind
    subject: str
    author: str = ""


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

# Kind, head, tail; an empty tail allows none.
_ABOUT_ONE: tuple[tuple[MetadataKind, str, str], ...] = (
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
    r"(?:(?:(?:parle|traite|discute)(?:nt)? (?:des|de|du|d')|porte(?:nt)? sur"
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
_HOW_MANY = r"(?:combien d[e'] ?|how many )"
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
    r"|(?:compte|contient) (?:l'index|l'archive|le corpus|la base)"
    r"|are there|are|do you have|do you know|have you)"
)

_BY = (
    r"(?:(?:(?:ont|a) ete |were )?(?:(?:ecrits?|signes?|publies?|written|signed) )?"
    r"(?:(?:de|du|des|par|by) |d')|(?:a|ont) (?:ecrits?|signes?|publies?) )"
)
_AUTHOR_NAME = rf"(?P<author>\S.*?)(?: {_ON} ?{_SUBJECT})?"

_LAST_NEWS = (
    r"(?:(?:quelles (?:sont|ont ete) )?(?:les )?dernieres (?:nouvelles|infos|informations|actus"
    r"|actualites)|(?:what(?: is|'s| are) )?(?:the )?(?:(?:latest|newest)(?: news)?"
    r"|most recent news))"
)

_FRESH = r"(?:(?:(?:y a-t-il|il y a) )?(?:quoi de (?:neuf|nouveau)|du nouveau)|what(?: is|'s) new)"

_NEWS_OF = (
    r"(?:(?:de |d'|a propos |au sujet |du cote |autour )?(?:de|du|des|d')|sur|concernant|dans|en"
    r"|aux?|a|chez|pour|avec|about|on|of|from|with|in|at)(?:(?<=')|\b)"
)

_ABOUT_MANY: tuple[tuple[MetadataKind, str], ...] = (
    ("which", rf"{_WHICH} {_THE}(?:seul )?articles? {_SPEAK}{_SUBJECT}"),
    ("which", rf"(?:{_THERE} )?{_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"(?:{_WHICH} {_THE}|(?:{_THERE} )?(?:les |des |the |le |l')?)articles?{_NOW}"),
    ("count", rf"{_HOW_MANY}articles? {_SPEAK}{_SUBJECT}"),
    ("count", rf"{_HOW_MANY}articles?(?: {_HAVE}|{_NOW}){_IN_ALL}"),
    ("news", rf"(?:{_LAST_NEWS}|{_FRESH})(?:,? {_NEWS_OF} ?{_SUBJECT})?"),
    (
        "which",
        rf"(?:{_THERE} |{_WHICH} )?{_THE}{_SOME}(?:les |l')?articles? {_BY}{_AUTHOR_NAME}",
    ),
    ("count", rf"{_HOW_MANY}articles? {_BY}{_AUTHOR_NAME}"),
)

_END = r"[\s?!.…]*"

_RULES: tuple[tuple[MetadataKind, re.Pattern[str]], ...] = (
    *(
        (kind, re.compile(rf"{_POLITE}(?:{head}) ?{_TARGET} ?(?:{tail}){_END}"))
        for kind, head, tail in _ABOUT_ONE
    ),
    *((kind, re.compile(rf"{_POLITE}{rule}{_END}")) for kind, rule in _ABOUT_MANY),
)

_NAMED = re.compile(rf"\barticles? {_ON} ?{_SUBJECT}{_END}$")
LONGEST_QUESTION = 300  # characters; longer questions ask for more than metadata
QUOTATION_MARKS = " «»\"“”'"


def parse_metadata_question(question: str) -> MetadataQuestion | None:
    """Parse a question about articles; None if it asks what they say."""
    question = mend_phrase(" ".join(question.split()))
    plain = fold_phrase(question)
    if len(plain) > LONGEST_QUESTION:
        return None
    for kind, rule in _RULES:
        match = rule.fullmatch(plain)
        if match is None:
            continue
        if "author" not in match.groupdict():
            return MetadataQuestion(kind, _subject(match, question))
        name = bare_name(_ARTICLE.sub("", question[slice(*match.span("author"))], count=1))
        is_text = plain[: match.start("author")].endswith((" du ", " des "))  # « du code civil »
        if name and not (is_text and name[0].islower()):
            return MetadataQuestion(kind, _subject(match, question), name)
    return None


def article_subject(question: str) -> str:
    """The subject of the articles in « Que dit l'article sur Lascaux ? », or the whole question."""
    plain = fold_phrase(question)
    match = _NAMED.search(plain) if len(plain) <= LONGEST_QUESTION else None
    return _subject(match, question) if match is not None else question


def _subject(match: re.Match[str], question: str) -> str:
    if match.groupdict().get("subject") is None:
        return ""
    return question[slice(*match.span("subject"))].strip(QUOTATION_MARKS)


_MAX_NAME_WORDS = 5
_ARTICLE = re.compile(r"^(?:(?:le|la|les|the) |l['’])", re.IGNORECASE)
_WHAT_ABOUT = re.compile(
    r"(?:que disent les articles sur|what do the articles say about) ", re.IGNORECASE
)


def bare_name(message: str) -> str:
    """The name in « Marie Curie ? » or « Que disent les articles sur Marie Curie ? »; else ""."""
    around = f"{QUOTATION_MARKS}?!.…\u202f\u00a0"
    name = _WHAT_ABOUT.sub("", " ".join(message.split()).strip(around), count=1).strip(around)
    words = name.split()
    others = (stop_words("fr") | stop_words("en")).difference(PARTICLES)
    inner_words = (word for word in words[1:] if word.islower() and word not in ("la", "le"))
    is_name = len(words) <= _MAX_NAME_WORDS and others.isdisjoint(
        [*map(str.lower, words[:1]), *inner_words]
    )
    return name if is_name and any(map(str.isalpha, name)) else ""

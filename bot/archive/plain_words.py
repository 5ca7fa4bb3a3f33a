"""Parse requests for a function from the words of a message: « Chronologie de… », « fiche X ».

A function is recognised by its own words at the beginning or end of a message, else by what the
message was taken for. Without the words that only ask, what remains is the subject.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.answering.metadata_question import LONGEST_QUESTION, QUOTATION_MARKS
from bot.answering.time_range import Timing, cut_period, parse_timing
from bot.archive.request import ArchiveFunction, ArchiveRequest
from index.text.dates import period_around
from index.text.event_days import find_event_days
from index.text.folding import fold_phrase
from index.text.language import detect

# The words of each function, where a message begins or ends with words that only ask.
_CUES: tuple[tuple[ArchiveFunction, str], ...] = (
    ("comparison", r"\bcompar|\bdifferences?\b"),
    (
        "chronology",
        r"\b(?:chrono(?:s|logies?|logique)?|frise|timelines?|chronology|retrace[rz]?|history"
        r"|(?:etape|date) par (?:etape|date)|dans l'ordre|l'histoire|(?:the|whole) story"
        r"|historique|temps forts|fil des evenements|deroule(?:ment)?|jour apres jour|parcours"
        r"|(?:les|grandes|principales|main|key) (?:dates|etapes|steps|stages|events)"
        r"|(?:dates|etapes) (?:cles?|importantes))\b",
    ),
    (
        "dossier",
        r"\b(?:fiche|dossier|presente-(?:moi|nous)|portrait|profile?|biographie|biography|bio"
        r"|une note|tout ce que (?:vous|tu|l'on))\b",
    ),
    (
        "summary",
        r"\b(?:resum|summar|sum up|l'essentiel (?:de l'article|du)|de quoi parle (?:l|votre|cet)"
        r"|en (?:quelques|\w+) (?:lignes|phrases)|que raconte (?:l'article|le papier))",
    ),
    (
        "positions",
        r"\b(?:pour (?:et|ou) (?:qui est )?contre|positions|for and (?:who is )?against"
        r"|partisans (?:et|ou) (?:les )?opposants|qui (?:soutient|s'oppose))\b",
    ),
    (
        "quotes",
        r"\b(?:citations?|declarations?|propos d|paroles|mots d|quotes?|phrases d|ce que dit"
        r"|(?:qu'|que |qu'est-ce que |ce qu')(?:a |ont |en )?(?:dit|disent|declare|pense|repondu)"
        r"\b(?! l'articles?| les articles))",
    ),
    ("list", r"\b(?:listes?|list)\b"),
    (
        "overview",
        r"(?:\b(?:le|un) point|\bpoint (?:sur|de situation)|^ ?point|\b(?:synthese|synthetise[rz]?"
        r"|overview|etat des lieux|tour d'horizon|la situation"
        r"|(?:sait|que savez|que sais|know)(?:-(?:on|vous|tu))?|parle[zr]?[ -](?:moi|nous)"
        r"|tell me about"
        r"|ou en (?:est|sont|sommes)|dans quel etat))\b",
    ),
    (
        "latest",
        r"\b(?:quoi de (?:neuf|nouveau)|du nouveau|(?:dernieres|latest) (?:nouvelles|infos?|actus?"
        r"|news)|the latest|what's new)\b",
    ),
    (
        "articles",
        r"(?<!disent les )\b(?:articles|papiers|depeches)\b|\bvous (?:avez )?(?:publie|ecrit)\b"
        r"|\b(?:avez-vous|as-tu|have you) (?:publie|ecrit|published|written)\b"
        r"|\b(?:vous avez|tu as|avez-vous|as-tu) sur\b",
    ),
)
_FUNCTION_CUES = tuple((function, re.compile(pattern)) for function, pattern in _CUES)
# Hardly ever part of a subject.
_ANYWHERE = re.compile(r"\b(?:chrono(?:logie)?|timeline)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r",? (?:d['’]apr[eè]s|selon|que racontent|dans|according to)"
    r" (?:(?:vos|les|tes|nos|ces|your|the) |l['’])(?:articles?|archives?|papiers)\b",
    re.IGNORECASE,
)
_WHAT_SAID = re.compile(r"what (?:did|does|has|have) .{2,60} (?:say|said|declared?|think)\b")
_WHICH = re.compile(r"(?:(?:dans|de|pour|par) )?(?:quels|quelles|which) (?!est|sont|is|was|are)")
_NAMED_QUOTES = re.compile(r"(?<=[\w,:'’] )[A-ZÀ-ÖØ-Þ]|['’][A-ZÀ-ÖØ-Þ]|\bcitations\b")
_OF_ARTICLES = re.compile(r"\b(?:articles?|papiers?|depeches?)\b")

# Words that only ask, at the beginning or end of a message; whatever else stands there begins or
# ends the subject.
_ASKING_WORDS = """
a about actu actualites actus affirme against aimerais all alors an apres archive archives are
article articles as au aux avez base been besoin between bio biographie biography bonjour bref
brief build c' c'est ca can ce cela celebres ces cherche chrono chronologie chronologies
chronologique chronology citation citations cite citee citees cites cle cles collecte combien
comparaison compare comparison complet complete completes compte concernant consacre consacres
contre corpus cote could d' d'abord d'horizon dans date dates de declaration declarations declare
depeche dernier dernieres derniers dernières deroule des developpements did difference differences
dire disent dit do does donc donne dossier draw dresse du ecris elle elles en entre enumere
essentiel est est-ce et etablir etablis etaient etait etape etapes etat ete eu eux evenements
events evolution exactes exacts existe-t-il faire fais faites faut fiche fiches fil file find for
forts frise full furent get give grandes has have hello her heure hi him histoire historique
history horizon how i il ils importantes in index info infos is it j' je jour key know known l' la
latest le les lieux lignes like list liste listes lui m' main make many me merci moi mois monte
montre mots need neuf new news nombre nos note notre nous nouveau nouvelles of ok on ont opposants
order ordre ou overview papier par parle paroles partisans paru parue parues parus pense peux
phrases plait please plus point portrait position positions pour pourriez pouvez prepare presente
principales principaux profil profile propos publie publies qu' que quel quelle quelles quelques
quels qui quoi quote quotes raconte racontent recense recentes reconstitue redige regarding repondu
resume retrace retrouve s'il said sais sait salut savez say ses show situation sommes sont sors
stages steps story stp sujet sum summarise summarize summary sur svp synthese synthetise t te tell
temps texte thanks the them timeline timelines to total tour tous tout toute toutes trace tu un une
up us veux vos votre voudrais vous want was we were what what's where which who whole would write y
y'a you à
"""
_ASKING = frozenset(_ASKING_WORDS.split())
# And of requests for articles.
_OF_ARTICLES_WORDS = """
consacree consacrees depeches ecrit ecrites ecrits evoque evoquent fois indexes mention mentionne
mentionnent mentions nb numero numeros papiers parlant parle parlent pieces portant porte portent
publiee publiees publish published redige rediges reportages sorti sortis stories textes texts
traitant traite traitent written
"""
_ASKING_ARTICLES = frozenset(_OF_ARTICLES_WORDS.split())
_PRONOUN = re.compile(r"-(?:moi|nous|vous|tu|on|t-il|il|y)$")
_MONTH_DAYS = 31
_OPENING_WORDS = 7  # in which « articles » are those to list
_CUE_WORDS = 5  # of a part that only asks because it has the words of a function
_VERB_LETTERS = 5  # minimum of a word that may end in -r or -z
_COUNT = re.compile(
    r"\b(?:combien|nombre|nb|how many)\b[^,;:?]{0,40}?\b(?:articles?|papiers?|textes?|depeches?"
    r"|pieces|stories|(?:parle|ecrit|publie)\b)"
)
_TOKEN = re.compile(r"\w[\w-]*['’]?|\d[\d.,]*")
_HINTS = re.compile(r" ?[:;?!,] | \(| [–—-] | et (?:pourquoi|comment|avec quel)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DATE_OPENING = re.compile(r"\b(?:d[ue]|d['’]|le|au|[aà] l['’]|en|the|of|in|on)\s*$", re.IGNORECASE)
_PART = re.compile(r"[^,:;()]*[,:;()]*\s*")
_SENTENCE_END = re.compile(r"(?<=[?!.…])\s+(?=[A-ZÀ-ÖØ-Þa-zà-ÿ])")


def parse_function(
    message: str, today: date, intent: str = "", *, page: int = 1
) -> ArchiveRequest | None:
    """Parse a request; `intent` is what the message was taken for, if a function."""
    text = " ".join(message.split())
    if len(text) > LONGEST_QUESTION:
        return None
    text = _SOURCE.sub("", text)
    timing = parse_timing(text, today)
    if timing.period is None:
        timing = cut_period(text, today)
    years = {int(year) for year in _YEAR.findall(text)}
    period = timing.period
    is_month = period is not None and (period.last - period.first).days < _MONTH_DAYS
    if period is not None and is_month and len(years) == 1 and period.first.year not in years:
        # « janvier, février et mars 2017 »
        timing = replace(timing, period=period_around(date(years.pop(), 1, 1), "year"))
    function = _function_of(timing.question)
    function = function or next((name for name in _ALL if name == intent), None)
    if function is None:
        return None
    if function == "quotes" and intent != function and not _NAMED_QUOTES.search(text):
        return None  # « Que dit la loi ? »
    if timing.period is None:
        is_of_day = bool(_OF_A_DAY.search(fold_phrase(text)))
        timing = _cut_date(text, with_days=function in _OF_DAYS or is_of_day)
    about = strip_asking(timing.question, of_articles=function in ("articles", "count"))
    if not about and timing.period is not None and function != "count":
        function = "articles"  # « tout ce que vous avez publié en mars »
    around = _strip(text)[1]
    return ArchiveRequest(
        function,
        _HINTS.split(about, maxsplit=1)[0].strip(QUOTATION_MARKS + "?!., "),
        timing.period,
        "",
        message,
        detect(around if around.strip() else text),  # a name may be of any language
        page,
        about,
    )


_ALL: frozenset[ArchiveFunction] = frozenset({*(function for function, _ in _CUES), "count"})
_OF_A_DAY = re.compile(r"\b(?:heure par heure|journee d|hour by hour)")
_OF_DAYS = ("summary", "articles", "count", "latest", "list")  # whose dates are those of articles


def strip_asking(text: str, *, of_articles: bool = False) -> str:
    """What remains of a text without the words that only ask, also for articles."""
    asking = _ASKING | _ASKING_ARTICLES if of_articles else _ASKING
    return _ANYWHERE.sub("", _strip(text, asking)[0]).strip("?!., ")


def _function_of(text: str) -> ArchiveFunction | None:
    """The function whose words stand at either end of a message."""
    around = _strip(_cut_date(text, with_days=True).question)[1]
    function = next((name for name, cue in _FUNCTION_CUES if cue.search(around)), None)
    if _COUNT.search(fold_phrase(text)):
        return "count"
    if function is None and _WHAT_SAID.match(fold_phrase(text)):
        return "quotes"
    if function is None and _WHICH.match(fold_phrase(text)):
        function = "list"
    if function in (None, "list") and _ANYWHERE.search(text):
        return "chronology"
    is_of_articles = _OF_ARTICLES.search(fold_phrase(" ".join(text.split()[:_OPENING_WORDS])))
    return "articles" if function == "list" and is_of_articles else function


def _cut_date(text: str, *, with_days: bool) -> Timing:
    """Cut a month or season with its year from a request, or a day."""
    for day in find_event_days(text, None):
        if day.exactness == "year" or (day.exactness == "day" and not with_days):
            continue
        before = _DATE_OPENING.sub("", text[: day.start])
        return Timing(" ".join(f"{before} {text[day.end :]}".split()), day.period)
    return Timing(text)


def _strip(text: str, asking: frozenset[str] = _ASKING) -> tuple[str, str]:
    """Cut the words that only ask from both ends, and parts of nothing else; return what remains
    and what was cut."""
    remains: list[str] = []
    around: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        parts: list[str] = []
        for at, part in enumerate(_PART.findall(sentence)):
            tokens = list(_TOKEN.finditer(part))
            asks = all(_only_asks(token, asking) for token in tokens)
            if tokens and at and len(tokens) <= _CUE_WORDS:  # « X : déroulé complet des faits »
                asks = asks or any(cue.search(fold_phrase(part)) for _, cue in _FUNCTION_CUES)
            (around if asks else parts).append(part)
        sentence = "".join(parts)
        tokens = list(_TOKEN.finditer(sentence))
        first, last = 0, len(tokens)
        while first < last and _only_asks(tokens[first], asking):
            first += 1
        while last > first and _only_asks(tokens[last - 1], asking):
            last -= 1
        if first < last:
            begin, end = tokens[first].start(), tokens[last - 1].end()
            remains.append(sentence[begin:end])
            around += [sentence[:begin], sentence[end:]]
    return "; ".join(remains), fold_phrase(" ".join(around))


def _only_asks(token: re.Match[str], asking: frozenset[str]) -> bool:
    """True for a word that only asks, or a form of it (« montrez-moi », « montrer »); a capital
    begins a name, but at the beginning."""
    word = _PRONOUN.sub("", fold_phrase(token[0]))
    plain = word[:-1] if word.endswith(("r", "z")) and len(word) >= _VERB_LETTERS else word
    asks = word in asking or plain in asking
    return asks and not (token[0][0].isupper() and token.start() > 0)

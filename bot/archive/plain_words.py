"""Parse requests for a function from the words of a message: « Chronologie de… », « fiche X ».

A function is recognised by its own words at the beginning or end of a message, else by what the
message was taken for. Without the words that only ask, what remains is the subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from babel import Locale

from bot.answering.metadata_question import LONGEST_QUESTION, QUOTATION_MARKS
from bot.answering.time_range import parse_timing
from bot.archive.periods import cut_period
from bot.archive.quotes import TOPIC
from bot.archive.request import ArchiveFunction, ArchiveRequest
from bot.archive.speakers import VERB
from index.text.folding import fold_phrase
from index.text.language import detect
from index.text.stopwords import stop_words

# The words of each function, where a message begins or ends with words that only ask.
_CUES: tuple[tuple[ArchiveFunction, str], ...] = (
    ("comparison", r"\bcompar|\bdifferences?\b"),
    (
        "chronology",
        r"\b(?:chronolog(?:ies?|ique)|frise|timelines?|chronology|retrace[rz]?|history"
        r"|(?:etape|date) par (?:etape|date)|dans l'ordre|l'histoire(?= d)|(?:the|whole) story"
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
        r"\b(?:citations?|declarations?|propos (?:d|tenu)|paroles|mots d|quotes?|phrases d"
        r"|ce que dit"
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
        r"\b(?:quoi de (?:neuf|nouveau)|du (?:neuf|nouveau)\b|(?:dernieres|latest|recent)"
        r" (?:nouvelles|infos?|informations|actus?|actualites|news|developpements|developments)"
        r"|nouvelles (?:les plus )?recentes|the latest|what's new|any news)\b",
    ),
    (
        "articles",
        r"(?<!disent les )\b(?:articles|papiers|depeches)\b|\bvous (?:avez )?(?:publie|ecrit)\b"
        r"|\b(?:avez-vous|as-tu|have you) (?:publie|ecrit|published|written)\b"
        r"|\b(?:vous avez|tu as|avez-vous|as-tu) sur\b",
    ),
)
_FUNCTION_CUES = tuple((function, re.compile(pattern)) for function, pattern in _CUES)
# Phrases that ask wherever they stand.
_DID = (
    r"(?:(?:a|ont|sont|etaient|fut|furent|has|have|did|is|are) "
    r"|est (?!pour|contre|favor|satis|oppos))"
)
_TIMES = "etape|date|jour|heure|semaine|mois|annee|minute|step|day|hour|week|month|year"
_PHRASES: tuple[tuple[ArchiveFunction, str], ...] = (
    (
        "chronology",
        rf"\b(?:chronologie|timeline|(?P<time>{_TIMES}) (?:par|apres|by) (?P=time)|pas a pas"
        r"|(?:rappel|recit|succession|suite|enchainement|fil|film|calendrier) (?:complet )?des"
        r" (?:faits|evenements)|(?:re)?fai(?:s|tes|re)(?:-moi)? le film d"
        r"|en est(?:-on| on) arrive|comment (?:s'est|se sont) deroule\w*"
        r"|how did .{2,60} unfold|sequence of events)\b",
    ),
    ("latest", r"\baux dernieres nouvelles\b"),
    (
        "overview",
        r"\b(?:que (?:faut-il|dois-je|doit-on) (?:retenir|savoir)|de quoi s'agit-il|quid d"
        r"|quel(?:le)?s? (?:bilan|lecon)s? (?:tirer|dresser|faire)|vue d'ensemble"
        r"|recap(?:itule\w*)?"
        r"|brief(?:e\w*)?[ -](?:me|moi|nous|sur|on)|mettez-(?:moi|nous) a jour)\b",
    ),
    (
        "articles",
        r"(?:\b(?:bibliographie|revue de presse|avez-vous (?:deja |aussi )?(?:parle|traite)"
        r"|que contien(?:t|nent) (?:l'|les |votre |vos )(?:archives?|base|corpus))\b"
        r"|^(?:re)?cherche\w* (?:des |les |tous les )?(?:articles|papiers|textes)\b)",
    ),
    (
        "positions",
        r"\b(?:qui (?:a dit|dit|defend|pense) quoi|(?:les )?avis (?:divergent|sont partages)"
        r"|reactions? (?:a|aux?|des|suscitee?s?|provoquee?s?|to)|who said what|pros and cons"
        rf"|(?:qui|who) (?!{_DID})[^?!,]{{3,60}},? (?:et |ou |mais |and )?(?:qui|who)"
        rf" (?!{_DID})\w+)\b",
    ),
    ("quotes", r"\bverbatims?\b"),
    ("dossier", r"\b(?:carte|fiche) d'identite\b"),
)
_FUNCTION_PHRASES = tuple((function, re.compile(pattern)) for function, pattern in _PHRASES)
_ANYWHERE = re.compile(r"\b(?:chronologie|timeline|pas à pas)\b", re.IGNORECASE)
_ONE_ARTICLE = re.compile(
    r"\b(?:l'|(?:cet|votre|un|the|this|your) )article\b|\b(?:le|ce|votre) papier\b"
    r"|\b(?:la|cette) depeche\b"
)
_TITLE = re.compile(r"[«“\"]([^«“»”\"]{12,})[»”\"]")
_SOURCE = re.compile(
    r",? (?:d['’]apr[eè]s|selon|que racontent|dans|according to)"
    r" (?:(?:vos|les|tes|nos|ces|your|the) |l['’])(?:articles?|archives?|papiers)\b",
    re.IGNORECASE,
)
_WHAT_SAID = re.compile(r"what (?:did|does|has|have) .{2,60} (?:say|said|declared?|think)\b")
_ASKED_WORDS = re.compile(
    rf"(?:(?:a |de )?(?:que|quoi|qu')(?: ?(?:a|ont|avait))? ?(?:{VERB.pattern})"
    r"|comment (?:a|ont) (?:reagi|repondu|commente)\w*|quelles? (?:est|a ete|fut|sont|ont ete)"
    r" (?:la|les) (?:reponse|reaction|declaration|position)s? d[eu]) (?:(?:le|la|les) |l')?"
)
_WHICH = re.compile(r"(?:(?:dans|de|pour|par) )?(?:quels|quelles|which) (?!est|sont|is|was|are)")
_NAMED_QUOTES = re.compile(r"(?<=[\w,:'’] )[A-ZÀ-ÖØ-Þ]|['’][A-ZÀ-ÖØ-Þ]|\bcitations\b")
_OF_ARTICLES = re.compile(r"\b(?:articles?|papiers?|depeches?)\b")

# Words that only ask, at the beginning or end of a message; whatever else stands there begins or
# ends the subject.
_ASKING_WORDS = """
a abord about actu actualites actus affirme against aimerais all alors an apres archive archives
are article articles as attribuees attribues au aux avez base been besoin between bibliographie
bio biographie biography bonjour bref brief build c' c'est ca can ce cela celebres ces cherche
chrono chronologie chronologies chronologique chronology citation citations cite citee citees
cites cle cles collecte combien comparaison compare comparison complet complete completes compte
concernant consacre consacres contre corpus cote could d' d'abord d'horizon dans date dates de
declaration declarations declare depeche dernier dernieres derniers dernières deroule des
developpements did difference differences dire disent dit do does donc donne dossier draw dresse
du ecris elle elles en entre enumere essentiel est est-ce et etablir etablis etaient etait etape
etapes etat ete eu eux evenements events evolution exactes exacts existe-t-il faire fais faites
faut fiche fiches fil file find for forts frise full furent get give grandes has have hello her
heure hi him histoire historique history horizon how i identite il ils importantes in index info
infos interventions is it j' je jour key know known l' la latest le les lieux lignes like list
liste listes lui m' main make many me merci moi mois monte montre mots need neuf new news nombre
nos note notre nous nouveau nouvelles of ok on ont opposants order ordre ou overview papier par
parcours parle paroles partisans paru parue parues parus pense peux phrases plait please plus
point portrait position positions pour pourriez pouvez prepare presente principales principaux
profil profile propos publie publies qu' que quel quelle quelles quelques quels qui quoi quote
quotes raconte racontent rappelle recense recentes reconstitue redige regarding repondu resume
retrace retrouve s'il said sais sait salut savez say ses show situation sommes sont sors stages
steps story stp sujet sum summarise summarize summary sur svp synthese synthetise t te tell
temps tenues tenus texte thanks the them timeline timelines to total tour tous tout toute toutes
trace tu un une up us veux vos votre voudrais vous want was we were what what's where which who
whole would write y y'a you à
"""
_ASKING = frozenset(_ASKING_WORDS.split())
# And of requests for articles.
_OF_ARTICLES_WORDS = """
appellent cite citent conserve consacree consacrees contenir contient contiennent datant datent
depeches ecrit ecrites ecrits ensemble evoque evoquant evoquent exactement existe existent
figurent fois indexes intitule intitules journal leur leurs mention mentionne mentionnent mentions
mot mots nb nomment numero numeros papiers parlant parle parlent pieces portant porte portent
publiee publiees publish published redaction redige rediges reportages site sorti sortis stories
textes texts their title titled titles titre titres traitant traite traitent written
"""
_ASKING_ARTICLES = frozenset(_OF_ARTICLES_WORDS.split())
_PRONOUN = re.compile(r"-(?:moi|nous|vous|tu|(?:t-)?(?:on|ils?|elles?)|y)$")
_OPENING_WORDS = 7  # in which « articles » are those to list
_CUE_WORDS = 5  # of a part that only asks because it has the words of a function
_VERB_LETTERS = 5  # minimum of a word that may end in -r or -z
_COUNT = re.compile(
    r"\b(?:combien|nombre|nb|decompte|how many)\b[^,;:?]{0,40}?\b(?:articles?|papiers?|textes?"
    r"|depeches?|pieces|stories|(?:parle|ecrit|publie)\b)"
)
_TOKEN = re.compile(r"\w[\w-]*['’]?|\d[\d.,]*")
_PAIR = re.compile(
    r" (?:et|ou|and|or|vs|versus|contre|avec|with|face|que|than)\b|/|\b(?:deux|two)\b"
)
_HINTS = re.compile(
    r" ?[:;?!,] | \(| [–—-] | et (?:pourquoi|comment|avec quel)"
    r"| que (?:le (?:journal|site)|l'archive|vous) "
)
_DETERMINER = re.compile(r"^(?:(?:les?|la|the|des?|du|une?|an?) |l'|d')+")
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ]")
_LAST_WORD = re.compile(r"(?<![\w.-])([\w.-]+)\s+$")
_STOP_WORDS = stop_words("fr") | stop_words("en")
_PART = re.compile(r"[^,:;()]*[,:;()]*\s*")
_SENTENCE_END = re.compile(r"(?<=[?!.…])\s+(?=[A-ZÀ-ÖØ-Þa-zà-ÿ])")


def parse_function(
    message: str, today: date, intent: str = "", *, page: int = 1, name: str = ""
) -> ArchiveRequest | None:
    """Parse a request; `intent` is what the message was taken for, if a function, and `name` what
    was read as its subject."""
    text = " ".join(message.split())
    if len(text) > LONGEST_QUESTION:
        return None
    text = _SOURCE.sub("", text)
    timing = cut_period(text, today)
    function = _function_of(timing.question, intent, name)
    if function is None:
        return None
    is_named = _NAMED_QUOTES.search(text) or (name and not _DETERMINER.match(fold_phrase(name)))
    if function == "quotes" and intent != function and not is_named:
        return None  # « Que dit la loi ? »
    if function not in _OF_DAYS and not _OF_A_DAY.search(fold_phrase(text)):
        timing = cut_period(text, today, with_days=False)
    if timing.period is None:
        timing = parse_timing(text, today)
    about = _find_subject(timing.question, function)
    if timing.period is not None:
        name = cut_period(name, today).question
    core = _begin_at(about, name, is_of_person=function == "quotes")
    if function in ("quotes", "articles", "count"):
        about = core
    elif function not in ("list", "comparison"):
        about = _cut_cues(about, about.removesuffix(core)) or core
    is_bare = not strip_asking(about, of_articles=True)
    if is_bare and timing.period is not None and function != "count":
        function, about = "articles", ""  # « tout ce que vous avez publié en mars »
    around = _strip(text)[1]
    language = detect(around if around.strip() else text)  # a name may be of any language
    countries = _countries_in(core) if language == "en" else ()
    return ArchiveRequest(
        function,
        _without_hints(about),
        timing.period,
        "",
        message,
        language,
        page,
        about,
        (*_shorter_forms(core, name), *countries),
    )


def names_function(message: str) -> bool:
    """True if a message has the words of a function, and a subject."""
    request = parse_function(message, date.today())
    return request is not None and bool(request.subject)


_ALL: frozenset[ArchiveFunction] = frozenset({*(function for function, _ in _CUES), "count"})
_OF_A_DAY = re.compile(r"\b(?:heure par heure|journee d|hour by hour)")
_OF_DAYS = ("summary", "articles", "count", "latest", "list")  # whose dates are those of articles


def strip_asking(text: str, *, of_articles: bool = False) -> str:
    """What remains of a text without the words that only ask, also for articles."""
    asking = _ASKING | _ASKING_ARTICLES if of_articles else _ASKING
    return _ANYWHERE.sub("", _strip(text, asking)[0]).strip("?!., ")


def _function_of(text: str, intent: str, name: str) -> ArchiveFunction | None:
    """The function whose words stand at either end of a message or, in one taken for a request,
    before its subject; else that which it was taken for."""
    asked = next((function for function in _ALL if function == intent), None)
    folded, (remains, around) = fold_phrase(text), _strip(text)
    if asked is not None and name:
        around += f" {fold_phrase(remains.removesuffix(_begin_at(remains, name)))}"
    if _COUNT.search(folded):
        return "count"
    functions = [function for function, cue in _FUNCTION_PHRASES if cue.search(folded)]
    functions += [function for function, cue in _FUNCTION_CUES if cue.search(around)]
    if not functions and (_WHAT_SAID.match(folded) or _asks_for_words(text)):
        functions.append("quotes")
    if not functions and asked is None and _WHICH.match(folded):
        functions.append("list")
    is_weak = functions[:1] == ["list"] and asked is not None  # « la liste datée des étapes »
    function = asked if asked in functions or is_weak else next(iter(functions), asked)
    if function == "comparison" and function not in functions and not _PAIR.search(folded):
        return None  # « les clubs par lesquels il est passé »
    opening = fold_phrase(" ".join(text.split()[:_OPENING_WORDS]))
    is_listed = "list" in functions or function == "list"
    if is_listed and function in ("list", "chronology") and _OF_ARTICLES.search(opening):
        return "articles"
    is_one = _ONE_ARTICLE.search(folded) is not None
    if is_one and function in ("articles", "overview", "list"):
        return "summary"
    is_titled = _OF_ARTICLES.search(folded) or _TITLE.search(text)
    return "overview" if function == "summary" and not is_titled else function


def _asks_for_words(text: str) -> bool:
    """True for « Que répond X à… ? », « Comment a réagi X ? »: a verb of speech before a name."""
    folded = fold_phrase(text)
    match = _ASKED_WORDS.match(folded)
    return match is not None and text[match.end() : match.end() + 1].isupper()


def _find_subject(text: str, function: ArchiveFunction) -> str:
    """A request's subject, with what else it says around it."""
    if function == "quotes" and (match := _ASKED_WORDS.match(fold_phrase(text))):
        return strip_asking(text[match.end() :])
    if function == "summary":
        if title := _TITLE.search(text):
            return title[1].strip()
        article = _ONE_ARTICLE.search(fold_phrase(text))
        if article and (rest := strip_asking(text[article.end() :], of_articles=True)):
            return rest
    return strip_asking(text, of_articles=function in ("articles", "count"))


def _without_hints(about: str) -> str:
    return _HINTS.split(about, maxsplit=1)[0].strip(QUOTATION_MARKS + "?!., ")


def _shorter_forms(core: str, name: str) -> tuple[str, ...]:
    """A subject from where it was read on, and as it was read."""
    start = _DETERMINER.match(fold_phrase(name))
    forms = (core, name[start.end() :] if start is not None else name)
    return tuple(dict.fromkeys(map(_without_hints, forms))) if name else ()


@cache
def _country_names() -> Mapping[str, str]:
    """French names of countries by their English ones, folded, where they differ."""
    names, others = (Locale(code).territories for code in ("en", "fr"))
    own = {fold_phrase(names[code]): others[code] for code in names if code in others}
    return {name: other for name, other in own.items() if name != fold_phrase(other)}


def _countries_in(subject: str) -> list[str]:
    """The French names of the countries that an English subject names: « Corée du Nord »."""
    folded = f" {fold_phrase(subject)} "
    found = [name for name in _country_names() if f" {name} " in folded]
    return [_country_names()[name] for name in sorted(found, key=len)[-1:]]


def _cut_cues(about: str, before: str) -> str:
    """A request without the words of a function, and what stands before them, of those `before`
    its subject: « calendrier des événements de la guerre »."""
    cues = (cue for _, cue in (*_FUNCTION_CUES, *_FUNCTION_PHRASES))
    ends = (match.end() for cue in cues for match in cue.finditer(fold_phrase(before)))
    return strip_asking(about[max(ends, default=0) :])


def _begin_at(text: str, name: str, *, is_of_person: bool = False) -> str:
    """A request from its subject on, as read, with the noun before it: « affaire Fillon ». No name
    is cut, and of a person's words nothing after « sur »."""
    if not name:
        return text
    start = fold_phrase(text).find(_DETERMINER.sub("", fold_phrase(name)))
    before = text[: max(start, 0)]
    if _CAPITAL.search(before, 1) or (is_of_person and TOPIC.search(before)):
        return text
    while not is_of_person and (match := _LAST_WORD.search(before)):
        word = fold_phrase(match[1])
        if word in _ASKING or word in _ASKING_ARTICLES or word in _STOP_WORDS:
            break
        before = before[: match.start()]
    return text[len(before) :].lstrip()


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
            # « X : déroulé complet des faits »
            if tokens and at and len(tokens) <= _CUE_WORDS and not _CAPITAL.search(part):
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
    is_order = fold_phrase(token[0]).endswith(("-moi", "-nous"))  # « expliquez-moi »
    is_letter = len(word) == 1 and word.isalpha()  # « nombre d articles »
    asks = is_order or is_letter or word in asking or plain in asking or f"{word}s" in asking
    return asks and not (token[0][0].isupper() and token.start() > 0)

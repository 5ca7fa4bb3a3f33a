"""Who speaks in a sentence: « …», a dit X; X affirme que…; selon X. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.archive.identity import ROLE
from index.text.folding import fold_phrase
from index.text.names import span_names
from index.text.patterns import one_of

_STEMS = """
accus affirm ajout annonc appel appell argu assur attest avert avou certifi cit commen concl
conclu confess confi confirm consider critiqu declar defend demand dement denonc deplor doute
ecri esper estim evoqu excus exig expliqu felicit glis implor indiqu insist interrog invit juge
justifi lament lanc mart marte menac mention not nuanc observ plaid point pours precis preten
prevenu previe promet promis propos protest qualifi racont raconte rappel rapport reclam
recommand reconnai reconnu rectifi redout refut regrett reit reiter relev remerci repet repete
repliqu replique repond repondu reproch resum retorq revel revendiqu sal salu souhait soulign
soupir souten soutenu sugger suggere temoign tempe temper tonne tranch trouv tweet twitt vant
exprim exclam indign fustig exhort detaill devoil enthousiasm jur object proclam pest raill rassur
reag recus rejet rencher surencher tacl persist plaisant
"""
_WORDS = """
dit soutient disait dira disent declare ecrit ecrivait pense pensait croit veut lache lance craint
valoir
said says told added wrote argued claimed stated insisted warned explained announced admitted denied
promised believes thinks tweeted replied noted called accused vowed declared
"""
VERB = re.compile(
    rf"(?<![\w-])(?:{one_of(_WORDS.split())}"
    rf"|(?:{one_of(_STEMS.split())})(?:e|es|ee|ees|ent|ait|aient|a|era|ant|it|u|ut|i|is|ons|t)?)"
    r"(?![\w'-])"
)
_COLON = re.compile(r"([^»:]{3,160}?) ?: ?»")
_WITHIN = re.compile(
    rf",\s(?:(?:a |avait |s'est |s'etait )?(?:{VERB.pattern})"
    r"(?:\s(?:d'ailleurs|alors|encore|aussi|deja|ainsi|notamment|hier|\w+ment))?)\s"
)
_AUXILIARY = re.compile(
    r"(?:\b(?:a|ont|avait|avaient|aura|has|had|have|est|etait|se|fait|font)|s'(?:est|etait)?|n'a)\s*"
    r"(?:(?:aussi|ainsi|egalement|donc|notamment|deja|toutefois|en outre|also|pas|fermement"
    r"|vivement|ensuite|enfin|lui|alors|y|en|l'|bien|tout|par|quant à lui)\s+){0,3}$"
)
_ACCORDING = re.compile(
    r"(?:^|(?<=[\s«,(]))(?:selon|d'apres|pour|aux yeux d[eu]|à en croire|according to|for) ?"
    r"(?=[^,]{2,80},|[^,.]{2,80}[.»]?$)"
)
_INVERTED_PRONOUN = re.compile(
    r"(?:\b(?:a|avait|ont)-t?-?(?:il|elle|ils|elles)\b|-(?:il|elle|ils|elles)\b"
    r"|\b(?:selon|^pour) (?:lui|elle)\b|\b(?:he|she) (?:said|says|added|told|wrote)\b)"
)
_PRONOUN = re.compile(r"^(?:[\s«“\"]*)(?:[^,«]{0,60}, ){0,3}(?:il|elle|he|she)\b")
_QUOTED = re.compile(r"«[^«»]{8,}»?|“[^“”]{8,}”?|\"[^\"]{8,}\"?|^[^«»]{8,}»")
_TITLED = re.compile(
    r"(?:\b(?:lors de|dans|livre|film|emission|journal|pour)|l')\s*$"
)  # « L’Œuvre »
_QUOTED_WORDS = 3  # minimum
# Capitalised in « le Premier ministre », and no name.
_ROLES = """
premier premiere president presidente ministre roi reine pape chancelier chanceliere prime minister
king queen pope chancellor
"""
ROLES = frozenset(_ROLES.split())
_THAT = re.compile(
    r"^(?:,[^,]{1,60},)?(?:(?:\s+[^\s,]+){0,4}?\s+(?:que|qu'|that|avoir|etre)|\s+(?:de|d'|ne|vouloir|etre|avoir)\b|\s*:"
    r"|(?:\s+[^\s,]+){0,5}?\s+à\s+\w+(?:er|ir|re)\b)"  # « appelle le pays à renouer »
)
# Verbs that report what was said without « que ».
_ACTS = (
    *("accus", "annonc", "condamn", "confirm", "critiqu", "demand", "dement", "denonc", "deplor"),
    *("exig", "felicit", "promet", "promis", "propos", "reclam", "regrett", "remerci", "salu"),
)
_NOUN = re.compile(
    r"(?:\b(?:la|le|les|un|une|des|de|sa|son|ses|cette|ce|ces|leurs?|aux?|du|the)\s|\b[ld]')$"
)
_VERBS = re.compile(r"\b(?:a|ont|est|sont|avait|etait|fut|sera|has|was|is|en \w+ant)\s+\w")
_PRONOUNS = re.compile(r"\b(?:il|elle|ils|elles|on|he|she|they|qui|who|qu'il|qu'elle)\b")
_GENITIVE = re.compile(
    r"(?:\bd[eu]s?|\bd'|\bde la|\bde l'|\bau|\baux|\bà|\bsur|\bcontre|\bavec|\bpar|\bpour|\bchez"
    r"|\bentre|\benvers|\bsans|\bvers|\bface à|\bof|\bby|\bwith|\bagainst|\bto|\babout|\bfor|\bque"
    r"|\bqu')(?: (?:le |la |l'|les |son |sa |ses |leur |the )?(?:ancien(?:ne)? |ex-|premier "
    r"|premiere )?(?:[a-z-]+ ){0,2})?\s?$"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """What a sentence says somebody said. `speaker` is a name in it, or None for a pronoun that
    stands for one in an earlier sentence; `is_direct` if words stand between quotation marks."""

    speaker: str | None
    is_direct: bool


def find_speech(sentence: str, language: str) -> Speech | None:
    """Find who speaks in a sentence; None if nobody does, or it is unclear who."""
    folded = _fold(sentence)
    marks = [(match.start(), match.end()) for match in _QUOTED.finditer(sentence)]
    quoted = [
        (match.start(), match.end())
        for match in _QUOTED.finditer(sentence)
        if len(match[0].split()) > _QUOTED_WORDS and not _TITLED.search(folded[: match.start()])
    ]
    names = [
        (_after_portfolio(folded, span.start, span.end), span.end)
        for span in span_names(sentence, language)
        if not any(start <= span.start < end for start, end in marks)
        and folded[span.start : span.end] not in ROLES
    ]
    speakers = set(_speakers(folded, quoted, names)) or set(
        _beside_quote(sentence, folded, quoted, names, language)
    )
    if len(speakers) == 1:
        start, end = speakers.pop()
        return Speech(sentence[start:end], bool(quoted))
    if speakers:
        return None
    outside = _blank(folded, quoted)
    verbs = list(VERB.finditer(outside))
    if _INVERTED_PRONOUN.search(outside) and (quoted or verbs):
        return Speech(None, bool(quoted))
    if _PRONOUN.match(outside) and verbs and (quoted or _THAT.match(outside[verbs[0].end() :])):
        return Speech(None, bool(quoted))
    return None


def find_speaker(sentence: str, language: str) -> str:
    """The name of who speaks in a sentence, or ""."""
    speech = find_speech(sentence, language)
    return (speech.speaker or "") if speech is not None else ""


def _after_portfolio(folded: str, start: int, end: int) -> int:
    """Where the person begins in « (ministre de l’) Intérieur Anna Rossi »."""
    words = folded[start:end].split(" ")
    is_portfolio = len(words) > 2 and _MINISTER.search(folded[:start]) is not None
    return start + len(words[0]) + 1 if is_portfolio else start


def _is_complement(before: str) -> bool:
    """True if a name belongs to a noun before it: « le bilan d’(Anna Rossi) »."""
    return _GENITIVE.search(before) is not None and _PORTFOLIO.search(before) is None


def _speakers(
    folded: str, quoted: list[tuple[int, int]], names: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Find the names that a verb of speech or « selon » makes speakers."""
    outside = _blank(folded, quoted)
    for match in _ACCORDING.finditer(outside):
        after = (name for name in names if name[0] >= match.end())
        own = next((n for n in after if not _is_complement(outside[match.end() : n[0]])), None)
        if own is None:
            continue
        gap = outside[match.end() : own[0]]
        is_apart = gap.endswith((", ", " ,")) and outside[own[1] :].lstrip().startswith(",")
        title = gap.rstrip(" ,") if is_apart else gap  # « selon le maire, X, »
        is_title = len(gap) <= _TITLE_CHARACTERS and not _NO_PERSON.search(title)
        if match[0].startswith(("pour", "for")):
            is_role = gap.startswith(("le ", "la ", "the ")) and ROLE.search(gap)
            is_short = len(gap) <= _ARTICLE_CHARACTERS
            is_title = is_title and not match.start() and bool(is_role or is_short)
        if is_title:
            yield own
    for match in VERB.finditer(outside):
        if _NOUN.search(outside[: match.start()]):
            continue
        is_act = match[0].startswith(_ACTS)
        if quoted or is_act or _THAT.match(outside[match.end() :]):
            own = _subject(outside, match, names)
            if own is not None:
                yield own


def _beside_quote(
    sentence: str,
    folded: str,
    quoted: list[tuple[int, int]],
    names: list[tuple[int, int]],
    language: str,
) -> Iterator[tuple[int, int]]:
    """Find the only name before a colon and a quote (« X a réagi sur Twitter : « … » »), and those
    within one (« …, confiait X en 2010. … »)."""
    outside = _blank(folded, quoted)
    colon = _COLON.match(outside)
    if colon is not None:
        end = colon.end(1)
        free = [own for own in names if own[0] < end and not _is_complement(outside[: own[0]])]
        is_aside = len(free) == 1 and "(" in outside[: free[0][0]]
        if len(free) == 1 and not is_aside and not _PRONOUNS.search(outside[:end]):
            yield free[0]
    for start, end in quoted:
        for match in _WITHIN.finditer(folded, start, end):
            for span in span_names(sentence, language):
                if span.start == match.end() and folded[span.end : span.end + 1] in (",", ".", " "):
                    yield span.start, span.end


_OFFICE = (
    r"\b(?:ministre|secretaire d'etat)\b[^,.;«»]{0,40}\b(?:d[eu]s?|de la|à la|aux?|de l'|à l') ?"
)
_MINISTER = re.compile(f"{_OFFICE}$")
_PORTFOLIO = re.compile(rf"{_OFFICE}(?!la |les? )[\w-]+ $")
_TO = re.compile(r"(?<!\w)[àÀ](?!\w)")
_NO_PERSON = re.compile(r",|esquel|»")
_ARTICLE_CHARACTERS = 3
_TITLE_CHARACTERS = 60  # of « le président de la République » before a name


def _subject(
    outside: str, verb: re.Match[str], names: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """The name that is the subject of a verb: before it in its clause, or right after it."""
    before = outside[: verb.start()]
    auxiliary = _AUXILIARY.search(before)
    clause = before[: auxiliary.start()] if auxiliary else before
    clause = _BY_DOING.sub("", clause)
    return _subject_before(clause, names) or _subject_after(outside, clause, verb.end(), names)


def _subject_before(clause: str, names: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The name before a verb: « Le ministre X, invité de Y, (a affirmé) »."""
    end = len(clause)
    is_own = True  # the segment that the verb stands in
    for segment in reversed(re.split(r"[,;()–—]", clause)):
        start, stop = end - len(segment), end
        end = start - 1
        if not is_own and _RELATIVE.match(segment):
            continue  # « X, qui…, a dit »
        own = [name for name in names if start <= name[0] < stop]
        free = [name for name in own if not _is_complement(clause[start : name[0]])]
        rest = clause[free[0][1] : stop] if free else segment
        if _VERBS.search(rest) or _PRONOUNS.search(rest):
            return None
        if free:
            is_pair = len(free) == 2 and clause[free[0][1] : free[1][0]].strip() in ("et", "and")
            if len(free) > 1 and not is_pair:
                return None
            return free[0][0], free[-1][1]
        if is_own and segment.strip() and not _ADVERBIAL.match(segment.strip()):
            return None
        is_own = False
    return None


_ADVERBIAL = re.compile(
    r"(?:lors|dans|en|au|aux|à|ce|cet|cette|hier|jeudi|lundi|mardi|mercredi|vendredi|samedi|dimanche"
    r"|le \d|sur|devant|pour|par|apres|avant|selon|pendant|puis|et|in|on|at|during|after|before)\b"
)


def _subject_after(
    outside: str, clause: str, end: int, names: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """The name after a verb that follows a quote or a comma: « …, a dit le ministre X »."""
    after = (name for name in names if name[0] >= end)
    name = next((name for name in after if not _PLACED.search(outside[end : name[0]])), None)
    if name is None or not re.search(r"(?:[»”\",]|^)\s*$", clause):
        return None
    gap = outside[end : name[0]]
    if _APPOSED.match(outside[name[1] : name[1] + 2] or "."):
        gap = re.sub(r",\s$", "", gap)  # « a précisé le directeur du parc, X. »
    if _NO_TITLE.search(gap) or len(gap) > _TITLE_CHARACTERS:
        return None
    return name


_RELATIVE = re.compile(r"\s*(?:qui|dont|who|whose)\b")
_BY_DOING = re.compile(r"\b(?:a|ont|s'est|se sont|est) \w{3,20} en ?$")  # « s'est justifié en »
_NO_TITLE = re.compile(r"[^\w' .-]|\bqu(?:e\b|')")
_APPOSED = re.compile(r"\s?[.,»]|$")
_PLACED = re.compile(
    r"\b(?:(?:à|aux?|en|dans|sur|chez|contre|d[eu]s?|in|at|on|to|of|against)\s+(?:la |le |l')?|d')$"
)


def _fold(text: str) -> str:
    """A folded text in which « à » is no form of « avoir »."""
    folded = fold_phrase(text)
    for match in _TO.finditer(text):
        folded = f"{folded[: match.start()]}à{folded[match.end() :]}"
    return folded


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Replace quoted words, so that only the words around them are searched."""
    for start, end in spans:
        text = f"{text[:start]}»{' ' * (end - start - 2)}»{text[end:]}"
    return text

"""Questions over several articles, taken apart: « Compare X et Y », « Fais le point sur X », « en
2016 et en 2018 »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer, Citation, Statement
from bot.answering.about import LONGEST
from index.findings import Findings, Hit
from index.text.folding import fold_phrase
from index.text.language import detect

_PART_CONFIDENCE = 0.5  # confidence at which a part is told of
BESIDE = 0.12  # how far behind the best passage of its part one may stand

_POLITE = (
    r"(?:(?:peux-tu|pouvez-vous|pourriez-vous|can you|could you|please|stp|svp)[ ,]+)*"
    r"(?:me |nous )?"
)
_DE = r"d(?:es?|u|')"
_END = r"[ ?!.]*$"
_LINK = r"(?:et|avec|a|aux?|and|with|to|vs\.?|versus|ou|or)"
_PAIR = rf"(?P<one>.+?) {_LINK} (?P<other>.+?)"
_BOTH = r"(?P<one>.+?) (?:et|and) (?P<other>.+?)"
_COMPARING = tuple(
    re.compile(f"{pattern}{_END}")
    for pattern in (
        rf"{_POLITE}(?:compare[zr]?|comparaison|comparison)(?: (?:entre|of|between|de))? {_PAIR}",
        r"(?:quelles?|quels?|what|which) (?:(?:est|sont|is|are) )?(?:les? |la |the )?"
        r"(?:principales? |main )?(?:differences?|ressemblances?|similarit\w+|points? communs?"
        r"|liens?|rapports?|links?)(?: (?:y a-t-il|existe-t-il|is there|are there))? "
        rf"(?:entre|between) {_BOTH}",
        r"(?:que|qu'est-ce que) (?:disent|nous apprennent) (?:les|tes|vos|ces) articles "
        r"(?:sur|de|a propos de) (?P<one>.+?) et (?:sur|de|a propos de) (?P<other>.+?)",
        rf"(?:qu'ont en commun|qu'est-ce qu'ont en commun|quels points communs ont) {_BOTH}",
        rf"qu(?:'ont|'est-ce (?:que |qu'))(?: ?ont)? ?{_BOTH} (?:ont )?(?:en|de) commun",
        rf"what (?:do|did) {_BOTH} have in common",
        rf"(?:en quoi|how) (?:do |does |did )?{_BOTH} (?:different|se ressemblent|differ)\b.*",
        r"(?:en quoi|how) (?:is |are |does |do )?(?P<one>.+?) "
        r"(?:differ\w*|est-(?:il|elle) differente?)"
        r" (?:de |du |des |d'|from )(?P<other>.+?)",
        r"(?P<one>\S+(?: \S+){0,4}) (?:vs\.?|versus) (?P<other>\S+(?: \S+){0,4})",
    )
)
_OVERVIEW = re.compile(
    rf"{_POLITE}(?:fai(?:s|tes|re)(?:[- ]moi)? (?:(?:le|un) point|un resume|une synthese|un bilan)"
    rf" (?:sur|{_DE}|a propos {_DE})|resume[zr]?(?:[- ]moi)?|synthetise[zr]?"
    rf"|que sait-on(?: (?:sur|{_DE}|a propos {_DE}))?|qu'est-ce qu'on sait (?:sur|{_DE})"
    rf"|(?:parle[zr]?|presente[zr]?)(?:[- ](?:moi|nous))?(?: {_DE})?"
    r"|(?:give|write)(?: me)? (?:an overview|a summary|a synthesis) of"
    r"|(?:summari[sz]e|sum up|outline)|what (?:is known|do we know) about|tell me about)"
    rf"(?:(?<=') ?| )(?:l'essentiel (?:sur|{_DE}) )?(?P<subject>.+?){_END}"
)
_TIMELINE = re.compile(
    rf"{_POLITE}(?:(?:fai(?:s|tes|re)|dresse[zr]?|etabli[srt]|donne[zr]?|give|draw up|write)"
    r"(?:[- ]moi| me)? )?(?:(?:quelle est|what is) )?(?:la |une |a |the )?"
    rf"(?:(?:chronologie|frise|timeline|chronology) (?:{_DE}|sur|of|for)"
    rf"|(?:retrace[zr]?|raconte[zr]?|trace)(?:[- ]moi)? l'histoire {_DE}"
    r"|quelles (?:sont|ont ete|furent) les (?:grandes |principales )?(?:etapes|dates)(?: cles?)?"
    rf"(?: de l'histoire)? {_DE}|what (?:are|were) the (?:main |key )?(?:steps|stages|dates)"
    rf" (?:of|in)|(?:tell|trace) the (?:history|story) of)(?:(?<=') ?| )(?P<subject>.+?){_END}"
)
_AN_ARTICLE = re.compile(r"(?:ce|cet|cette|le|la|les|l'|this|that|the) ?(?:article|texte|text)")
_OF = re.compile(r"\b(?:de la|de l'|du|des|de|d'|of the|of) ?", re.IGNORECASE)
_THAT_OF = re.compile(r"(?:(?:celle|celui|celles|ceux|that|those) )?(?=(?:de|du|des|of)\b|d')")
_PREPOSITIONS = (
    r"(?:en|à|aux?|de|du|des|d['’]|pour|chez|dans|sous|avec|contre|par|sur|in|for|of|at|under|by)"
)
_PREPOSITION = re.compile(rf"(?<![\w-]){_PREPOSITIONS}(?:(?<=['’])|\b)", re.IGNORECASE)
_CONTRACTED = {"au": "à", "aux": "à", "du": "de", "des": "de", "d'": "de", "d’": "de"}
_NAMES = re.compile(r"\d|[A-ZÀ-ÖØ-ÞŒ]")
_AND = r"(?:et|and)"
_AND_PREPOSITION = re.compile(rf" {_AND} (?={_PREPOSITIONS}(?:(?<=['’])|\b))", re.IGNORECASE)
_AND_ASKS = re.compile(
    rf" {_AND} (?=(?:qu(?:i|e|els?|elles?|and|oi)|où|combien|comment|pourquoi"
    r"|who|what|when|where|which|how|why)\b|qu['’])",
    re.IGNORECASE,
)
_AND_THAT = re.compile(rf" {_AND} (?=(?:celle|celui|celles|ceux|that|those)\b)")
_STARTS = {
    "fr": ("{}\u00a0: origine, création, débuts", "{}\u00a0: chiffres, résultats, aujourd’hui"),
    "en": ("{}: origin, creation, beginnings", "{}: figures, results, today"),
}


def parts(question: str) -> tuple[str, ...]:
    """What is to be looked for by itself; nothing for a question that is one."""
    asked = subjects_told(question)
    if len(asked) != 1:
        return asked
    facets = _STARTS["en" if detect(question) == "en" else "fr"]
    return (asked[0], *(facet.format(asked[0]) for facet in facets))


def subjects_told(question: str) -> tuple[str, ...]:
    """The two that are compared, or the one that is to be told of; nothing where there is more to
    the question."""
    question = " ".join(question.split())
    plain = fold_phrase(question)
    if len(plain) > LONGEST:
        return ()
    for pattern in _COMPARING:
        found = pattern.fullmatch(plain)
        if found is not None:
            one, other = (question[slice(*found.span(name))] for name in ("one", "other"))
            return _pair(one, other)
    found = _OVERVIEW.fullmatch(plain) or _TIMELINE.fullmatch(plain)
    if found is None or _AN_ARTICLE.match(found["subject"]):
        return ()
    return (question[slice(*found.span("subject"))],)


def halves(question: str) -> tuple[str, ...]:
    """The two questions in one that asks the same of two (« … en 2016 et en 2018 ? », « la masse de
    X et celle de Y »); nothing for any other."""
    question = " ".join(question.split())
    bare = question.rstrip("?! ")
    mark = question[len(bare) :]
    if len(question) > LONGEST:
        return ()
    for divide in (_of_both, _with_that_of, _two_questions, _halves_of_two):
        if both := divide(bare):
            return tuple(half + mark for half in both)
    return ()


def _of_both(text: str) -> tuple[str, ...]:
    """« X et Y : … ? » → « X : … ? », « Y : … ? »."""
    subjects, colon, asked = text.partition(":")
    both = re.split(rf" {_AND} ", subjects)
    return tuple(f"{each.strip()} :{asked}" for each in both) if colon and len(both) == 2 else ()


def _with_that_of(text: str) -> tuple[str, ...]:
    """« La masse de X et celle de Y » → « La masse de X », « La masse de Y »."""
    both = _AND_THAT.split(text, maxsplit=1)
    if len(both) != 2:
        return ()
    pair = _pair(*both)
    return pair if pair[1] != both[1] else ()


def _two_questions(text: str) -> tuple[str, ...]:
    """« Quand est né X et quand est mort Y », where each names whom it asks about."""
    for link in _AND_ASKS.finditer(text):
        before, after = text[: link.start()], text[link.end() :]
        if _NAMES.search(before[1:]) and _NAMES.search(after[1:]):
            return before, after[0].upper() + after[1:]
    return ()


def _halves_of_two(question: str) -> tuple[str, ...]:
    """« A pour X et pour Y » → « A pour X », « A pour Y », where both have a name or a number."""
    for link in _AND_PREPOSITION.finditer(question):
        before, after = question[: link.start()], question[link.end() :]
        other = _prepositions(after)
        one = [each for each in _prepositions(before) if each[1] == other[0][1]]
        if one:
            start = one[-1][0]
            end = _like_end(_prepositions(before[start:]), other, after)
            two = before[start:], after[:end]
            if all(map(_NAMES.search, two)):
                return tuple(before[:start] + each + after[end:] for each in two)
    return ()


def _prepositions(text: str) -> list[tuple[int, str]]:
    """Where each stands, and which it is without its article (« du » is « de »)."""
    found = ((match.start(), match[0].lower()) for match in _PREPOSITION.finditer(text))
    return [(at, _CONTRACTED.get(word, word)) for at, word in found]


def _like_end(one: list[tuple[int, str]], other: list[tuple[int, str]], text: str) -> int:
    """Where `text` stops being built like its pair (« pour l'Ukraine en 2016 », « pour Israël en
    2018| à l'Eurovision »)."""
    expected = [word for _, word in one]
    for count, (at, word) in enumerate(other):
        if expected[count : count + 1] != [word]:
            return len(text[:at].rstrip())
    return len(text)


def answer_on_both(question: str, answers: Sequence[Answer]) -> Answer | None:
    """What each half is answered with first, as one answer, doubtful where one is; None where one
    is not answered at all, or where the same is quoted twice."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    for answer in answers:
        if answer.outcome == "no":
            return None
        first = answer.statements[0]
        cited = [each for each in answer.citations if each.number in first.citations]
        numbers = range(len(citations) + 1, len(citations) + len(cited) + 1)
        statements.append(replace(first, citations=tuple(numbers)))
        citations += [replace(each, number=n) for n, each in zip(numbers, cited, strict=True)]
    if len({each.text for each in statements}) < len(answers):
        return None
    return replace(
        min(answers, key=lambda answer: answer.confidence),
        question=question,
        statements=tuple(statements),
        citations=tuple(citations),
        further=(),
        doubtful=any(answer.doubtful for answer in answers),
    )


def merged(whole: Findings, found: Sequence[Findings]) -> Findings:
    """One list from what was found for the parts, the best of each in turn, none twice.

    Parts of which the articles know nothing are left out, and what stands far behind within its
    part. It is as sure as the surest: what is known of one part is worth telling.
    """
    known = [_near(each) for each in found if each.hits and each.confidence >= _PART_CONFIDENCE]
    every = known or [whole.hits]
    longest = max(map(len, every))
    turns = [hits[at] for at in range(longest) for hits in every if at < len(hits)]
    hits: dict[tuple[str, int], Hit] = {}
    for hit in turns:
        hits.setdefault((hit.article.id, hit.passage.start), hit)
    surest = max((whole, *found), key=lambda each: each.confidence)
    return replace(
        whole,
        hits=tuple(hits.values()),
        confidence=surest.confidence,
        evidence=surest.evidence,
    )


def _near(findings: Findings) -> tuple[Hit, ...]:
    best = findings.hits[0].scores.total
    return tuple(hit for hit in findings.hits if hit.scores.total >= best - BESIDE)


def _pair(one: str, other: str) -> tuple[str, str]:
    """« la masse de X », « celle de Y » → « la masse de X », « la masse de Y »."""
    rest = _THAT_OF.match(fold_phrase(other))
    heads = list(_OF.finditer(one))
    if rest is not None and heads:
        return one, one[: heads[0].start()] + other[rest.end() :]
    return one, other

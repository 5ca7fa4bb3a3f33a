"""Split questions that need several articles (« Compare X et Y », « en 2016 et en 2018 ») and join
the answers to their parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from bot.answer import Answer, Citation, Statement
from bot.answering.metadata_question import LONGEST_QUESTION
from bot.answering.refusal import least_sure
from index.findings import Findings, Hit
from index.text.folding import fold_phrase
from index.text.language import detect

_PART_CONFIDENCE = 0.5  # minimum for a part to be used
_PART_MARGIN = 0.12  # score behind the best passage of a part

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


def search_parts(question: str) -> tuple[str, ...]:
    """The searches that a question needs besides its own; empty for most."""
    subjects = split_subjects(question)
    if len(subjects) != 1:
        return subjects
    facets = _STARTS["en" if detect(question) == "en" else "fr"]
    return (subjects[0], *(facet.format(subjects[0]) for facet in facets))


def split_subjects(question: str) -> tuple[str, ...]:
    """The two subjects of a comparison, the one of an overview; empty for any other question."""
    question = " ".join(question.split())
    plain = fold_phrase(question)
    if len(plain) > LONGEST_QUESTION:
        return ()
    for pattern in _COMPARING:
        match = pattern.fullmatch(plain)
        if match is not None:
            one, other = (question[slice(*match.span(name))] for name in ("one", "other"))
            return _pair(one, other)
    match = _OVERVIEW.fullmatch(plain) or _TIMELINE.fullmatch(plain)
    if match is None or _AN_ARTICLE.match(match["subject"]):
        return ()
    return (question[slice(*match.span("subject"))],)


def split_question(question: str) -> tuple[str, ...]:
    """Split a double question: « … en 2016 et en 2018 ? », « la masse de X et celle de Y ».

    Empty for any other.
    """
    question = " ".join(question.split())
    bare = question.rstrip("?! ")
    mark = question[len(bare) :]
    if len(question) > LONGEST_QUESTION:
        return ()
    for split in (_split_subjects, _split_that_of, _split_questions, _split_complements):
        if both := split(bare):
            return tuple(half + mark for half in both)
    return ()


def _split_subjects(text: str) -> tuple[str, ...]:
    """« X et Y : … ? » → « X : … ? », « Y : … ? »."""
    subjects, colon, rest = text.partition(":")
    both = re.split(rf" {_AND} ", subjects)
    return (
        tuple(f"{subject.strip()} :{rest}" for subject in both) if colon and len(both) == 2 else ()
    )


def _split_that_of(text: str) -> tuple[str, ...]:
    """« La masse de X et celle de Y » → « La masse de X », « La masse de Y »."""
    both = _AND_THAT.split(text, maxsplit=1)
    if len(both) != 2:
        return ()
    pair = _pair(*both)
    return pair if pair[1] != both[1] else ()


def _split_questions(text: str) -> tuple[str, ...]:
    """Split « Quand est né X et quand est mort Y » if both halves have a name or a number."""
    for link in _AND_ASKS.finditer(text):
        before, after = text[: link.start()], text[link.end() :]
        if _NAMES.search(before[1:]) and _NAMES.search(after[1:]):
            return before, after[0].upper() + after[1:]
    return ()


def _split_complements(question: str) -> tuple[str, ...]:
    """« A pour X et pour Y » → « A pour X », « A pour Y », if both have a name or a number.

    Y ends where its prepositions stop matching X's: « pour l'Ukraine en 2016 et pour Israël en
    2018| à l'Eurovision ».
    """
    for link in _AND_PREPOSITION.finditer(question):
        before, after = question[: link.start()], question[link.end() :]
        other = _prepositions(after)
        one = [
            preposition for preposition in _prepositions(before) if preposition[1] == other[0][1]
        ]
        if not one:
            continue
        start, end = one[-1][0], len(after)
        expected = [word for _, word in _prepositions(before[start:])]
        for count, (at, word) in enumerate(other):
            if expected[count : count + 1] != [word]:
                end = len(after[:at].rstrip())
                break
        two = before[start:], after[:end]
        if all(map(_NAMES.search, two)):
            return tuple(before[:start] + complement + after[end:] for complement in two)
    return ()


def _prepositions(text: str) -> list[tuple[int, str]]:
    """Find prepositions, each with its offset and without its article (« du » is « de »)."""
    words = ((match.start(), match[0].lower()) for match in _PREPOSITION.finditer(text))
    return [(at, _CONTRACTED.get(word, word)) for at, word in words]


def join_answers(question: str, answers: Sequence[Answer]) -> Answer | None:
    """Join the first statement of each answer; no surer than the least sure.

    None if one is a refusal, or if two quote the same.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    for answer in answers:
        if answer.outcome == "no":
            return None
        first = answer.statements[0]
        citations_of_part = [
            citation for citation in answer.citations if citation.number in first.citations
        ]
        numbers = range(len(citations) + 1, len(citations) + len(citations_of_part) + 1)
        is_one_of_several = answer.outcome == "perhaps" and len(answer.statements) > 1
        label = "" if is_one_of_several else first.label  # the likeliest of them
        statements.append(replace(first, citations=tuple(numbers), label=label))
        citations += [
            replace(citation, number=n)
            for n, citation in zip(numbers, citations_of_part, strict=True)
        ]
    if len({statement.text for statement in statements}) < len(answers):
        return None
    return replace(
        min(answers, key=lambda answer: answer.confidence),
        question=question,
        outcome=least_sure(answer.outcome for answer in answers),
        statements=tuple(statements),
        citations=tuple(citations),
        further=(),
    )


def merge_findings(whole: Findings, parts: Sequence[Findings]) -> Findings:
    """Merge the hits of the parts, the best of each in turn, none twice.

    Skips parts that the articles do not answer, and hits far behind the best of their part. The
    confidence is that of the surest: an answer to one part is worth giving.
    """
    lists: list[Sequence[Hit]] = []
    for part in parts:
        if part.hits and part.confidence >= _PART_CONFIDENCE:
            floor = part.hits[0].scores.total - _PART_MARGIN
            lists.append([hit for hit in part.hits if hit.scores.total >= floor])
    hits_by_passage: dict[tuple[str, int], Hit] = {}
    for round_of_hits in zip_longest(*(lists or [whole.hits])):
        for hit in round_of_hits:
            if hit is not None:
                hits_by_passage.setdefault((hit.article.id, hit.passage.start), hit)
    surest = max((whole, *parts), key=lambda reading: reading.confidence)
    return replace(
        whole,
        hits=tuple(hits_by_passage.values()),
        confidence=surest.confidence,
        evidence=surest.evidence,
    )


def _pair(one: str, other: str) -> tuple[str, str]:
    """« la masse de X », « celle de Y » → « la masse de X », « la masse de Y »."""
    rest = _THAT_OF.match(fold_phrase(other))
    heads = list(_OF.finditer(one))
    if rest is not None and heads:
        return one, one[: heads[0].start()] + other[rest.end() :]
    return one, other

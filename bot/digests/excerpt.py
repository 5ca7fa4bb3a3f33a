"""Excerpts of articles to read aloud: sentences in a row that lean on nothing left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from bot.archive.differences import DEAD
from bot.archive.lede import (
    is_continuation,
    is_quotable,
    is_repetition,
    is_self_contained,
    lede,
)
from bot.archive.speakers import find_speech
from bot.digests.stories import log_dead
from index.article import Article, Passage, Sentence
from index.ingestion.passages import cut
from index.text.antecedents import is_dependent
from index.text.dates import weekday_names
from index.text.event_days import find_event_days
from index.text.language import keyed_terms
from index.text.names import span_names
from index.text.patterns import one_of

LEAST_WORDS = 60
_LEAST_SENTENCES = 2
_SHORT_WORDS = 6
MORE_WORDS = 60  # of sentences that lean on what was read, or lead to what the title promises
_LAST_WORDS = 50  # of an article, read with what comes before
_LEAST_GAIN = 2  # words of a title, of which a name counts twice, to read on for
_RESTATED_SHARE = 0.7  # of a title's words
_MOST_SENTENCES = 8  # read together
_QUOTED = re.compile(r"«[^«»]*»")
_SIGNATURE = re.compile(r"\s*[—–]\s?(?=\w)")  # « — Luca, 32 ans »
# A list of names, and what speaks of the page.
_UNFIT = re.compile(
    r"(?:[A-ZÀ-ÖØ-Þ][\w’'. -]{1,30} ?, ){5}|^Les heures (?:données|sont)|\ben gras\b|\bci-dessous\b"
)
_WORD = re.compile(r"\w")
# How what was reported went out: nobody hurt, somebody arrested, an alert that was false.
_OUTCOME = re.compile(
    r"\b(?:aucune?|sans faire de|pas (?:fait )?de) (?:\w+ ){0,2}(?:victime|blessé|mort|dégât)"
    r"|\b(?:indemnes?|sains? et saufs?|hors de danger|fausses? alertes?|sous contrôle(?! \w)"
    r"|(?:désamorcé|circonscrit|maîtrisé|abattu|interpellé|arrêté)e?s?|garde[- ]à[- ]vue|détention"
    r"|a (?:finalement )?démissionné|unharmed|arrested|false alarm"
    r"|no (?:one|casualties|injuries))\b",
    re.IGNORECASE,
)
_DEAD_WORD, _DEATH = re.compile(rf"\b(?:{DEAD})\w*", re.IGNORECASE), "†"
_EARLIER = re.compile(r"\b(?:avai(?:t|ent)|déjà|(?:[Ee]n|depuis) (?:\w+ )?(?:19|20)\d\d)\b")
_PLACE = re.compile(r"^([^:]{1,40})\s:\s")  # « France : … »
_MOMENT = (
    rf"(?:\d|{one_of(weekday_names('fr', 'en'))}|matin|midi|soir|après-midi|nuit|semaine|week-end"
    r"|début|fin|été|hiver|printemps|automne"
    r"|mois|année|morning|afternoon|evening|week|month|year)"
)
# « ces attaques », « cette dernière », "these attacks", but not « ce mardi » nor « ce que ».
_DEMONSTRATIVE = re.compile(
    rf"\b(?:cet|cette|ces|ce (?!qu|n['’]|sont|serait|fut)|this |these |those )\s*(?!{_MOMENT})\w"
    r"|\b(?:celui|celle|ceux|celles)-(?:ci|là)\b"
    r"|\b(?:le|la|les) (?:dernier|dernière)s?(?=,| (?:a|ont|est|sont)\b)"
    r"|\b(?:un |une |de )?tel(?:le)?s? (?!qu)[a-zà-ÿ]|\b(?:pour|quant à) (?:le |la )second"
    r"|\bpeu (?:après|avant)(?=,|\.| par )|^(?!.*\bil (?:n['’])?y a)[^,«»]{3,60} y (?:a|ont|\w+e)\b"
    r"|\b(?:selon|pour|avec|chez|contre|sur|parmi|d['’]entre|according to) "
    r"(?:lui|elles?|eux|him|her|them)\b",
    re.IGNORECASE,
)
_RELATIVE_DAY = re.compile(
    r"\b(?:(?:avant-)?hier|aujourd['’]hui|demain|ce (?:matin|midi|soir)|cet après-midi|cette nuit"
    r"|today|yesterday|tonight|tomorrow|this (?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is read together: a sentence, or a quote and the lines that say whose it is
    (« Un témoin raconte : « … » — Luca, 32 ans »)."""

    sentences: tuple[tuple[Passage, Sentence], ...]

    @property
    def start(self) -> int:
        return self.sentences[0][1].start

    @property
    def head(self) -> str:
        return self.sentences[0][1].text

    @property
    def text(self) -> str:
        return " ".join(sentence.text for _, sentence in self.sentences)

    def goes_on(self, text: str) -> bool:
        """True if what follows belongs to it."""
        own = self.text
        is_signed = _SIGNATURE.match(text) is not None and self.is_only_quote
        return is_signed or _is_open(own) or (own.endswith(":") and text.startswith("«"))

    @property
    def is_only_quote(self) -> bool:
        return not _WORD.search(_QUOTED.sub("", self.text))

    def is_fit(self, article: Article, *, leans: bool) -> bool:
        """True if it states something and can be followed by ear."""
        text = self.text
        states = any(is_quotable(sentence, article) for _, sentence in self.sentences)
        is_whole = text.count("«") == text.count("»") and not text.endswith(":")
        return is_whole and not _UNFIT.search(text) and (states or (leans and _is_short(text)))

    def cite(self, article: Article) -> list[Citation]:
        return [Citation.of(1, sentence, own, article) for own, sentence in self.sentences]


def _find_units(article: Article, start: int) -> Iterator[_Unit]:
    """The units of an article from a sentence on."""
    unit = _Unit(())
    for own in cut(article):
        for sentence in own.sentences:
            if sentence.start < start:
                continue
            if unit.sentences and not unit.goes_on(sentence.text):
                yield unit
                unit = _Unit(())
            unit = _Unit((*unit.sentences, (own, sentence)))
            if len(unit.sentences) == _MOST_SENTENCES:
                yield unit
                unit = _Unit(())
    if unit.sentences:
        yield unit


def excerpt(
    article: Article,
    passage: Passage,
    earlier: Collection[str] = (),
    *,
    day: date | None = None,
    least: int = LEAST_WORDS,
) -> tuple[Citation, ...]:
    """Read an article from the sentence that restates its headline, in its opening `passage`: at
    `least` so many words, on while a sentence leans on what was read, and up to one that says what
    the title promises.

    What follows on something left out is taken only if it stands alone, a quote only if it is said
    whose it is. None repeats an `earlier` one; after the first, none says « hier » of another day
    than a listener of `day` understands. Nothing is read of an article whose first sentence was.
    """
    context, language = [article.title, *earlier], article.language
    begin, best = passage.sentences[0], lede(article, passage)
    names_it = _words(begin.text, language) & _words(article.title, language)
    if names_it and is_quotable(begin, article):
        best = (*best[:1], Citation.of(1, begin, passage, article), *best[1:])
    first = next(
        (
            citation
            for citation in best
            if (citation.start == begin.start or not leans_on_others(citation.quote, language))
            and not next(_find_units(article, citation.start)).is_only_quote
        ),
        Citation.of(1, begin, passage, article) if is_quotable(begin, article) else None,
    )
    if first is None or any(
        relation(first.quote, other, language) is Relation.SAME for other in earlier
    ):
        return ()
    lead, *following = _find_units(article, first.start)
    chosen = lead.cite(article) if lead.is_fit(article, leans=False) else [first]
    words = sum(len(citation.quote.split()) for citation in chosen)
    before = (sentence for sentence in passage.sentences if sentence.start < first.start)
    has_gap = any(is_quotable(sentence, article) for sentence in before)
    claim, is_far, spoken = first.start, False, lead.text
    for at, unit in enumerate(following):
        text, rest = unit.text, following[at:]
        texts = [*context, *(citation.quote for citation in chosen)]
        leans = leans_on_others(unit.head, language)
        is_enough = words > least + MORE_WORDS or (
            words > least and len(chosen) >= _LEAST_SENTENCES and not leans
        )
        is_last = len(article.text[unit.start :].split()) <= _LAST_WORDS
        if is_enough and claim < unit.start and not (is_last or _is_short(spoken)):
            claim = _find_claim(article, chosen, rest)
            is_far = len(article.text[unit.start : max(claim, 0)].split()) > MORE_WORDS
            if claim < 0 or words > least + 2 * MORE_WORDS:
                break
        is_fit = (
            not (is_far and unit.start < claim)
            and unit.is_fit(article, leans=leans)
            and meant_day(text, article, day) is None
            and not is_repetition(text, texts[1:], language)
            and not (has_gap and leans)
            and not (unit.is_only_quote and (has_gap or find_speech(spoken, language) is None))
        )
        has_gap = not is_fit and not text.endswith(":")
        if is_fit:
            spoken = text
            words += len(text.split())
            chosen += unit.cite(article)
    return tuple(chosen)


def _find_claim(article: Article, chosen: Sequence[Citation], following: Sequence[_Unit]) -> int:
    """Where the first unit starts that says most of what the title promises and none of the
    `chosen` says: a name, two words, or the one that is left; -1 if there is none."""
    language, title = article.language, topic_of(article)
    excerpt_text = " ".join(citation.quote for citation in chosen)
    rest = " ".join(unit.text for unit in following)
    missing = (_words(title, language) - _words(excerpt_text, language)) & _words(rest, language)
    names = " ".join(title[name.start : name.end] for name in span_names(title, language))
    heavy = missing & {*_words(names, language), _DEATH}
    worth = dict.fromkeys(missing, 1) | dict.fromkeys(heavy, 2)
    is_settled = _OUTCOME.search(excerpt_text) is not None
    dead = log_dead(f"{title} {excerpt_text}", language)
    gains = [
        sum(worth[word] for word in missing & _words(unit.text, language))
        + _LEAST_GAIN * (not is_settled and _is_outcome(unit.text))
        + _LEAST_GAIN * (log_dead(unit.text, language) > dead and not _EARLIER.search(unit.text))
        for unit in following
    ]
    best = max(gains, default=0)
    is_all = best == sum(worth.values())
    return following[gains.index(best)].start if best and (is_all or best >= _LEAST_GAIN) else -1


def _is_outcome(text: str) -> bool:
    return _OUTCOME.search(text) is not None and not _EARLIER.search(text)


def restates(article: Article, quotes: Sequence[Citation], *, is_known: bool) -> bool:
    """True if the first of the quotes says what an article's title does, and leans on nothing; of a
    title that `is_known`, a word of it."""
    language = article.language
    title, quote = (_words(text, language) for text in (topic_of(article), quotes[0].quote))
    return is_self_contained(quotes[0].quote, language) and len(title & quote) >= (
        1 if is_known else _RESTATED_SHARE * len(title)
    )


def place_of(article: Article) -> str:
    """Return what stands before the colon of an article's title: « France : … »; "" if nothing."""
    place = _PLACE.match(article.title)
    return place[1] if place else ""


def topic_of(article: Article) -> str:
    """Return an article's title without its place."""
    return _PLACE.sub("", article.title)


def unsaid_place(article: Article, quotes: Sequence[Citation]) -> str:
    """Return the place of an article's title unless the first of the quotes says it."""
    place, said = place_of(article), _words(quotes[0].quote, article.language)
    return "" if _words(place, article.language) <= said else place


def _words(text: str, language: str) -> set[str]:
    """The terms of a text; all words for death are one."""
    words = set(keyed_terms(text, language))
    dead = {term for match in _DEAD_WORD.finditer(text) for term in keyed_terms(match[0], language)}
    return words - dead | {_DEATH} if dead else words


def _is_open(text: str) -> bool:
    return text.count("«") > text.count("»")


def _is_short(text: str) -> bool:
    """True for « Il pleut. », which states too little to be quoted by itself."""
    return 1 < len(text.split()) < _SHORT_WORDS and text.endswith(".")


def leans_on_others(text: str, language: str) -> bool:
    """True if a sentence refers to one before it."""
    return (
        is_dependent(text, language)
        or is_continuation(text)
        or _DEMONSTRATIVE.search(text) is not None
    )


def meant_day(text: str, article: Article, day: date | None) -> date | None:
    """The day that a sentence means by « hier » or « aujourd’hui », if who listens on `day`
    understands another and no date beside it says which."""
    published, match = article.published, _RELATIVE_DAY.search(text)
    if day is None or match is None or published in (None, day):
        return None
    days = find_event_days(text, published)
    if any(own.exactness == "day" and _has_digit(text[own.start : own.end]) for own in days):
        return None
    return next((own.period.first for own in days if own.start == match.start()), published)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))

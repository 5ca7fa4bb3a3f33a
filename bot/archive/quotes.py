"""Quotes of a person: what the articles give as their words, newest first, never another's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answer import Answer, Citation, Statement
from bot.answering.extractive import Relation, relation
from bot.archive.events import distinct, ranked
from bot.archive.identity import ROLE
from bot.archive.material import Material, find_material
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import ROLES, find_speaker, find_speech
from bot.archive.subject import FoundSubject, SubjectArticle, SubjectName
from bot.archive.texts import QuotesPhrases
from index.article import Article, Passage, Period, Sentence
from index.ingestion.passages import cut
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.language import keyed_terms
from index.text.names import PERSON, span_names

SHOWN_QUOTES = 15
MAX_QUOTES = 40
_MAX_WORDS = 90
_MIN_WORDS = 5
_BOTH_WORDS = 2  # of a topic, of which both are needed
_OFF_TOPIC_QUOTES = 5  # shown where none has a word of the topic
_QUOTED = re.compile(r"«[^«»]*»?|“[^“”]*”?")
_PRONOUN = re.compile(r"\b(?:il|elle|he|she)\b", re.IGNORECASE)
_COMPLEMENT = re.compile(
    r"\b(?:d[eu]s?|d['’]|à|aux?|en|dans|sur|chez|vers|par|pour|avec|contre|entre|of|in|at|by|to|with)"
    r" ?(?:la |le |les |l['’]|the )?$",
    re.IGNORECASE,
)
_ABOUT = (
    r"(?:sur|(?:à propos|au sujet) d(?:[eu]s?|['’](?=\w))|concernant|après|lors d[eu]|quand|au|à"
    r"|depuis|avant|face à|contre|en|du|de|about|on|after|during|when|against)"
)
TOPIC = re.compile(
    rf",? (?!d[eu]){_ABOUT}(?: |(?<=['’]))(?:la |le |les |l['’]|the |sa |son )?",
    re.IGNORECASE,
)
_TOPIC_OPENING = re.compile(
    rf"^,? *(?:{_ABOUT}(?: |(?<=['’])))?(?:la |le |les |l['’]|the )?", re.IGNORECASE
)
_SAY = re.compile(r"^(?:say|said|think)\b,? ?(?:about |on |after )?(?:the )?")
_FIRST_NAME = re.compile(rf"{PERSON}|[A-ZÀ-ÖØ-Þ][\w.'’-]+")
_NOUN = re.compile(r"\b(?:la|le|les|un|une|l['’])\s?[a-zà-öø-ÿ]{4,} $")
_CAPITALISED = re.compile(r"\b[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ][\w-]+")  # no acronym
_OF = re.compile(r"\b(?:d[eu]s?|d['’]|de la|de l['’]|of|of the) ?$")


@dataclass(frozen=True, slots=True)
class SpokenQuote:
    """A sentence with somebody's words, from where they open; `lead` names the speaker."""

    article: Article
    passage: Passage
    start: int
    end: int
    is_direct: bool
    lead: Sentence | None = None

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def cite(self, number: int) -> Citation:
        span = self.start, self.end
        return Citation(number, self.text, *span, self.passage, self.article, self.lead)


def quote_person(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Quote a person, on a subject if one is named, newest first."""
    if not request.person:
        words = request.about or request.subject
        person, topic = split_topic(words)
        forms = [form for form in request.forms if form in person]
        if person.islower() and forms:  # « hope solo des suédoises »
            person = min(forms, key=len)
            topic = topic or _TOPIC_OPENING.sub("", words.partition(person)[2])
        request = replace(request, person=person, subject=topic)
    about = f"{request.person} {request.subject}"
    by_person = replace(request, subject=request.person, about=about)
    material = find_material(by_person, searcher)
    if material is not None and (name := _name_of_role(request.person, material)):
        material = find_material(replace(by_person, subject=name), searcher)
    if material is None:
        return refuse_subject(request, searcher)
    near, quotes = material, find_quotes(material.subject, request)
    off_topic: list[SpokenQuote] = []
    if not quotes:
        off_topic = find_quotes(material.subject, replace(request, subject=""))
        off_topic = [own for own in off_topic if _may_be_on(request.subject, own.article)]
        off_topic.sort(key=lambda quote: -near.nearness(quote.article, quote.start, quote.end))
        off_topic = off_topic[:_OFF_TOPIC_QUOTES]
    if not (quotes or off_topic):
        return _quote_around(request, material) or refuse_subject(request, searcher)
    name = material.subject.name.subject
    phrases = QuotesPhrases.of(request.language)
    heading = phrases.heading(name, request.subject, len(quotes))
    is_on_topic = not off_topic and _have_all(quotes, request.subject)
    material = replace(material, is_near=not is_on_topic or not material.named)
    if off_topic:
        quotes = off_topic
        heading = phrases.off_subject(name, request.subject)
    skip = (request.page - 1) * SHOWN_QUOTES
    lines = quotes[skip : skip + SHOWN_QUOTES] or quotes[:SHOWN_QUOTES]
    further = [quote for quote in quotes if quote not in lines][:MAX_QUOTES]
    statements = [
        Statement(
            line.text, (number,), label=phrases.day(day), days=Period(day, day) if day else None
        )
        for number, line in enumerate([*lines, *further], 1)
        for day in (line.article.published,)
    ]
    page, rest = statements[: len(lines)], statements[len(lines) :]
    return answer_lines(
        request,
        page,
        lines,
        heading,
        further,
        rest=rest,
        whole_heading=heading,
        material=material,
    )


def _quote_around(request: ArchiveRequest, material: Material) -> Answer | None:
    """Quote the weightiest sentences with quoted words where none are found to be a person's: those
    that name the person and no other speaker, and of « l'entraîneur » all in the nearest articles,
    each under its speaker's name. Never sure."""
    is_name = any(part.is_name for part in material.subject.name.parts)
    quoted = [line for line in ranked(material.lines()) if _says_words(line.text)]
    speakers = {line.text: find_speaker(line.text, line.article.language) for line in quoted}
    if is_name:
        quoted = [line for line in quoted if line.is_named and not speakers[line.text]]
    lines = distinct(quoted, _OFF_TOPIC_QUOTES)
    if not lines:
        return None
    statements = [
        Statement(line.text, (number,), label=speakers[line.text])
        for number, line in enumerate(lines, 1)
    ]
    return answer_lines(request, statements, lines, material=replace(material, is_near=True))


def _may_be_on(topic: str, article: Article) -> bool:
    """True unless a topic names what an article does not."""
    text = fold_phrase(f"{article.title} {article.text}")
    return all(fold_phrase(match[0]) in text for match in _CAPITALISED.finditer(topic))


def split_topic(words: str) -> tuple[str, str]:
    """Split « le président X sur Y » into the person and what the words are about.

    A name is the person's, but not in « le sélectionneur des Bleus ».
    """
    match = _FIRST_NAME.search(words)
    if match is not None and not _OF.search(words[: match.start()]):
        before = TOPIC.search(words[: match.start()])
        if before is None:
            return match[0], _SAY.sub("", _TOPIC_OPENING.sub("", words[match.end() :]))
    match = TOPIC.search(words)
    if match is None:
        return words, ""
    return words[: match.start()], _SAY.sub("", words[match.end() :])


def _name_of_role(role: str, material: Material) -> str:
    """The name that an article gives to a role: « Didier Dinart, le sélectionneur »."""
    if any(part.is_name and " " in part.text for part in material.subject.name.parts):
        return ""
    words = role.split()
    if len(words) < 2 or not words[0].islower():
        return ""
    near = re.compile(
        rf"{re.escape(words[0])}\b[^.,;«»]{{0,40}}? ?,? ({PERSON})"
        rf"|({PERSON}) ?, [^.,;«»]{{0,20}}{re.escape(words[0])}\b"
    )
    for own in material.subject.articles:
        match = near.search(own.article.text)
        if match is not None:
            return match[1] or match[2]
    return ""


def find_quotes(subject: FoundSubject, request: ArchiveRequest) -> list[SpokenQuote]:
    """Find what a person says, newest first, on the request's subject if it names a person."""
    quotes = [quote for own in subject.articles for quote in _quotes_of(own, subject.name)]
    if request.subject and request.person:
        quotes = _on_topic(quotes, request.subject)
    unlike: list[SpokenQuote] = []
    for quote in sorted(quotes, key=_newness, reverse=True):
        if not any(_is_same(quote, other) for other in unlike):
            unlike.append(quote)
    return unlike


def _newness(quote: SpokenQuote) -> tuple[date, bool, int]:
    return quote.article.published or date.min, quote.is_direct, -quote.start


def _is_same(one: SpokenQuote, other: SpokenQuote) -> bool:
    languages = one.article.language, other.article.language
    if languages[0] != languages[1]:
        return False
    return one.text == other.text or (
        one.article.id != other.article.id
        and relation(one.text, other.text, languages[0]) is Relation.SAME
    )


def _quotes_of(own: SubjectArticle, name: SubjectName) -> Iterator[SpokenQuote]:
    """What the person says in an article: by name, as « il » where nobody else was named since, and
    as long as a quote goes on."""
    article = own.article
    is_about = is_theirs = is_open = False  # whom « il » means, and the sentence right before
    for passage in cut(article):
        before: Sentence | None = None  # the last one with a person as its subject
        for at, sentence in enumerate(passage.sentences):
            speech = find_speech(sentence.text, article.language)
            outside = _QUOTED.sub(lambda match: " " * len(match[0]), sentence.text)
            subjects = _find_subjects(outside, article.language)
            is_nobody = all(_is_name(name, subject) for subject in subjects[:1])
            goes_on = is_theirs and (is_open or (sentence.text[:1] in "«“" and is_nobody))
            lead = None
            if speech is not None and speech.speaker is not None:
                is_theirs = _is_name(name, speech.speaker)
            elif goes_on:
                is_theirs = True
            else:
                says = speech is not None or sentence.text[:1] in "«“"
                is_theirs = (says or _says_pronoun(outside, sentence.text)) and (
                    is_nobody if subjects else is_about
                )
                lead = before if is_theirs and not subjects else None
            text = sentence.text
            is_open = text.rfind("«") > text.rfind("»") or (is_open and "»" not in text)
            if is_theirs and len(sentence.text.split()) >= _MIN_WORDS:
                start = sentence.start if goes_on else _opening(passage, at, sentence)
                if lead is not None and lead.end > start:
                    start, lead = min(start, lead.start), None
                if len(article.text[start : sentence.end].split()) <= _MAX_WORDS:
                    is_direct = goes_on or (speech is not None and speech.is_direct)
                    yield SpokenQuote(article, passage, start, sentence.end, is_direct, lead)
            if speech is not None and speech.speaker is not None:
                is_about = _is_name(name, speech.speaker)
                is_about = is_about and all(_is_name(name, other) for other in subjects[-1:])
                before = sentence
            elif subjects:
                before, is_about = sentence, all(_is_name(name, s) for s in subjects)


def _says_pronoun(outside: str, text: str) -> bool:
    """True if words are quoted as « il » or « elle » says them: « Elle a conclu : « … » »."""
    return _says_words(text) and _PRONOUN.search(outside) is not None


def _says_words(text: str) -> bool:
    return any(len(match[0].split()) >= _MIN_WORDS for match in _QUOTED.finditer(text))


def _opening(passage: Passage, at: int, sentence: Sentence) -> int:
    """Where the words between quotation marks begin that end in a sentence."""
    if sentence.text.count("»") <= sentence.text.count("«"):
        return sentence.start
    for earlier in reversed(passage.sentences[max(0, at - 4) : at]):
        if earlier.text.count("«") > earlier.text.count("»"):
            return earlier.start
    return sentence.start


def _is_name(name: SubjectName, speaker: str) -> bool:
    return name.is_in(speaker) or (name.surname is not None and name.has_surname(speaker))


def _find_subjects(outside: str, language: str) -> list[str]:
    """The names that no preposition makes a complement, before any « il »."""
    pronoun = _PRONOUN.search(outside)
    end = pronoun.start() if pronoun is not None else len(outside)
    names = []
    for span in span_names(outside, language):
        name, before = outside[span.start : span.end], outside[: span.start]
        is_adjective = not before.strip() and outside[span.end :].startswith(",")  # « Ému, il… »
        is_of_noun = _NOUN.search(before) is not None and not ROLE.search(fold_phrase(before[-30:]))
        if (
            span.start < end
            and fold_phrase(name) not in ROLES
            and not (" " not in name and (is_adjective or is_of_noun))  # « le bureau Ovale »
            and not _COMPLEMENT.search(before)
        ):
            names.append(name)
    return names


def _on_topic(quotes: Sequence[SpokenQuote], topic: str) -> list[SpokenQuote]:
    """The quotes with a word of a topic; with both of two words, if some have."""
    terms = set(keyed_terms(topic, "fr"))
    counts = [
        len(_terms_around(quote).intersection(keyed_terms(topic, quote.article.language)))
        for quote in quotes
    ]
    most = max(counts, default=0)
    least = most if most and len(terms) <= _BOTH_WORDS else 1
    return [quote for quote, own in zip(quotes, counts, strict=True) if own >= least]


def _have_all(quotes: Sequence[SpokenQuote], topic: str) -> bool:
    """True if no word of a topic is missing in all the quotes."""
    found = set().union(*map(_terms_around, quotes))
    languages = {quote.article.language for quote in quotes}
    return any(found.issuperset(keyed_terms(topic, language)) for language in languages)


def _terms_around(quote: SpokenQuote) -> set[str]:
    """The terms of a quote, the sentence that it leans on and its article's title."""
    lead = quote.lead.text if quote.lead is not None else ""
    text = f"{quote.article.title} {lead} {quote.text}"
    return set(keyed_terms(text, quote.article.language))

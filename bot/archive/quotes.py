"""Quotes of a person: what the articles give as their words, newest first, never another's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer, Citation, Statement
from bot.answering.extractive import SURE_ORDER_LOGIT, Relation, relation
from bot.answering.injection import is_order
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speech
from bot.archive.subject import FoundSubject, SubjectArticle, SubjectName, find_subject
from bot.archive.texts import QuotesPhrases
from index.article import Article, Passage, Period, Sentence
from index.ingestion.passages import cut
from index.search.searcher import Searcher
from index.text.names import span_names

SHOWN_QUOTES = 10
MAX_QUOTES = 40
_MAX_WORDS = 90
_MIN_WORDS = 5


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
    name = request.person or request.subject
    parts = SubjectName.parse(name, request.question).parts
    name = next((part.text for part in parts if part.is_name), name)  # « le président X »
    found = find_subject(searcher, name, request.period, request.question)
    kept = find_quotes(found, request)
    if not kept:
        return refuse_subject(request, searcher)
    skip = (request.page - 1) * SHOWN_QUOTES
    lines = kept[skip : skip + SHOWN_QUOTES] or kept[:SHOWN_QUOTES]
    phrases = QuotesPhrases.of(request.language)
    heading = phrases.heading(name, request.subject if request.person else "", len(kept))
    statements = [
        Statement(
            line.text, (number,), label=phrases.day(day), days=Period(day, day) if day else None
        )
        for number, line in enumerate(lines, 1)
        for day in (line.article.published,)
    ]
    further = [quote for quote in kept if quote not in lines][:MAX_QUOTES]
    return answer_lines(request, statements, lines, heading, further, found=found)


def find_quotes(found: FoundSubject, request: ArchiveRequest) -> list[SpokenQuote]:
    """Find what a person says, newest first, on the request's subject if it names a person."""
    quotes = [quote for own in found.articles for quote in _quotes_of(own, found.name)]
    if request.subject and request.person:
        quotes = _on_subject(quotes, SubjectName.parse(request.subject, request.question))
    kept: list[SpokenQuote] = []
    for quote in sorted(quotes, key=_newness, reverse=True):
        if not any(_is_same(quote, other) for other in kept):
            kept.append(quote)
    return [quote for quote in kept if not is_order(quote.text, SURE_ORDER_LOGIT)]


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
    article = own.article
    for passage in cut(article):
        before: Sentence | None = None  # the last sentence that names a person as its first name
        for at, sentence in enumerate(passage.sentences):
            speech = find_speech(sentence.text, article.language)
            lead = None
            if speech is not None and len(sentence.text.split()) >= _MIN_WORDS:
                if speech.speaker is not None:
                    is_own = _is_name(name, speech.speaker)
                else:
                    is_own = before is not None and _is_about(before, name, article)
                    lead = before if is_own else None
                if is_own:
                    start = _opening(passage, at, sentence)
                    if lead is not None and lead.end > start:
                        start, lead = min(start, lead.start), None
                    if len(article.text[start : sentence.end].split()) <= _MAX_WORDS:
                        yield SpokenQuote(
                            article, passage, start, sentence.end, speech.is_direct, lead
                        )
            if any(_people(sentence, article)):
                before = sentence


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


def _is_about(sentence: Sentence, name: SubjectName, article: Article) -> bool:
    """True if the only person of a sentence is the one named."""
    people = list(_people(sentence, article))
    return bool(people) and all(_is_name(name, person) for person in people)


def _people(sentence: Sentence, article: Article) -> Iterator[str]:
    """Names in a sentence that may be of people."""
    for span in span_names(sentence.text, article.language):
        yield sentence.text[span.start : span.end]


def _on_subject(quotes: Sequence[SpokenQuote], subject: SubjectName) -> list[SpokenQuote]:
    """The quotes whose words name a subject, or else those of passages that do."""

    own = [
        quote
        for quote in quotes
        if subject.is_in(f"{quote.lead.text if quote.lead else ''} {quote.text}")
    ]
    return own or [
        quote for quote in quotes if subject.is_in(f"{quote.article.title} {quote.passage.text}")
    ]

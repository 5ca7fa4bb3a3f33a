"""Events on a subject: sentences that stand alone, each with its day."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter, mul
from types import MappingProxyType
from typing import Any

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from bot.archive.lede import is_continuation, is_statement
from bot.archive.subject import SubjectArticle
from index.article import Article, Passage, Period, Sentence
from index.search.confidence import load_calibration, weights_of
from index.text.antecedents import find_leads
from index.text.dates import MONTH_NUMBERS
from index.text.event_days import EventDay, find_event_days
from index.text.folding import fold_phrase, folded_words

MAX_ARTICLES = 60  # whose sentences are read
_MAX_SENTENCES = 1_000  # of them
_MAX_WORDS = 80  # of a line
_NEWS_LINES = 2  # of an article, undated
_SUPPORT_WEIGHT = 0.7  # of an event for each other article that tells it
_LEAST_SIMILARITY = 0.8  # of sentences that the search did not find
_HISTORY_YEARS = 20  # older than its article, an event is no news of it

_days_in = lru_cache(maxsize=4_096)(find_event_days)  # asked of a sentence by those after it too
_DIGIT = re.compile(r"\d")
_QUOTE = re.compile("[«“][^«»“”]*[»”]")
_SAME_YEAR = re.compile(
    r"\b(?:même année|année suivante|cette année-là|same year|next year|that year)\b", re.IGNORECASE
)
_LATER = re.compile(
    r"[\s«“]*(?:l['’]année (?:suivante|d['’]après|précédente)|(?:le|dès le) (?:sur)?lendemain"
    r"|la veille|(?:\w+ ){1,3}(?:plus tard|auparavant)|peu (?:après|avant)(?=,)"
    r"|(?:the )?(?:next|following|previous) (?:day|week|month|year)|(?:\w+ ){1,3}later)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:vers|à|dès|peu après|peu avant|at)\s+\d{1,2}\s?(?:h|:\d\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LineFeatures:
    """Of a sentence and a subject: what the weights of `lines.json` are for.

    `early` is 1 for the first sentence of an article, 1/2 for the second; `words` the logarithm of
    their number; `nearness` and `nearest` the similarity of the sentence and of the nearest one of
    its article to the request, above that of sentences not found.
    """

    is_named: float
    is_central: float
    early: float
    words: float
    has_digit: float
    is_dated: float
    is_history: float
    nearness: float
    nearest: float


_values_of = attrgetter(*(field.name for field in fields(LineFeatures)))


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence of an article and the day of what it tells.

    `day` is None if the sentence names none: its day is then the article's. `is_named` if it names
    the subject, `is_central` if its article is about it, `is_past` if years ago are told around it;
    `place` is its rank among such sentences of the article, `weight` its worth. `differs` if
    another article gives another figure.
    """

    article: Article
    passage: Passage
    sentence: Sentence
    lead: Sentence | None
    period: Period
    day: EventDay | None
    weight: float
    is_named: bool
    is_central: bool
    place: int
    features: LineFeatures
    is_past: bool = False
    differs: bool = False

    @property
    def text(self) -> str:
        return self.sentence.text

    def cite(self, number: int) -> Citation:
        return Citation.of(number, self.sentence, self.passage, self.article, self.lead)


@cache
def _load_weights() -> tuple[float, ...]:
    def read(record: Mapping[str, Any]) -> tuple[float, ...]:
        weights = weights_of(record, LineFeatures)
        return tuple(weights[field.name] for field in fields(LineFeatures))

    return load_calibration("bot.archive", read, "lines.json")


Similarity = Mapping[tuple[str, int], float]
"""How near sentences are to a request, by article and offset."""


def select_events(lines: Iterable[Event], most: int = _NEWS_LINES) -> list[Event]:
    """The dated ones of lines, and the weightiest news of each article about the subject, at `most`
    so many."""
    counts: Counter[str] = Counter()
    events = []
    for line in ranked(lines):
        is_news = line.day is None and line.is_central and not line.is_past
        counts[line.article.id] += is_news
        if line.day is not None or (is_news and counts[line.article.id] <= most):
            events.append(line)
    return events


def find_lines(
    articles: Sequence[SubjectArticle], similarity: Similarity = MappingProxyType({})
) -> list[Event]:
    """Find the sentences on a subject that stand alone, dated or not, of the articles that are most
    about it and nearest to the request."""
    nearest: defaultdict[str, float] = defaultdict(float)
    for (article_id, _), near in similarity.items():
        nearest[article_id] = max(nearest[article_id], near - _LEAST_SIMILARITY)

    def key(own: SubjectArticle) -> tuple[bool, bool, float]:
        return own.in_title, own.in_text, nearest[own.article.id]

    best = sorted(articles, key=key, reverse=True)[:MAX_ARTICLES]
    lines: list[Event] = []
    count = 0
    for own in best:
        if count >= _MAX_SENTENCES:
            break
        count += len(own.mentions)
        lines += _lines_of(own, similarity, nearest[own.article.id])
    return lines


def _lines_of(own: SubjectArticle, similarity: Similarity, nearest: float) -> Iterator[Event]:
    """The sentences of an article that are on its subject and can be shown alone or with a lead."""
    article = own.article
    leads: dict[int, dict[int, Sentence | None]] = {}
    for at, mention in enumerate(own.mentions):
        passage, sentence = mention.passage, mention.sentence
        if len(sentence.text.split()) > _MAX_WORDS or not is_statement(sentence, article):
            continue
        if passage.start not in leads:
            own_leads = find_leads(passage, article.language)
            before = (None, *passage.sentences)
            leads[passage.start] = {
                s.start: lead or (earlier if _follows(s.text) else None)
                for s, lead, earlier in zip(passage.sentences, own_leads, before, strict=False)
            }
        lead = leads[passage.start][sentence.start]
        if lead is None and _follows(sentence.text):
            continue
        day = _find_day(own, at)
        published = article.published or date.min
        period = day.period if day else Period(published, published)
        features = LineFeatures(
            mention.is_named,
            own.is_central,
            1 / (1 + at),
            math.log(len(sentence.text.split())),
            _DIGIT.search(sentence.text) is not None,
            day is not None,
            published.year - period.last.year >= _HISTORY_YEARS,
            similarity.get((article.id, sentence.start), _LEAST_SIMILARITY) - _LEAST_SIMILARITY,
            nearest,
        )
        yield Event(
            article,
            passage,
            sentence,
            lead,
            period,
            day,
            sum(map(mul, _values_of(features), _load_weights())),
            mention.is_named,
            own.is_central,
            at,
            features,
            day is None and _is_past(own, at),
        )


def _follows(text: str) -> bool:
    """True if a sentence needs the one right before it: « En effet… », « L’année suivante… »."""
    return is_continuation(text) or _LATER.match(text) is not None


def _find_day(own: SubjectArticle, at: int) -> EventDay | None:
    """The day of what a sentence tells, the most exact one that it gives.

    A month without a year leans on the article's day, unless the sentence speaks of "the same
    year" or those before it tell of years ago; so do « mardi » and « hier », but in quotes.
    """
    text, published = own.mentions[at].sentence.text, own.article.published
    days = [day for day in _days_in(text, None) if not day.is_aside]
    if published is not None:
        quotes = [match.span() for match in _QUOTE.finditer(text)]
        is_past = _is_past(own, at)
        days += [
            day
            for day in _days_in(text, published)
            if not (day.is_aside or (is_past and _is_of_month(day, text)))
            and not any(first < day.start < last for first, last in quotes)
        ]
        if not days and not is_past and (clock := _CLOCK.match(text)):
            return EventDay(*clock.span(), Period(published, published), "day")
    return min(days, key=lambda day: day.rank, default=None)


def _is_past(own: SubjectArticle, at: int) -> bool:
    """True if a sentence speaks of "the same year", or the last year written before it is older
    than the article's last and no « hier » stands between."""
    mention, published = own.mentions[at], own.article.published or date.min
    if _SAME_YEAR.search(mention.sentence.text):
        return True
    passage = (s for s in mention.passage.sentences if s.start < mention.sentence.start)
    others = (other.sentence for other in own.mentions[:at])
    before = {sentence.start: sentence.text for sentence in (*passage, *others)}
    for _, text in sorted(before.items(), reverse=True):
        if written := _days_in(text, None):
            return written[-1].period.last.year < published.year - 1
        if any(not _is_of_month(day, text) for day in _days_in(text, published)):
            return False
    return False


def _is_of_month(day: EventDay, text: str) -> bool:
    words = fold_phrase(text[day.start : day.end]).split()
    return any(word in MONTH_NUMBERS for word in words)


def is_history(lines: Sequence[Event]) -> bool:
    """True if there are dated lines, and all tell of days long before their articles."""
    dated = [line for line in lines if line.day is not None]
    return bool(dated) and all(
        (line.article.published or date.min).year - line.period.last.year >= _HISTORY_YEARS
        for line in dated
    )


def merge_events(events: Iterable[Event]) -> list[Event]:
    """Keep one sentence of each event: that of the most exact day, then the weightiest.

    Two sentences tell of one event if they say the same, or most of it on the same day.
    """
    ranked = sorted(events, key=lambda event: (event.day is None, -event.weight))
    merged: list[Event] = []
    texts: set[str] = set()
    vague: list[int] = []  # indices of kept events of more than a day
    by_day: defaultdict[date, list[int]] = defaultdict(list)
    words: list[frozenset[str]] = []
    for event in ranked:
        if event.text in texts:
            continue
        is_day = event.period.first == event.period.last
        near = [*by_day[event.period.first], *vague] if is_day else range(len(merged))
        own = frozenset(folded_words(event.text))
        same = next((at for at in near if _is_same(event, own, merged[at], words[at])), None)
        if same is not None:
            other = merged[same]
            if other.article.id != event.article.id:
                merged[same] = replace(other, weight=other.weight + _SUPPORT_WEIGHT)
                if (language := event.article.language) == other.article.language:
                    how = relation(event.text, other.text, language)
                    event = replace(event, differs=how is Relation.DIFFERS)
            if not event.differs:
                continue
        (by_day[event.period.first] if is_day else vague).append(len(merged))
        texts.add(event.text)
        merged.append(event)
        words.append(own)
    return merged


def _is_same(one: Event, words: frozenset[str], other: Event, other_words: frozenset[str]) -> bool:
    if one.period.first > other.period.last or other.period.first > one.period.last:
        return False
    # Cheaper than stems, and never fewer than half where the stems are the same.
    if 2 * len(words & other_words) < min(len(words), len(other_words)):
        return False
    return _says_same(one, other)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Sort events by their days, then by the day of their article."""

    def key(event: Event) -> tuple[date, date, date, int]:
        published = event.article.published or date.min
        return event.period.first, event.period.last, published, event.sentence.start

    return sorted(events, key=key)


def ranked(lines: Iterable[Event]) -> list[Event]:
    """Sort lines by their weight, of equal ones the first of an article before."""
    return sorted(lines, key=lambda line: (-line.weight, line.place))


def distinct(lines: Iterable[Event], most: int, before: Iterable[Event] = ()) -> list[Event]:
    """The first lines that say nothing twice, nor what `before` says."""
    chosen: list[Event] = []
    earlier = list(before)
    for line in lines:
        if len(chosen) == most:
            break
        if not any(_says_same(line, other) for other in earlier):
            chosen.append(line)
            earlier.append(line)
    return chosen


def _says_same(one: Event, other: Event) -> bool:
    if one.article.language != other.article.language:
        return False
    return one.text == other.text or (
        relation(one.text, other.text, one.article.language) is not Relation.NEW
    )

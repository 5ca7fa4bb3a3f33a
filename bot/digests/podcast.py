"""« Le Podcast »: a subject or a period, told in two voices.

Of a subject its best affairs are told, each from its first day on: stories that have more in common
than the subject. They follow in time; the time asked for says how many."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count as count_from

from bot.answer import Citation
from bot.archive.material import find_material
from bot.archive.request import ArchiveRequest
from bot.archive.subject import SubjectArticle
from bot.digests import clock
from bot.digests.excerpt import LEAST_WORDS, excerpt, place_of, restates, topic_of, unsaid_place
from bot.digests.script import WORDS_A_MINUTE, Script, ScriptLine, spoken_quote, take_turns
from bot.digests.stories import (
    LINKED,
    Opening,
    Story,
    find_same_events,
    find_stories,
    group_openings,
    link_stories,
    open_article,
    story_worth,
)
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from bot.locale.source import source_name
from index.article import Article, Period
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

MINUTES = 5.0
MIN_MINUTES, MAX_MINUTES = 1.0, 15.0

_STORY_WORDS = 120  # average, with its introduction
_INTRODUCTION_WORDS = 25
_LEAST_WORDS = 40  # of a story
_LONGEST_STORY, _LONGEST_ARTICLE = 180, 360  # one of several, and the only one
_MOST_STORIES = 5  # of an affair
_FULL_SHARE = 0.9  # of the words asked for
_LEDE_SENTENCES = 2  # of which one names the subject, unless the title does,
_NAMED_SHARE, _NAMED_SENTENCES = 0.2, 3  # and so does this part of all sentences, at least so many
_WORD = re.compile(r"\w+")
_MOST_COMPARED = 40  # articles
_STEM_LETTERS, _LEAST_LETTERS = 5, 4
_NEARNESS_WORTH = 5.0  # of an article on the subject


@dataclass(frozen=True, slots=True)
class PodcastRequest:
    """A subject, a period, or both; without a `period`, any time."""

    language: Language
    subject: str = ""
    period: Period | None = None
    minutes: float = MINUTES


def make_podcast(searcher: Searcher, request: PodcastRequest) -> Script:
    """Write a podcast; without articles on the subject, it is one line that says so. CPU-bound.

    Raises DamagedIndex.
    """
    if request.subject:
        affairs = _find_subject(searcher, request)
    else:
        assert request.period is not None, "a podcast needs a subject or a period"
        stories = find_stories(searcher.generation, request.period, request.language)
        count = max(round(request.minutes * WORDS_A_MINUTE) // _STORY_WORDS, 1)
        affairs = [(story,) for story in stories[:count]]
    writer = _PodcastWriter(request)
    writer.write(affairs)
    period = request.period or _span([story for affair in affairs for story in affair])
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(take_turns(writer.lines)),
        sources=tuple(writer.sources),
        subjects=(request.subject,) if request.subject else (),
    )


def _find_subject(searcher: Searcher, request: PodcastRequest) -> list[tuple[Story, ...]]:
    """The affairs on a subject, the best first."""
    chronology = ArchiveRequest(
        "chronology", request.subject, request.period, "", request.subject, request.language
    )
    material = find_material(chronology, searcher)
    if material is None:
        return []
    own = {
        entry.article.id: entry
        for entry in material.subject.articles
        if entry.article.language == request.language
        and entry.article.id in material.named
        and _is_about(entry)
    }
    if any(map(_is_titled, own.values())):
        own = {key: entry for key, entry in own.items() if _is_titled(entry)}

    best = sorted((entry.article for entry in own.values()), key=material.nearness, reverse=True)
    generation = searcher.generation
    candidates = (open_article(generation, article) for article in best[:_MOST_COMPARED])
    openings = [opening for opening in candidates if opening is not None]
    same = find_same_events(openings, generation)
    groups = [Story(group) for group in group_openings(openings, same)]
    stories = [story for story in groups if any(_read(opening) for opening in story.openings)]
    model = generation.facts.model
    worths = [
        story_worth(story, model)
        + _NEARNESS_WORTH * (max(map(material.nearness, story.articles)) - 1)
        for story in stories
    ]
    links = link_stories(stories, request.subject, generation)
    affairs, left = [], set(range(len(stories)))
    while left:
        _, affair = max(_follow(at, left, stories, worths, links) for at in sorted(left))
        affairs.append(tuple(stories[at] for at in affair))
        left.difference_update(affair)
    return affairs


def _follow(
    centre: int,
    left: Collection[int],
    stories: Sequence[Story],
    worths: Sequence[float],
    links: Vectors,
) -> tuple[float, list[int]]:
    """An affair and its worth: a story with the first, the last and the nearest of those `left`
    that are linked to it, one of a day, for two tell mostly the same."""

    def day(at: int) -> date:
        return stories[at].openings[0].day

    near = [at for at in left if links[centre, at] >= LINKED]
    ends = [min(near, key=day), max(near, key=day)] if near else []
    days: dict[date, int] = {}
    for at in (centre, *ends, *sorted(near, key=lambda at: -links[centre, at])):
        days.setdefault(day(at), at)
    members = list(days.values())[:_MOST_STORIES]
    worth = sum(worths[at] + float(links[centre, at]) for at in members)
    return worth, sorted(members, key=day)


def _read(
    opening: Opening, earlier: Sequence[str] = (), least: int = LEAST_WORDS
) -> tuple[Citation, ...]:
    return excerpt(opening.article, opening.passage, earlier, least=least)


def _is_about(entry: SubjectArticle) -> bool:
    """True if an article names a subject in its title, or in its lede and in many sentences."""
    if _is_titled(entry):
        return True
    name = entry.name.core
    texts = [sentence.text for passage in cut(entry.article) for sentence in passage.sentences]
    named = [name.is_in(text) or name.has_surname(text) for text in texts]
    least = min(max(_NAMED_SHARE * len(named), _NAMED_SENTENCES), len(named))
    return any(named[:_LEDE_SENTENCES]) and sum(named) >= least


def _is_titled(entry: SubjectArticle) -> bool:
    """True if the title of an article has a subject, or a word that begins like a lone name of
    which the lede has another form: « espagnol »."""
    name = fold_phrase(entry.name.subject)
    stem = name[: max(min(_STEM_LETTERS, len(name) - 1), _LEAST_LETTERS)]
    lede = next((passage.sentences for passage in cut(entry.article)), ())[:_LEDE_SENTENCES]
    return entry.in_title or (
        name.isalpha()
        and any(entry.name.core.is_in(sentence.text) for sentence in lede)
        and any(word.startswith(stem) for word in _WORD.findall(fold_phrase(entry.article.title)))
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is quoted of a story."""

    story: Story
    quotes: tuple[Citation, ...]

    @property
    def article(self) -> Article:
        return self.quotes[0].article


@dataclass(slots=True)
class _PodcastWriter:
    """Collects the lines, affair by affair; no sentence is quoted twice."""

    request: PodcastRequest
    lines: list[ScriptLine] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    _quotes: list[str] = field(default_factory=list)
    _has_agenda: bool = False
    _chapter: str = ""
    _outlet: str = ""  # of all articles
    _year: int = 0  # said last

    @property
    def phrases(self) -> ScriptPhrases:
        return ScriptPhrases.of(self.request.language)

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, affairs: Sequence[Sequence[Story]]) -> None:
        """Tell affairs, the best first, until the time is over: those on a subject in the order of
        their days. All titles are named at the beginning."""
        parts = self._read_affairs(affairs)
        readings = [reading for part in parts for reading in part]
        if not readings:
            self._say_no_news()
            return
        names = {source_name(reading.article) for reading in readings}
        self._outlet = names.pop() if len(names) == 1 else ""
        self._has_agenda = len(readings) > 1
        period = self.request.period or _span([reading.story for reading in readings])
        self._open(self.title(period), [reading.article for reading in readings])
        for number, part in enumerate(parts):
            for at, reading in enumerate(part):
                is_new = number and not at and not reading.story.goes_on
                self._year *= not is_new
                self._tell(reading, self.phrases.others["1"] if is_new else "")
        self._chapter = ""
        is_short = sum(line.words for line in self.lines) < self._budget * _FULL_SHARE
        if self.request.subject and len(parts) == len(affairs) and is_short:
            self._say(self.phrases.no_more)
        self._say(self.phrases.goodbye(self.title(period)))

    def _read_affairs(self, affairs: Sequence[Sequence[Story]]) -> list[list[_Reading]]:
        count = min(sum(map(len, affairs)), max(self._budget // _STORY_WORDS, 1))
        longest = max(_LONGEST_STORY, _LONGEST_ARTICLE // max(count, 1))
        least = max(min(self._budget // max(count, 1), longest) - _INTRODUCTION_WORDS, _LEAST_WORDS)
        parts: list[list[_Reading]] = []
        words = 0
        for affair in affairs:
            if words < self._budget * _FULL_SHARE:
                part = self._read_stories(affair, least)
                quotes = " ".join(quote.quote for reading in part for quote in reading.quotes)
                count = len(quotes.split()) + len(part) * _INTRODUCTION_WORDS
                if not parts or words + count <= self._budget / _FULL_SHARE:
                    parts.append(part)
                    words += count
        parts = [part for part in parts if part]
        if self.request.subject:
            parts.sort(key=lambda part: part[0].story.openings[0].day)
        numbers = count_from(1)
        return [
            [
                replace(
                    reading,
                    quotes=tuple(replace(quote, number=next(numbers)) for quote in reading.quotes),
                )
                for reading in part
            ]
            for part in parts
        ]

    def _read_stories(self, stories: Sequence[Story], words: int) -> list[_Reading]:
        """Quote so many `words` at least of each story that says something new."""
        readings = []
        for story in stories:
            excerpts = (_read(opening, self._quotes, words) for opening in story.openings)
            if quotes := next(filter(None, excerpts), ()):
                readings.append(_Reading(story, quotes))
                self._quotes += [quote.quote for quote in quotes]
        return readings

    def _say_no_news(self) -> None:
        request = self.request
        if request.subject:
            self._say(self.phrases.nothing_about(request.subject))
        elif request.period is not None:
            self._say(self.phrases.nothing_in(request.period))

    @property
    def _budget(self) -> int:
        return round(self.request.minutes * WORDS_A_MINUTE)

    def _open(self, title: str, articles: Sequence[Article]) -> None:
        """Greet, and name the source if it is one, and the articles if they are several."""
        self._say(self.phrases.hello(title))
        if self._outlet:
            self._say(self.phrases.all_from(self._outlet), aloud=True)
        if self._has_agenda:
            code, subject = self.phrases.code, self.request.subject
            titles = [
                topic_of(article) if place_of(article) == subject else title_of(article, code)
                for article in articles
            ]
            listing = format.listing([format.quote(title, code) for title in titles], code)
            self._say(self.phrases.agenda(listing))

    def _tell(self, reading: _Reading, cue: str) -> None:
        article, also = reading.article, reading.story.also
        self._chapter = title_of(article, self.phrases.code)
        self.sources += reading.story.articles
        if cue:
            self._say(cue, aloud=True)
        for introduction in self._introduce(article, reading.quotes):
            self._say(introduction, aloud=True)
        for quote in reading.quotes:
            self.lines.append(ScriptLine(spoken_quote(quote), quote, "second", self._chapter, also))
        if also:
            names = format.listing(also, self.phrases.code)
            self._say(self.phrases.also(names), aloud=True)

    def _introduce(self, article: Article, quotes: Sequence[Citation]) -> list[str]:
        """Say the source, the day and the title or place of an article, unless they are known."""
        name, title, day, code = source_name(article), self._chapter, "", self.phrases.code
        place = ""
        if restates(article, quotes, is_known=self._has_agenda):
            title, place = "", unsaid_place(article, quotes)
            place *= place != self.request.subject
        if (published := article.published) is not None:
            format_day = format.day_of_year if self._year == published.year else format.day
            if format.day(published, code) not in f"{title} {quotes[0].quote}":
                day = format_day(published, code)
            self._year = published.year
        source = "" if name in (self._outlet, title) else name
        return self.phrases.introduce(source, day, title, place)

    def _say(self, text: str, *, aloud: bool = False) -> None:
        self.lines.append(ScriptLine(text, chapter=self._chapter, aloud=aloud))


def _span(stories: Sequence[Story]) -> Period:
    """Return the period from the first publication date to the last; today if there is none."""
    days = [
        article.published for story in stories for article in story.articles if article.published
    ]
    days = days or [clock.today()]
    return Period(min(days), max(days))

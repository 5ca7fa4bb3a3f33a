"""« Le Podcast »: a subject or a period told from the first day on. One voice names the articles,
another reads their sentences; after four of one voice the other goes on.

Articles that merely share a name (« Japon ») are no thread: of such a subject one story is told
with those that continue it, and the others are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from bot.answer import Citation
from bot.archive.material import find_material
from bot.archive.request import ArchiveRequest
from bot.archive.subject import SubjectArticle
from bot.digests import clock
from bot.digests.excerpt import excerpt
from bot.digests.script import WORDS_A_MINUTE, Script, ScriptLine, spoken_quote, take_turns
from bot.digests.stories import (
    Story,
    find_related,
    find_same_events,
    find_stories,
    group_openings,
    open_article,
    story_worth,
)
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from index.article import Article, Period
from index.ingestion.passages import cut
from index.search.searcher import Searcher

MINUTES = 5.0
MIN_MINUTES, MAX_MINUTES = 1.0, 15.0
SHORT_SHARE = 0.7  # of the requested minutes, below which a podcast is short

_STORY_WORDS = 150  # average, with its introduction
_INTRODUCTION_WORDS = 25
_LEAST_WORDS = 40  # of a story
_LEDE_SENTENCES = 2  # of which one names the subject, unless the title does,
_NAMED_SHARE = 0.2  # and so does this part of all sentences
_MOST_COMPARED = 40  # articles
_TITLE_WORTH, _NEARNESS_WORTH = 1.5, 5.0  # of an article on the subject
_RELATED_WORTH, _MOST_RELATED = 1.0, 3  # of a story that continues another one
_OTHERS = 3  # titles


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
        stories, others = _find_subject(searcher, request)
    else:
        assert request.period is not None, "a podcast needs a subject or a period"
        stories = list(find_stories(searcher.generation, request.period, request.language))
        others = []
    writer = _PodcastWriter(request)
    writer.write(stories, others)
    period = request.period or _span(stories)
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(take_turns(writer.lines)),
        sources=tuple(writer.sources),
        subjects=(request.subject,) if request.subject else (),
    )


def _find_subject(searcher: Searcher, request: PodcastRequest) -> tuple[list[Story], list[Story]]:
    """The stories of one thread about a subject, best first, and those apart from it."""
    asked = ArchiveRequest(
        "chronology", request.subject, request.period, "", request.subject, request.language
    )
    material = find_material(asked, searcher)
    if material is None:
        return [], []
    own = {
        entry.article.id: entry
        for entry in material.subject.articles
        if entry.article.language == request.language
        and entry.article.id in material.named
        and _is_about(entry)
    }

    def worth(article: Article) -> float:
        title = _TITLE_WORTH * _earliness(own[article.id])
        return _NEARNESS_WORTH * material.nearness(article) + title

    best = sorted((entry.article for entry in own.values()), key=worth, reverse=True)
    generation = searcher.generation
    found = (open_article(generation, article) for article in best[:_MOST_COMPARED])
    openings = [opening for opening in found if opening is not None]
    same = find_same_events(openings, generation)
    stories = [Story(group) for group in group_openings(openings, same)]
    model = generation.facts.model
    worths = [
        story_worth(story, model) + max(worth(article) for article in story.articles)
        for story in stories
    ]
    stories = [stories[at] for at in sorted(range(len(stories)), key=lambda at: -worths[at])]
    worths.sort(reverse=True)
    related = find_related(stories, request.subject, generation)
    counts = related.sum(axis=1)
    centre = max(
        range(len(stories)),
        key=lambda at: worths[at] + _RELATED_WORTH * min(counts[at], _MOST_RELATED),
        default=0,
    )
    days: dict[date, Story] = {}  # one of a day, for two tell mostly the same
    for at in [centre, *np.flatnonzero(related[centre])] if stories else []:
        days.setdefault(stories[at].openings[0].day, stories[at])
    thread = list(days.values())
    return thread, [story for story in stories if story not in thread]


def _is_about(entry: SubjectArticle) -> bool:
    """True if the title of an article names a subject, or its lede and many sentences do."""
    if entry.in_title:
        return True
    name = entry.name.core
    texts = [sentence.text for passage in cut(entry.article) for sentence in passage.sentences]
    named = [name.is_in(text) or name.has_surname(text) for text in texts]
    return any(named[:_LEDE_SENTENCES]) and sum(named) >= _NAMED_SHARE * len(named)


def _earliness(entry: SubjectArticle) -> float:
    """How early the title of an article names a subject: 1 at its beginning, 0 nowhere."""
    title, parts = entry.article.title, [*entry.name.parts, entry.name.surname]
    found = [part.find_in(title) for part in parts if part is not None]
    starts = [match.start() for match in found if match is not None]
    return 1 - min(starts) / len(title) if entry.in_title and starts else 0.0


@dataclass(slots=True)
class _PodcastWriter:
    """Collects the lines, point by point; no sentence is quoted twice."""

    request: PodcastRequest
    lines: list[ScriptLine] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    _citations: list[Citation] = field(default_factory=list)
    _chapter: str = ""
    _day: date | None = None  # of the article told last

    @property
    def phrases(self) -> ScriptPhrases:
        return ScriptPhrases.of(self.request.language)

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, stories: Sequence[Story], others: Sequence[Story]) -> None:
        """Tell the best stories from the first day on; of a period, the best ones first."""
        is_thread = bool(self.request.subject)
        chosen = list(stories[: max(self._budget // _STORY_WORDS, 1)])
        if is_thread:
            chosen.sort(key=lambda story: story.openings[0].day)
        told: list[Story] = []
        for number, story in enumerate(chosen):
            has_cue = bool(told) and not is_thread and not story.goes_on
            if has_cue:
                self._say(self._cue(len(told)), aloud=True)
            share = (self._budget - self._words) // (len(chosen) - number)
            if self._tell(story, max(share - _INTRODUCTION_WORDS, _LEAST_WORDS)):
                told.append(story)
            elif has_cue:
                self.lines.pop()
        if not told:
            self.lines.clear()
            self._say_no_news()
            return
        period = self.request.period or _span(chosen)
        self._chapter = ""
        self.lines[:0] = self._opening(self.title(period), told, [*stories, *others])
        if others and len(others) >= len(told):
            self.sources += [story.articles[0] for story in others[:_OTHERS]]
            self._say(self.phrases.other_stories(self._titles(others[:_OTHERS])))
        self._say(self.phrases.goodbye(self.title(period)))

    def _say_no_news(self) -> None:
        request = self.request
        if request.subject:
            self._say(self.phrases.nothing_about(request.subject))
        elif request.period is not None:
            self._say(self.phrases.nothing_in(request.period))

    @property
    def _budget(self) -> int:
        return round(self.request.minutes * WORDS_A_MINUTE)

    @property
    def _words(self) -> int:
        return sum(line.words for line in self.lines)

    def _opening(
        self, title: str, told: Sequence[Story], stories: Sequence[Story]
    ) -> list[ScriptLine]:
        """Greet, name the points, and say it if the articles have less than was asked for."""
        count = len({citation.article.id for citation in self._citations})
        texts = [self.phrases.hello(title), self.phrases.from_articles(count)]
        if len(told) > 1:
            points = told if len(told) <= 3 else [*told[:2], told[-1]]
            texts.append(self.phrases.agenda(self._titles(points)))
        available = sum(
            len(article.text.split()) for story in stories for article in story.articles
        )
        if available < SHORT_SHARE * self._budget:
            texts.append(self.phrases.short(max(round(self._words / WORDS_A_MINUTE), 1)))
        return [
            ScriptLine(text, None, "second" if at > 1 else "first") for at, text in enumerate(texts)
        ]

    def _titles(self, stories: Sequence[Story]) -> str:
        code = self.phrases.code
        titles = [format.quote(title_of(story.articles[0], code), code) for story in stories]
        return format.listing(titles, code)

    def _tell(self, story: Story, least: int) -> bool:
        """Introduce an article, and read at `least` so many words of it. Return False if nothing of
        it can be read."""
        for opening in story.openings:
            article = opening.article
            quotes = excerpt(article, opening.passage, self._texts(), least=least)
            if quotes:
                break
        else:
            return False
        self._chapter = title_of(article, self.phrases.code)
        self.sources += [source for source in story.articles if source not in self.sources]
        self._introduce(article)
        self._quote(quotes, story.also)
        if story.also:
            names = format.listing(story.also, self.phrases.code)
            self._say(self.phrases.also(names), aloud=True)
        self._day = article.published
        return True

    def _introduce(self, article: Article) -> None:
        """Say how long an article is after the one told last, and name it."""
        day, before = article.published, self._day
        if self.request.subject and day and before and day != before:
            self._say(self.phrases.interval((day - before).days), aloud=True)
        self._say(self.phrases.introduce(article), aloud=True)

    def _texts(self) -> list[str]:
        return [citation.quote for citation in self._citations]

    def _cue(self, count: int) -> str:
        others = list(self.phrases.others.values())
        return others[count % len(others)]

    def _say(self, text: str, *, aloud: bool = False) -> None:
        self.lines.append(ScriptLine(text, chapter=self._chapter, aloud=aloud))

    def _quote(self, quotes: Sequence[Citation], also: tuple[str, ...] = ()) -> None:
        for number, quote in enumerate(quotes, len(self._citations) + 1):
            citation = replace(quote, number=number)
            self._citations.append(citation)
            text = spoken_quote(citation)
            self.lines.append(ScriptLine(text, citation, "second", self._chapter, also))


def _span(stories: Sequence[Story]) -> Period:
    """Return the period from the first publication date to the last; today if there is none."""
    days = [
        article.published for story in stories for article in story.articles if article.published
    ]
    days = days or [clock.today()]
    return Period(min(days), max(days))

"""« Le Podcast »: a subject or a period, told in two voices.

A subject is told from the first day on: a story and those that continue it, or others on the
subject if it has hardly any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from bot.answer import Citation
from bot.archive.material import find_material
from bot.archive.request import ArchiveRequest
from bot.archive.subject import SubjectArticle
from bot.digests import clock
from bot.digests.excerpt import LEAST_WORDS, excerpt
from bot.digests.script import WORDS_A_MINUTE, Script, ScriptLine, spoken_quote, take_turns
from bot.digests.stories import (
    Opening,
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
from bot.locale.source import source_name
from index.article import Article, Period
from index.ingestion.passages import cut
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

MINUTES = 5.0
MIN_MINUTES, MAX_MINUTES = 1.0, 15.0

_STORY_WORDS = 150  # average, with its introduction
_INTRODUCTION_WORDS = 25
_LEAST_WORDS = 40  # of a story
_THREAD_STORIES = 3  # fewer of a thread, and other stories on its subject are told with it
_LEDE_SENTENCES = 2  # of which one names the subject, unless the title does,
_NAMED_SHARE, _NAMED_SENTENCES = 0.2, 3  # and so does this part of all sentences, at least so many
_EARLY = 0.9  # of a title that names the subject first
_WORD = re.compile(r"\w+")
_MOST_COMPARED = 40  # articles
_TITLE_WORTH, _NEARNESS_WORTH = 1.5, 5.0  # of an article on the subject
_RELATED_WORTH, _MOST_RELATED = 1.0, 3  # of a story that continues another one


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
        stories = _find_subject(searcher, request)
    else:
        assert request.period is not None, "a podcast needs a subject or a period"
        stories = list(find_stories(searcher.generation, request.period, request.language))
    writer = _PodcastWriter(request)
    writer.write(stories)
    period = request.period or _span(stories)
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(take_turns(writer.lines)),
        sources=tuple(writer.sources),
        subjects=(request.subject,) if request.subject else (),
    )


def _find_subject(searcher: Searcher, request: PodcastRequest) -> list[Story]:
    """The stories of one thread about a subject, best first; all if they are hardly a thread."""
    asked = ArchiveRequest(
        "chronology", request.subject, request.period, "", request.subject, request.language
    )
    material = find_material(asked, searcher)
    if material is None:
        return []
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
    groups = [Story(group) for group in group_openings(openings, same)]
    stories = [story for story in groups if any(_read(opening) for opening in story.openings)]
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
    if len(days) < _THREAD_STORIES:
        for story in stories:
            days.setdefault(story.openings[0].day, story)
    return list(days.values())


def _read(
    opening: Opening, told: Sequence[str] = (), least: int = LEAST_WORDS
) -> tuple[Citation, ...]:
    return excerpt(opening.article, opening.passage, told, least=least)


def _is_about(entry: SubjectArticle) -> bool:
    """True if an article names a subject in its title and further on, or in its lede and in many
    sentences."""
    name = entry.name.core
    texts = [sentence.text for passage in cut(entry.article) for sentence in passage.sentences]
    named = [name.is_in(text) or name.has_surname(text) for text in texts]
    if entry.in_title:
        is_early = _earliness(entry) >= _EARLY
        return (any(named) or is_early) and not _is_other_name(entry)
    least = min(max(_NAMED_SHARE * len(named), _NAMED_SENTENCES), len(named))
    return any(named[:_LEDE_SENTENCES]) and sum(named) >= least


def _is_other_name(entry: SubjectArticle) -> bool:
    """True if an article has a lone name only in that of another thing: « l’accord de Paris »."""
    article, parts = entry.article, entry.name.core.parts
    before = {
        tuple(_WORD.findall(text[: match.start()])[-2:])
        for text in (fold_phrase(article.title), fold_phrase(article.text))
        for match in parts[0].pattern.finditer(text)
    }
    return len(parts) == len(before) == 1 and before.pop()[-1:] in {("de",), ("du",), ("d",)}


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
    _outlet: str = ""  # named last

    @property
    def phrases(self) -> ScriptPhrases:
        return ScriptPhrases.of(self.request.language)

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, stories: Sequence[Story]) -> None:
        """Tell the best stories, those on a subject from the first day on."""
        chosen = list(stories[: max(self._budget // _STORY_WORDS, 1)])
        if self.request.subject:
            chosen.sort(key=lambda story: story.openings[0].day)
        told: list[Story] = []
        for number, story in enumerate(chosen):
            has_cue = bool(told) and not self.request.subject and not story.goes_on
            if has_cue:
                self._say(self._cue(len(told)), aloud=True)
            if self._tell(story, (self._budget - self._words) // (len(chosen) - number)):
                told.append(story)
            elif has_cue:
                self.lines.pop()
        if not told:
            self.lines.clear()
            self._say_no_news()
            return
        period = self.request.period or _span(told)
        self._chapter = ""
        self.lines[:0] = self._opening(self.title(period), told)
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

    def _opening(self, title: str, told: Sequence[Story]) -> list[ScriptLine]:
        """Greet, say how many articles are told, and name the points."""
        count = len({citation.article.id for citation in self._citations})
        is_only = count == 1 and self.request.subject
        articles = self.phrases.only_article if is_only else self.phrases.from_articles(count)
        texts = [self.phrases.hello(title), articles]
        if len(told) > 1:
            texts.append(self.phrases.agenda(self._titles(told)))
        return [
            ScriptLine(text, None, "second" if at > 1 else "first") for at, text in enumerate(texts)
        ]

    def _titles(self, stories: Sequence[Story]) -> str:
        code = self.phrases.code
        titles = [format.quote(title_of(story.articles[0], code), code) for story in stories]
        return format.listing(titles, code)

    def _tell(self, story: Story, words: int) -> bool:
        """Introduce an article, and read some `words` of it. Return False if none can be read."""
        least = max(words - _INTRODUCTION_WORDS, _LEAST_WORDS)
        for opening in story.openings:
            article, quotes = opening.article, _read(opening, self._texts(), least)
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
        return True

    def _introduce(self, article: Article) -> None:
        """Name an article, and its outlet unless it was named last."""
        name, day = source_name(article), article.published
        if name == self._outlet and day:
            title = title_of(article, self.phrases.code)
            text = self.phrases.own_headline(format.day(day, self.phrases.code), title)
        else:
            text = self.phrases.introduce(article)
        self._outlet = name
        self._say(text, aloud=True)

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

"""« Le Podcast »: two voices on a subject, or on a span of time. The first names each article and
asks what it answers; the second reads the articles' sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from bot.answer import Citation
from bot.answering.refusal import outcome_of
from bot.answering.topic import find_topic
from bot.digests.disagreement import find_other_figure
from bot.digests.interview import Interview
from bot.digests.lede import MOST_WORDS, lede, repeats
from bot.digests.script import WORDS_A_MINUTE, Line, Script, spoken_quote
from bot.digests.stories import (
    Opening,
    Story,
    find_relations,
    find_stories,
    group_openings,
    open_article,
)
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from index.article import Article, Passage, Period
from index.build.passages import cut
from index.findings import Hit
from index.search.confidence import Thresholds
from index.search.question_words import question_names
from index.search.searcher import Searcher
from index.text.language import keyed_terms

DEPTH = 60  # passages among which the articles on a subject are looked for
MINUTES = 5.0
LEAST_MINUTES, MOST_MINUTES = 1.0, 15.0
SHORT_SHARE = 0.7  # of the minutes asked for, below which a podcast says that it is short

_STORY_WORDS = MOST_WORDS + 60  # of a story with what is asked about it
_MOST_ASKED = 4  # questions about one article


@dataclass(frozen=True, slots=True)
class PodcastRequest:
    """A subject, a span of time, or both; `period` is None for any time."""

    language: Language
    subject: str = ""
    period: Period | None = None
    minutes: float = MINUTES


def make_podcast(interview: Interview, thresholds: Thresholds, request: PodcastRequest) -> Script:
    """The script of a podcast; one line says so where the articles do not tell of the subject.

    `thresholds` are those of articles on a subject. Processor work, not for an event loop. Raises
    DamagedIndex.
    """
    material = _Material(interview.searcher, thresholds, request)
    writer = _PodcastWriter(request, interview)
    if material.stories:
        writer.write(material)
    else:
        writer.tell_nothing()
    period = request.period or _span(material.stories)
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(writer.lines),
        sources=tuple(writer.sources),
        asked=(request.subject,) if request.subject else (),
    )


class _Material:
    """The stories on what was asked for, and the passages found for them."""

    def __init__(self, searcher: Searcher, thresholds: Thresholds, request: PodcastRequest) -> None:
        self._generation = searcher.generation
        self._subject = request.subject
        self.hits: tuple[Hit, ...] = ()
        self.stories: tuple[Story, ...]
        if not request.subject:
            assert request.period is not None, "a podcast is on a subject or a span of time"
            self.stories = find_stories(self._generation, request.period, request.language)
            return
        findings = searcher.search(request.subject, DEPTH, request.period)
        self.hits = tuple(hit for hit in findings.hits if hit.article.language == request.language)
        openings = self._on(request.subject, findings.confidence, thresholds)
        order = {each.article.id: at for at, each in enumerate(openings)}
        same = find_relations(openings, self._generation).same
        stories = [Story(each) for each in group_openings(openings, same)]
        # What more tell comes first, then what is nearest to the subject.
        self.stories = tuple(
            sorted(
                stories,
                key=lambda story: (-story.tellings, min(order[each.id] for each in story.articles)),
            )
        )

    def _on(self, subject: str, confidence: float, thresholds: Thresholds) -> list[Opening]:
        """How the articles on a subject begin, best first: those that name it at their head; where
        none does, those in which a passage found has all its words."""
        sure = outcome_of(confidence, thresholds) == "sure"
        topic = find_topic(subject, self.hits, sure=sure)
        candidates = [open_article(self._generation, each) for each in topic.articles]
        openings = [each for each in candidates if each is not None]
        heads = [each for each in openings if names_at_head(each, subject)]
        articles = topic.central + topic.naming
        return heads or [each for each in openings if each.article in articles]

    def head(self, story: Story) -> tuple[Article, Passage, int]:
        """The article of a story that tells it, its passage on the subject, and from which of its
        sentences on."""
        opening = story.openings[0]
        own_hit = next((hit for hit in self.hits if hit.article.id == opening.article.id), None)
        if (
            own_hit is None
            or own_hit.passage == opening.passage
            or names_at_head(opening, self._subject)
        ):
            return opening.article, opening.passage, 0
        return opening.article, own_hit.passage, _best_sentence(own_hit)


@dataclass(slots=True)
class _PodcastWriter:
    """The lines, story by story; a sentence is said once."""

    request: PodcastRequest
    interview: Interview
    lines: list[Line] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    _said: list[Citation] = field(default_factory=list)
    _asked: int = 0
    _chapter: str = ""

    @property
    def phrases(self) -> ScriptPhrases:
        return self.interview.phrases

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, material: _Material) -> None:
        budget = round(self.request.minutes * WORDS_A_MINUTE)
        room = budget // _STORY_WORDS + 1
        chosen = sorted(
            material.stories[:room], key=lambda story: min(each.day for each in story.openings)
        )
        for number, story in enumerate(chosen):
            share = (budget - self._words) // (len(chosen) - number)
            if share >= MOST_WORDS or not self._said:
                self._tell(material, story, self._words + share)
        if not self._said:
            self.tell_nothing()
            return
        self.lines[:0] = self._opening(chosen, self._words / WORDS_A_MINUTE)
        self._chapter = ""
        self._say(self.phrases.goodbye)

    def tell_nothing(self) -> None:
        request = self.request
        if request.subject:
            self._say(self.phrases.nothing_about(request.subject))
        elif request.period is not None:
            self._say(self.phrases.nothing_in(request.period))

    @property
    def _words(self) -> int:
        return sum(line.words for line in self.lines)

    def _opening(self, stories: Sequence[Story], minutes: float) -> list[Line]:
        """What it is on, from how many articles, and beforehand that it is short."""
        title = self.title(self.request.period or _span(stories))
        texts = [
            self.phrases.hello(title),
            self.phrases.from_articles(len({each.article.id for each in self._said})),
        ]
        if minutes < SHORT_SHARE * self.request.minutes:
            texts.append(self.phrases.short(max(round(minutes), 1)))
        return [Line(text) for text in texts]

    def _tell(self, material: _Material, story: Story, limit: int) -> None:
        """Whose article it is and its headline, how it begins, what it answers, who says
        otherwise; up to so many words of the podcast."""
        article, passage, at = material.head(story)
        quotes = lede(article, passage, self._texts(), at)
        if not quotes:
            return
        self._chapter = title_of(article, self.phrases.code)
        self.sources += [each for each in story.articles if each not in self.sources]
        self._say(self.phrases.introduce(article), aloud=True)
        self._quote(quotes, story.also)
        if story.also:
            names = format.listing(story.also, self.phrases.code)
            self._say(self.phrases.also(names), aloud=True)
        self._dispute(story, article)
        exchanges = self.interview.exchanges(article, self._repeats, self._asked)
        for exchange in islice(exchanges, _MOST_ASKED):
            if self._words + len(exchange.answer.quote.split()) > limit:
                break
            self._asked += 1
            self._say(exchange.question)
            self._quote([exchange.answer])
        self._continue(article, limit)

    def _continue(self, article: Article, limit: int) -> None:
        """What the article says further on, where there is time left."""
        for passage in cut(article)[1:]:
            quotes = lede(article, passage, self._texts())
            if self._words + sum(len(each.quote.split()) for each in quotes) > limit:
                break
            self._quote(quotes)

    def _dispute(self, story: Story, article: Article) -> None:
        """The sentence of another article that gives another figure, if one does."""
        quote = find_other_figure(story.openings, article, self._texts())
        if quote is not None:
            self._say(self.phrases.differs)
            self._say(self.phrases.introduce(quote.article), aloud=True)
            self._quote([quote])

    def _repeats(self, text: str) -> bool:
        return repeats(text, self._texts(), self.request.language)

    def _texts(self) -> list[str]:
        return [each.quote for each in self._said]

    def _say(self, text: str, *, aloud: bool = False) -> None:
        self.lines.append(Line(text, chapter=self._chapter, aloud=aloud))

    def _quote(self, quotes: Sequence[Citation], also: tuple[str, ...] = ()) -> None:
        for number, each in enumerate(quotes, len(self._said) + 1):
            cited = replace(each, number=number)
            self._said.append(cited)
            self.lines.append(Line(spoken_quote(cited), cited, "second", self._chapter, also))


def names_at_head(opening: Opening, subject: str) -> bool:
    """Whether an article is on a subject: title and first sentences have all its words, or the
    title has its names and the opening all its words."""
    article, language = opening.article, opening.article.language
    words = set(keyed_terms(subject, language))
    title = set(keyed_terms(article.title, language))
    head = " ".join(each.text for each in opening.passage.sentences[:2])
    if words <= title | set(keyed_terms(head, language)):
        return True
    names = question_names(subject, language) & words
    return bool(names) and names <= title and words <= set(keyed_terms(opening.text, language))


def _best_sentence(hit: Hit) -> int:
    scores = [each.score for each in hit.sentences]
    return scores.index(max(scores))


def _span(stories: Sequence[Story]) -> Period:
    """From the first day of publication to the last."""
    days = [each.published for story in stories for each in story.articles if each.published]
    return Period(min(days, default=date.min), max(days, default=date.min))

"""« Le Podcast »: a dialogue on a subject or a period. The first voice introduces each article and
asks questions; the second reads the article's sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from bot.answer import Citation
from bot.answering.refusal import outcome_of
from bot.answering.topic import find_topic
from bot.archive.lede import MAX_WORDS, is_repetition, lede
from bot.digests import clock
from bot.digests.disagreement import find_later_figure, find_other_figure
from bot.digests.podcast_questions import Interview
from bot.digests.script import WORDS_A_MINUTE, Script, ScriptLine, spoken_quote
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
from index.findings import Hit
from index.ingestion.passages import cut
from index.search.confidence import Thresholds
from index.search.question_words import question_names
from index.search.searcher import Searcher
from index.text.language import keyed_terms

DEPTH = 60  # passages to search for articles on a subject
MINUTES = 5.0
MIN_MINUTES, MAX_MINUTES = 1.0, 15.0
SHORT_SHARE = 0.7  # of the requested minutes, below which a podcast announces that it is short

_STORY_WORDS = MAX_WORDS + 60  # average with questions and answers
_MAX_QUESTIONS = 4  # per article


@dataclass(frozen=True, slots=True)
class PodcastRequest:
    """A subject, a period, or both; without a `period`, any time."""

    language: Language
    subject: str = ""
    period: Period | None = None
    minutes: float = MINUTES


def make_podcast(interview: Interview, thresholds: Thresholds, request: PodcastRequest) -> Script:
    """Write a podcast; without articles on the subject, it is one line that says so. CPU-bound.

    `thresholds` are those of `bot.assembly.subject_thresholds`. Raises DamagedIndex.
    """
    material = _Material(interview.searcher, thresholds, request)
    writer = _PodcastWriter(request, interview)
    if material.stories:
        writer.write(material)
    else:
        writer.say_no_news()
    period = request.period or _span(material.stories)
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(writer.lines),
        sources=tuple(writer.sources),
        subjects=(request.subject,) if request.subject else (),
    )


class _Material:
    """The stories for a request, and the search hits they come from."""

    def __init__(self, searcher: Searcher, thresholds: Thresholds, request: PodcastRequest) -> None:
        self._generation = searcher.generation
        self._subject = request.subject
        self.hits: tuple[Hit, ...] = ()
        self.stories: tuple[Story, ...]
        if not request.subject:
            assert request.period is not None, "a podcast needs a subject or a period"
            self.stories = find_stories(self._generation, request.period, request.language)
            return
        findings = searcher.search(request.subject, DEPTH, request.period)
        self.hits = tuple(hit for hit in findings.hits if hit.article.language == request.language)
        openings = self._find_openings(request.subject, findings.confidence, thresholds)
        ranks = {opening.article.id: rank for rank, opening in enumerate(openings)}
        same = find_relations(openings, self._generation).same
        stories = [Story(group) for group in group_openings(openings, same)]
        # By coverage, then by closeness to the subject.
        stories.sort(
            key=lambda story: (
                -story.coverage,
                min(ranks[article.id] for article in story.articles),
            )
        )
        self.stories = tuple(stories)

    def _find_openings(
        self, subject: str, confidence: float, thresholds: Thresholds
    ) -> list[Opening]:
        """Find the openings of articles on a subject, best first: those with the subject at their
        head, or else those with all its words in one of the hits."""
        sure = outcome_of(confidence, thresholds) == "sure"
        topic = find_topic(subject, self.hits, sure=sure)
        candidates = [open_article(self._generation, article) for article in topic.articles]
        openings = [candidate for candidate in candidates if candidate is not None]
        heads = [opening for opening in openings if names_at_head(opening, subject)]
        articles = topic.central + topic.mentioning
        return heads or [opening for opening in openings if opening.article in articles]

    def head(self, story: Story) -> tuple[Article, Passage, int]:
        """Return a story's first article, its passage on the subject, and the index of the
        sentence to start from."""
        opening = story.openings[0]
        hit = next((hit for hit in self.hits if hit.article.id == opening.article.id), None)
        if hit is None or hit.passage == opening.passage or names_at_head(opening, self._subject):
            return opening.article, opening.passage, 0
        scores = [sentence.score for sentence in hit.sentences]
        return opening.article, hit.passage, scores.index(max(scores))


@dataclass(slots=True)
class _PodcastWriter:
    """Collects the lines, story by story; no sentence is quoted twice."""

    request: PodcastRequest
    interview: Interview
    lines: list[ScriptLine] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    _citations: list[Citation] = field(default_factory=list)
    _questions: int = 0
    _chapter: str = ""

    @property
    def phrases(self) -> ScriptPhrases:
        return self.interview.phrases

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, material: _Material) -> None:
        budget = round(self.request.minutes * WORDS_A_MINUTE)
        count = budget // _STORY_WORDS + 1
        stories = sorted(
            material.stories[:count],
            key=lambda story: min(opening.day for opening in story.openings),
        )
        for number, story in enumerate(stories):
            share = (budget - self._words) // (len(stories) - number)
            if share >= MAX_WORDS or not self._citations:
                self._add_story(material, story, self._words + share)
        if not self._citations:
            self.say_no_news()
            return
        self.lines[:0] = self._opening(stories, self._words / WORDS_A_MINUTE)
        self._chapter = ""
        self._say(self.phrases.goodbye)

    def say_no_news(self) -> None:
        request = self.request
        if request.subject:
            self._say(self.phrases.nothing_about(request.subject))
        elif request.period is not None:
            self._say(self.phrases.nothing_in(request.period))

    @property
    def _words(self) -> int:
        return sum(line.words for line in self.lines)

    def _opening(self, stories: Sequence[Story], minutes: float) -> list[ScriptLine]:
        """Greet; announce the title, the number of articles, and a podcast that will be short."""
        title = self.title(self.request.period or _span(stories))
        texts = [
            self.phrases.hello(title),
            self.phrases.from_articles(len({citation.article.id for citation in self._citations})),
        ]
        if minutes < SHORT_SHARE * self.request.minutes:
            texts.append(self.phrases.short(max(round(minutes), 1)))
        return [ScriptLine(text) for text in texts]

    def _add_story(self, material: _Material, story: Story, limit: int) -> None:
        """Introduce an article, quote its lede, figures that differ, answers to questions and
        then further passages, until the podcast has `limit` words."""
        article, passage, at = material.head(story)
        quotes = lede(article, passage, self._texts(), at)
        if not quotes:
            return
        self._chapter = title_of(article, self.phrases.code)
        self.sources += [source for source in story.articles if source not in self.sources]
        self._say(self.phrases.introduce(article), aloud=True)
        self._quote(quotes, story.also)
        if story.also:
            names = format.listing(story.also, self.phrases.code)
            self._say(self.phrases.also(names), aloud=True)
        later = find_later_figure(article, self._citations)
        if later is not None:
            self._say(self.phrases.differs)
            self._quote([later])
        other = find_other_figure(story.openings, article, self._texts())
        if other is not None:
            self._say(self.phrases.differs)
            self._say(self.phrases.introduce(other.article), aloud=True)
            self._quote([other])
        exchanges = self.interview.exchanges(article, self._is_repetition, self._questions)
        for exchange in islice(exchanges, _MAX_QUESTIONS):
            if self._words + len(exchange.answer.quote.split()) > limit:
                break
            self._questions += 1
            self._say(exchange.question)
            self._quote([exchange.answer])
        for passage in cut(article)[1:]:
            quotes = lede(article, passage, self._texts())
            if self._words + sum(len(citation.quote.split()) for citation in quotes) > limit:
                break
            self._quote(quotes)

    def _is_repetition(self, text: str) -> bool:
        return is_repetition(text, self._texts(), self.request.language)

    def _texts(self) -> list[str]:
        return [citation.quote for citation in self._citations]

    def _say(self, text: str, *, aloud: bool = False) -> None:
        self.lines.append(ScriptLine(text, chapter=self._chapter, aloud=aloud))

    def _quote(self, quotes: Sequence[Citation], also: tuple[str, ...] = ()) -> None:
        for number, quote in enumerate(quotes, len(self._citations) + 1):
            citation = replace(quote, number=number)
            self._citations.append(citation)
            text = spoken_quote(citation)
            self.lines.append(ScriptLine(text, citation, "second", self._chapter, also))


def names_at_head(opening: Opening, subject: str) -> bool:
    """True if all the subject's words are in the title and first two sentences, or its names are
    in the title and all its words in the opening."""
    article, language = opening.article, opening.article.language
    words = set(keyed_terms(subject, language))
    title = set(keyed_terms(article.title, language))
    head = " ".join(sentence.text for sentence in opening.passage.sentences[:2])
    if words <= title | set(keyed_terms(head, language)):
        return True
    names = question_names(subject, language) & words
    return bool(names) and names <= title and words <= set(keyed_terms(opening.text, language))


def _span(stories: Sequence[Story]) -> Period:
    """Return the period from the first publication date to the last; today if there is none."""
    days = [
        article.published for story in stories for article in story.articles if article.published
    ]
    days = days or [clock.today()]
    return Period(min(days), max(days))

"""« Le Podcast »: two voices on a subject, or on a span of time. The first one asks, from a fixed
list; the second answers with the articles' sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.answer import Citation
from bot.answering.refusal import outcome_of
from bot.answering.topic import find_topic
from bot.digests.disagreement import figures_differ
from bot.digests.lede import MOST_WORDS, lede, repeats, stands_alone, tells
from bot.digests.script import WORDS_A_MINUTE, Line, Script, Speaker, spoken_quote
from bot.digests.stories import Opening, Story, find_stories, group_openings, open_article
from bot.digests.texts import ScriptPhrases
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from bot.locale.source import source_name
from index.article import Article, Passage, Period
from index.build.passages import cut
from index.findings import Hit
from index.search.confidence import Thresholds
from index.search.question_words import question_names
from index.search.searcher import Searcher
from index.text.folding import fold
from index.text.language import keyed_terms
from index.text.names import span_names

DEPTH = 60  # passages among which the articles on a subject are looked for
MINUTES = 5.0
LEAST_MINUTES, MOST_MINUTES = 1.0, 15.0

MOST_UNSAID = 2  # questions that the articles do not answer, of those that are tried
# Of the words, up to which what happened, what more the articles say, and who said what go.
_TOLD_SHARE, _FURTHER_SHARE, _SAID_SHARE = 0.6, 0.75, 0.9
_MOST_ATTRIBUTED, _MOST_DISPUTED = 6, 3
_QUOTED = re.compile(r"[«“\"]([^«»“”\"]*)[»”\"]")
_QUOTED_WORDS = 5  # of somebody's own words, for a sentence to tell what they said
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ACCORDING = frozenset({"selon", "according", "d'apres", "dixit"})
_SPEAKING = (
    "dit", "disent", "declar", "affirm", "expliqu", "estim", "assur", "annonc", "ecri", "soulign",
    "precis", "racont", "rappel", "jug", "confi", "promet", "promis", "averti", "prevenu", "propos",
    "said", "says", "say", "told", "tell", "state", "claim", "explain", "announc", "wrote", "writ",
    "warn", "argue", "believ", "think", "estimat", "accord", "promis", "note", "pens", "denonc",
    "repond", "retorqu", "ajout", "conclu", "indiqu", "observ", "soutien", "insist", "plaid",
    "reconn", "admet", "answer", "repl", "respond", "conclud", "admit", "acknowledg", "suggest",
    "complain",
)  # fmt: skip


def open_questions(subject: str, language: Language) -> tuple[str, ...]:
    """What is asked of the articles on a subject, to tell what they do not say."""
    phrases = ScriptPhrases.of(language)
    asked = (
        phrases.asks_cost,
        phrases.asks_end,
        phrases.asks_next,
        phrases.asks_critics,
        phrases.asks_number,
        phrases.asks_cause,
    )
    return tuple(each(_capital(subject)) for each in asked)


@dataclass(frozen=True, slots=True)
class PodcastRequest:
    """A subject, a span of time, or both; `period` is None for any time.

    `unsaid` are those of `open_questions` to which the chain has answered that it does not know.
    """

    language: Language
    subject: str = ""
    period: Period | None = None
    minutes: float = MINUTES
    unsaid: Sequence[str] = ()


def make_podcast(searcher: Searcher, thresholds: Thresholds, request: PodcastRequest) -> Script:
    """The script of a podcast; one line says so where the articles do not tell of the subject.

    Processor work, not for an event loop. Raises DamagedIndex.
    """
    material = _Material(searcher, thresholds, request)
    writer = _PodcastWriter(request, ScriptPhrases.of(request.language))
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
        asked=(request.subject, _capital(request.subject)) if request.subject else (),
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
        stories = [Story(each) for each in group_openings(openings, self._generation)]
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
        found = [open_article(self._generation, each) for each in topic.articles]
        openings = [each for each in found if each is not None]
        heads = [each for each in openings if names_at_head(each, subject)]
        named = topic.telling + topic.naming
        return heads or [each for each in openings if each.article in named]

    def head(self, story: Story) -> tuple[Article, Passage, int]:
        """The article of a story that tells it, its passage on the subject, and from which of its
        sentences on."""
        opening = story.openings[0]
        found = next((hit for hit in self.hits if hit.article.id == opening.article.id), None)
        if found is None or names_at_head(opening, self._subject):
            return opening.article, opening.passage, 0
        return opening.article, found.passage, _best_sentence(found)

    def further(self, told: Sequence[Story]) -> Iterator[tuple[Article, Passage, int]]:
        """The passages found, the best first; without a subject, those after the openings."""
        for hit in self.hits:
            yield hit.article, hit.passage, _best_sentence(hit)
        for story in told if not self.hits else ():
            for article, passage in self.passages(story):
                yield article, passage, 0

    def passages(self, story: Story) -> Iterator[tuple[Article, Passage]]:
        """All that the articles of a story say."""
        for article in story.articles:
            for passage in cut(article):
                yield article, passage


@dataclass(slots=True)
class _PodcastWriter:
    """The lines, part by part; a sentence is said once."""

    request: PodcastRequest
    phrases: ScriptPhrases
    lines: list[Line] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    _said: list[Citation] = field(default_factory=list)
    _named: str = ""
    _chapter: str = ""

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, material: _Material) -> None:
        told = self._told(material)
        self._open(told)
        self._tell(material, told)
        spoken = self._spoken(material, told)
        self._deepen(material, told, spoken)
        self._attribute(spoken)
        self._dispute(told)
        self._leave_open()
        self._close()
        count = len({each.article.id for each in self._said})
        text = self.phrases.from_articles(count)
        self.lines.insert(1, Line(text, speaker="second", chapter=self.lines[0].chapter))

    def tell_nothing(self) -> None:
        request = self.request
        if request.subject:
            self._say(self.phrases.nothing_about(request.subject))
        elif request.period is not None:
            self._say(self.phrases.nothing_in(request.period))

    @property
    def _budget(self) -> int:
        return round(self.request.minutes * WORDS_A_MINUTE)

    @property
    def _spent(self) -> int:
        """Words so far, with those that naming the sources will take."""
        naming = sum(len(each.title.split()) + 8 for each in self.sources)
        return naming + sum(line.words for line in self.lines)

    def _told(self, material: _Material) -> list[Story]:
        """As many of the stories as there is time for, in the order of their days."""
        room = round(_TOLD_SHARE * self._budget / MOST_WORDS) + 1
        told = material.stories[:room]
        return sorted(told, key=lambda story: min(each.day for each in story.openings))

    def _open(self, told: Sequence[Story]) -> None:
        self._chapter = self.phrases.chapters["opening"]
        self._say(self.phrases.hello(self.title(self.request.period or _span(told))))

    def _tell(self, material: _Material, told: Sequence[Story]) -> None:
        """What happened, day by day."""
        self._chapter = self.phrases.chapters["told"]
        before: date | None = None
        asked = False
        for story in told:
            if self._spent > _TOLD_SHARE * self._budget and self._said:
                break
            article, passage, at = material.head(story)
            quotes = lede(article, passage, self._texts(), at)
            if not quotes:
                continue
            self.sources += [each for each in story.articles if each not in self.sources]
            if article.published is not None and article.published != before:
                say = self.phrases.and_on if asked else self.phrases.told_on
                self._say(say(article.published))
            else:
                self._say(self.phrases.what_else if asked else self.phrases.what_happened)
            before, asked = article.published, True
            self._introduce(article)
            self._quote(quotes, story.also)

    def _deepen(
        self, material: _Material, told: Sequence[Story], spoken: Sequence[Citation]
    ) -> None:
        """What the articles say further on, where there is time left; what is `spoken` comes
        later."""
        self._chapter = self.phrases.chapters["more"]
        for article, passage, at in material.further(told):
            if self._spent > _FURTHER_SHARE * self._budget:
                break
            if article not in self.sources or any(each.passage == passage for each in self._said):
                continue
            quotes = lede(article, passage, [*self._texts(), *(each.quote for each in spoken)], at)
            if not quotes:
                continue
            self._say(self.phrases.what_more)
            self._introduce(article)
            self._quote(quotes)

    def _spoken(self, material: _Material, told: Sequence[Story]) -> list[Citation]:
        """What somebody named says in the articles that were told, as far as it is not told yet."""
        found = [
            citation
            for story in told
            for article, passage in material.passages(story)
            if article in self.sources
            for citation in self._attributed(article, passage)
        ]
        return found[:_MOST_ATTRIBUTED]

    def _attribute(self, spoken: Sequence[Citation]) -> None:
        """Who said what."""
        self._chapter = self.phrases.chapters["said"]
        asked = False
        for citation in spoken:
            if self._spent + len(citation.quote.split()) > _SAID_SHARE * self._budget:
                break
            if repeats(citation.quote, self._texts(), self.request.language):
                continue
            self._say(self.phrases.who_else if asked else self.phrases.who_said)
            asked = True
            self._introduce(citation.article)
            self._quote([citation])

    def _attributed(self, article: Article, passage: Passage) -> Iterator[Citation]:
        said = self._texts()
        for sentence in passage.sentences:
            if not is_attributed(sentence.text, article.language) or sentence.text in said:
                continue
            if tells(sentence, article) and stands_alone(sentence.text, article.language):
                yield Citation(1, sentence.text, sentence.start, sentence.end, passage, article)
                return  # one of a passage is enough

    def _dispute(self, told: Sequence[Story]) -> None:
        """Sentences that give another figure than one that was said, of the same story."""
        self._chapter = self.phrases.chapters["disputed"]
        found = [quote for story in told for quote in self._against(story)]
        if found:
            self._say(self.phrases.do_they_agree)
        for quote in found[:_MOST_DISPUTED]:
            self._say(self.phrases.differs, "second")
            self._named = ""
            self._introduce(quote.article)
            self._quote([quote])

    def _against(self, story: Story) -> Iterator[Citation]:
        """By article of a story, its first sentence that gives another figure than one said."""
        language = self.request.language
        ids = {each.id for each in story.articles}
        for other in story.openings:
            others = ids - {other.article.id}
            said = [each.quote for each in self._said if each.article.id in others]
            for quote in lede(other.article, other.passage):
                if quote.quote in self._texts() or not stands_alone(quote.quote, language):
                    continue
                if figures_differ(said, quote.quote, language):
                    yield quote
                    break

    def _leave_open(self) -> None:
        """What the articles do not say: only what the chain has refused to answer."""
        self._chapter = self.phrases.chapters["unsaid"]
        for question in self.request.unsaid[:MOST_UNSAID]:
            self._say(question)
            self._say(self.phrases.they_do_not_say, "second")

    def _close(self) -> None:
        self._chapter = self.phrases.chapters["sources"]
        self._say(self.phrases.which_sources)
        for article in {each.article.id: each.article for each in self._said}.values():
            self._say(self._source(article), "second")
        self._say(self.phrases.goodbye)

    def _source(self, article: Article) -> str:
        name = source_name(article)
        if article.published is None:
            return self.phrases.titled_undated(title_of(article, self.phrases.code), name)
        return self.phrases.titled(title_of(article, self.phrases.code), name, article.published)

    def _texts(self) -> list[str]:
        return [each.quote for each in self._said]

    def _say(self, text: str, speaker: Speaker = "first") -> None:
        self.lines.append(Line(text, speaker=speaker, chapter=self._chapter))

    def _introduce(self, article: Article) -> None:
        """Whose words follow, where they are not those of the one named last."""
        name = source_name(article)
        if name != self._named:
            self._say(self.phrases.writes(name), "second")
            self._named = name

    def _quote(self, quotes: Sequence[Citation], also: tuple[str, ...] = ()) -> None:
        for number, each in enumerate(quotes, len(self._said) + 1):
            cited = replace(each, number=number)
            self._said.append(cited)
            self.lines.append(Line(spoken_quote(cited), cited, "second", self._chapter, also))


def names_at_head(opening: Opening, subject: str) -> bool:
    """Whether an article is on a subject: title and first sentences have all its words, or the
    title has its names and the opening all its words."""
    article, language = opening.article, opening.article.language
    asked = set(keyed_terms(subject, language))
    title = set(keyed_terms(article.title, language))
    head = " ".join(each.text for each in opening.passage.sentences[:2])
    if asked <= title | set(keyed_terms(head, language)):
        return True
    names = question_names(subject, language) & asked
    return bool(names) and names <= title and asked <= set(keyed_terms(opening.text, language))


def is_attributed(text: str, language: str) -> bool:
    """Whether somebody named is quoted: words between quotation marks, and outside them a name and
    a word of saying."""
    if not any(len(each.split()) >= _QUOTED_WORDS for each in _QUOTED.findall(text)):
        return False
    outside = _QUOTED.sub(" … ", text)
    words = [fold(each.lower()) for each in _WORD.findall(outside)]
    says = any(each.startswith(_SPEAKING) or each in _ACCORDING for each in words)
    return says and bool(span_names(outside, language))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _best_sentence(hit: Hit) -> int:
    scores = [each.score for each in hit.sentences]
    return scores.index(max(scores))


def _span(stories: Sequence[Story]) -> Period:
    """From the first day of publication to the last."""
    days = [each.published for story in stories for each in story.articles if each.published]
    return Period(min(days, default=date.min), max(days, default=date.min))

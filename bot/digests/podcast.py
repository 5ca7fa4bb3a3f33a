"""« Le Podcast »: a subject or a period told in order. One voice names the articles and leads from
one point to the next, another reads their sentences; after four of one voice the other goes on.

Articles that merely share a name (« Japon ») are no thread: of such a subject one story is told
with those that continue it, and the others are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from bot.answer import Citation
from bot.archive.events import Event, distinct, ranked
from bot.archive.lede import is_quotable, is_repetition
from bot.archive.material import find_material
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speaker
from bot.audio import Speaker
from bot.digests import clock
from bot.digests.disagreement import find_later_figure, find_other_figure
from bot.digests.excerpt import excerpt, full_name, role_named, stands_alone
from bot.digests.script import WORDS_A_MINUTE, Script, ScriptLine, spoken_quote
from bot.digests.stories import (
    Story,
    find_related,
    find_relations,
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
from index.search.searcher import Searcher
from index.text.names import is_one_person

MINUTES = 5.0
MIN_MINUTES, MAX_MINUTES = 1.0, 15.0
SHORT_SHARE = 0.7  # of the requested minutes, below which a podcast is short

_STORY_WORDS = 150  # average, with its introduction
_INTRODUCTION_WORDS = 25
_LEAST_WORDS = 40  # of a story
_VOICES_WORDS = 150  # of the room for who says what and what comes next
_VOICE_SENTENCES = 4  # of one voice in a row
_AGENDA = 3  # titles
_VOICES, _NEXT_LINES = 4, 2
_MOST_COMPARED = 40  # articles
_TITLE_WORTH, _NEARNESS_WORTH = 1.0, 5.0  # of an article on the subject
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
        stories, others, lines = _find_subject(searcher, request)
    else:
        assert request.period is not None, "a podcast needs a subject or a period"
        stories = list(find_stories(searcher.generation, request.period, request.language))
        others, lines = [], []
    writer = _PodcastWriter(request, lines)
    writer.write(stories, others)
    period = request.period or _span(stories)
    return Script(
        title=writer.title(period),
        period=period,
        language=request.language,
        lines=tuple(writer.lines),
        sources=tuple(writer.sources),
        subjects=(request.subject,) if request.subject else (),
        people=tuple(writer.people),
    )


def _find_subject(
    searcher: Searcher, request: PodcastRequest
) -> tuple[list[Story], list[Story], Sequence[Event]]:
    """The stories of one thread about a subject, best first; those apart from it; and the
    thread's sentences."""
    asked = ArchiveRequest(
        "chronology", request.subject, request.period, "", request.subject, request.language
    )
    material = find_material(asked, searcher)
    if material is None:
        return [], [], []
    entries = [
        entry
        for entry in material.subject.articles
        if entry.article.language == request.language and entry.article.id in material.named
    ]
    own = {entry.article.id: entry for entry in entries if entry.is_central} or {
        entry.article.id: entry for entry in entries
    }

    def worth(article: Article) -> float:
        return (
            _NEARNESS_WORTH * material.nearness(article) + _TITLE_WORTH * own[article.id].in_title
        )

    best = sorted((entry.article for entry in own.values()), key=worth, reverse=True)
    generation = searcher.generation
    found = (open_article(generation, article) for article in best[:_MOST_COMPARED])
    openings = [opening for opening in found if opening is not None]
    same = find_relations(openings, generation).same
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
    thread = [story for at, story in enumerate(stories) if at == centre or related[centre, at]]
    told = {article.id for story in thread for article in story.articles}
    lines = material.lines(
        [entry for entry in material.subject.articles if entry.article.id in told]
    )
    return thread, [story for story in stories if story not in thread], lines


@dataclass(slots=True)
class _PodcastWriter:
    """Collects the lines, point by point; no sentence is quoted twice. `material` are sentences on
    the subject."""

    request: PodcastRequest
    material: Sequence[Event]
    lines: list[ScriptLine] = field(default_factory=list)
    sources: list[Article] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    _citations: list[Citation] = field(default_factory=list)
    _chapter: str = ""
    _day: date | None = None  # of the article told last
    _questions: int = 0

    @property
    def phrases(self) -> ScriptPhrases:
        return ScriptPhrases.of(self.request.language)

    def title(self, period: Period) -> str:
        subject = self.request.subject
        return self.phrases.podcast_on(subject) if subject else self.phrases.podcast_of(period)

    def write(self, stories: Sequence[Story], others: Sequence[Story]) -> None:
        """Tell the newest of the best stories, the earlier ones from the first on, who says
        what, and what is to come; of a period, the best stories."""
        budget = self._budget
        is_thread = bool(self.request.subject)
        room = budget - _VOICES_WORDS * is_thread
        chosen = list(stories[: max(room // _STORY_WORDS, 1)])
        if is_thread:
            chosen.sort(key=lambda story: story.openings[0].day)
            chosen = [*chosen[-1:], *chosen[:-1]]
        told: list[Story] = []
        for number, story in enumerate(chosen):
            if told and not is_thread:
                self._say(self._cue(len(told)), aloud=True)
            share = (room - self._words) // (len(chosen) - number)
            if self._tell(story, max(share - _INTRODUCTION_WORDS, _LEAST_WORDS)):
                told.append(story)
            elif told and not is_thread:
                self.lines.pop()
        if not told:
            self.lines.clear()
            self._say_no_news()
            return
        if is_thread:
            self._tell_voices()
            self._tell_next(told[0])
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
            texts.append(self.phrases.agenda(self._titles(told[:_AGENDA])))
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
        """Introduce an article, read at `least` so many words of it, and figures that differ.
        Return False if nothing of it can be read."""
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
        later = find_later_figure(article, self._citations)
        other = find_other_figure(story.openings, article, self._texts())
        for figure in filter(None, (later, other)):
            self._say(self.phrases.differs)
            if figure.article.id != article.id:
                self._say(self.phrases.introduce(figure.article), aloud=True)
            self._quote([figure])
        return True

    def _introduce(self, article: Article) -> None:
        """Say how long an article is before or after the one told last, and name it."""
        day, before = article.published, self._day
        if self.request.subject and day and before and day != before:
            self._say(self.phrases.interval((day - before).days), aloud=True)
        self._say(self.phrases.introduce(article), aloud=True)

    def _tell_voices(self) -> None:
        """Quote people who have not been heard, each introduced by what the articles call them."""
        heard = {find_speaker(text, self.request.language) for text in self._texts()}
        lines = []
        voices = [line for line in self.material if find_speaker(line.text, self.request.language)]
        for line in distinct(ranked(self._unheard(voices)), 4 * _VOICES):
            speaker = find_speaker(line.text, self.request.language)
            name = speaker if " " in speaker else full_name(speaker, line.article)
            if is_one_person(name) and not {name, name.split()[-1]} & heard:
                heard |= {name, name.split()[-1]}
                lines.append((line, name))
        lines = lines[:_VOICES]
        if not lines:
            return
        self._chapter = ""
        self._ask("voices")
        for line, name in sorted(lines, key=lambda own: own[0].article.published or date.min):
            if self._words > self._budget:
                return
            role = role_named(name, [line.article, *self.sources])
            self._cite(
                line,
                " ".join(name.split()),
                "" if role.casefold() in line.text.casefold() else role,
            )

    def _tell_next(self, story: Story) -> None:
        """Quote the weightiest sentences of the newest story that tell of a day to come."""
        newest = max(opening.day for opening in story.openings)
        own = {article.id for article in story.articles}
        ahead = (
            line for line in self.material if line.article.id in own and _is_ahead(line, newest)
        )
        lines = distinct(ranked(self._unheard(ahead)), _NEXT_LINES)
        if lines:
            self._chapter = ""
            self._ask("next")
        for line in lines:
            self._cite(line)

    def _unheard(self, lines: Iterable[Event]) -> Iterator[Event]:
        """The lines that a listener understands by themselves and has not heard."""
        texts = self._texts()
        for line in lines:
            article, text = line.article, line.text
            if (
                line.lead is None
                and is_quotable(line.sentence, article)
                and stands_alone(text, article, texts)
                and not is_repetition(text, texts, article.language)
            ):
                yield line

    def _cite(self, line: Event, name: str = "", role: str = "") -> None:
        """Quote a sentence, introduced by its source, and its speaker if they need one."""
        article = line.article
        if article not in self.sources:
            self.sources.append(article)
        if self._citations[-1].article.id != article.id:
            self._say(self.phrases.source(article), aloud=True)
        if role:
            self.people += [name, role]
            self._say(self.phrases.speaker(name, role), aloud=True)
        self._quote([line.cite(1)])

    def _texts(self) -> list[str]:
        return [citation.quote for citation in self._citations]

    def _cue(self, count: int) -> str:
        others = list(self.phrases.others.values())
        return others[count % len(others)]

    def _ask(self, kind: str) -> None:
        """Ask one of the questions of a kind, in turn."""
        ways = [text for key, text in self.phrases.asks.items() if key.startswith(f"{kind}.")]
        self._say(ways[self._questions % len(ways)])
        self._questions += 1

    def _say(self, text: str, *, aloud: bool = False) -> None:
        speaker = self._voice("first")
        self.lines.append(ScriptLine(text, None, speaker, self._chapter, aloud=aloud))

    def _quote(self, quotes: Sequence[Citation], also: tuple[str, ...] = ()) -> None:
        speaker: Speaker = "second"
        for number, quote in enumerate(quotes, len(self._citations) + 1):
            citation = replace(quote, number=number)
            self._citations.append(citation)
            speaker = self._voice(speaker)
            text = spoken_quote(citation)
            self.lines.append(ScriptLine(text, citation, speaker, self._chapter, also))

    def _voice(self, wanted: Speaker) -> Speaker:
        """The wanted voice, or the other one if it has said four sentences in a row."""
        last = [line.speaker for line in islice(reversed(self.lines), _VOICE_SENTENCES)]
        if len(last) == _VOICE_SENTENCES and set(last) == {wanted}:
            return "second" if wanted == "first" else "first"
        return wanted


def _is_ahead(line: Event, day: date) -> bool:
    """True if a line tells, at the latest on a day, of one to come."""
    published = line.article.published or date.max
    return line.day is not None and published <= day < line.period.first


def _span(stories: Sequence[Story]) -> Period:
    """Return the period from the first publication date to the last; today if there is none."""
    days = [
        article.published for story in stories for article in story.articles if article.published
    ]
    days = days or [clock.today()]
    return Period(min(days), max(days))

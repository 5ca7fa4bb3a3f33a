"""« Le Quotidien », the daily digest: headlines, then each story as its newest article opens; one
voice names it, the other reads. Of what the day before told, the headlines alone come again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from bot.answer import Citation
from bot.digests.excerpt import LEAST_WORDS, excerpt, meant_day, restates, unsaid_place
from bot.digests.script import Script, ScriptLine, spoken_quote, take_turns
from bot.digests.stories import Story, find_stories
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from bot.locale.source import source_name
from index.article import Article, Period, Selection

if TYPE_CHECKING:
    from index.store.open_generation import OpenGeneration

MAX_STORIES = 8
_HEADLINES = 3  # read first if there are as many, and again of what was told the day before
_STORY_WORDS = 40  # at least, of stories after these


def newest_day(generation: OpenGeneration, language: Language, until: date) -> date | None:
    """The newest day of articles in a language, up to a day; None without any."""
    newest = generation.articles(Selection(until=until, languages=(language,)), limit=1)
    return newest[0].published if newest else None


def make_daily(
    generation: OpenGeneration,
    period: Period,
    language: Language,
    subjects: Sequence[str] = (),
    earlier: Collection[str] = (),
) -> Script:
    """Write the digest of a period, dated with its last day. CPU-bound.

    `subjects` are those the reader follows; `earlier` are article IDs of the previous digest,
    to leave out. Raises DamagedIndex.
    """
    stories = find_stories(generation, period, language, subjects, earlier)
    new = [story for story in stories if not story.is_known]
    names = {source_name(story.articles[0]) for story in new}
    outlet = names.pop() if len(names) == 1 else ""
    writer = _Writer(ScriptPhrases.of(language), period, len(new) >= _HEADLINES, outlet)
    for story in new:
        if writer.story_count < MAX_STORIES:
            writer.add_story(story)
    if not writer.story_count:
        writer.add_no_news(generation)
    writer.add_known([story.articles[0] for story in stories if story.is_known][:_HEADLINES])
    if writer.story_count:
        writer.add_end()
    return Script(
        title=writer.phrases.daily(period.last),
        period=period,
        language=language,
        lines=tuple(take_turns(list(writer.lines()))),
        sources=tuple(writer.sources),
        subjects=tuple(subjects),
    )


@dataclass(slots=True)
class _Writer:
    """Collects the lines, story by story; no sentence is quoted twice."""

    phrases: ScriptPhrases
    period: Period
    has_headlines: bool
    outlet: str = ""  # of all articles
    sources: list[Article] = field(default_factory=list)
    _quotes: list[str] = field(default_factory=list)
    _titles: list[str] = field(default_factory=list)
    _stories: list[list[ScriptLine]] = field(default_factory=list)
    _end: list[ScriptLine] = field(default_factory=list)

    @property
    def story_count(self) -> int:
        return len(self._stories)

    def add_story(self, story: Story) -> None:
        """Quote the first article with quotable sentences, and name the outlets with the same news.
        Skip the story if nothing is quotable."""
        for opening in story.openings:
            article = opening.article
            quotes = excerpt(
                article,
                opening.passage,
                self._quotes,
                day=self.period.last,
                least=LEAST_WORDS if self.story_count < _HEADLINES else _STORY_WORDS,
            )
            if quotes:
                break
        else:
            return
        chapter, also = title_of(article, self.phrases.code), story.also
        lines = []
        if not (story.goes_on and self._stories):
            lines.append(ScriptLine(self._cue(), chapter=chapter, aloud=True))
        lines += [
            ScriptLine(self.phrases.followed(subject), chapter=chapter)
            for subject in story.subjects
        ]
        lines += [
            ScriptLine(text, chapter=chapter, aloud=True)
            for text in self._introduce(article, chapter, quotes)
        ]
        lines += self._quote(quotes, chapter, also)
        if also:
            names = format.listing(also, self.phrases.code)
            lines.append(ScriptLine(self.phrases.also(names), chapter=chapter, aloud=True))
        self.sources += story.articles
        self._titles.append(chapter)
        self._stories.append(lines)

    def add_no_news(self, generation: OpenGeneration) -> None:
        """Say that nothing is new, and when the newest earlier article appeared."""
        if self.period.first == self.period.last:
            text = self.phrases.nothing_on(self.period.last)
        else:
            text = self.phrases.nothing_in(self.period)
        self._end = [ScriptLine(text)]
        before = generation.articles(limit=1)
        newest = generation.article(before[0].id) if before else None
        if newest is not None and newest.published and newest.published < self.period.first:
            self.sources.append(newest)
            self._end.append(ScriptLine(self.phrases.newest(newest.published)))

    def add_known(self, articles: Sequence[Article]) -> None:
        code = self.phrases.code
        titles = [format.quote(title_of(article, code), code) for article in articles]
        if titles:
            self.sources += articles
            self._end.append(ScriptLine(self.phrases.again(format.listing(titles, code))))

    def add_end(self) -> None:
        self._end.append(ScriptLine(self.phrases.end_of_daily(self.period.last), aloud=True))

    def lines(self) -> Iterator[ScriptLine]:
        yield ScriptLine(self.phrases.daily(self.period.last), aloud=True)
        if self.story_count and self.outlet:
            yield ScriptLine(self.phrases.all_from(self.outlet), aloud=True)
        if self.has_headlines and self.story_count > 1:
            yield ScriptLine(self.phrases.headlines, aloud=True)
            for title in self._titles[:_HEADLINES]:
                text = self.phrases.bare_headline(title)
                yield ScriptLine(text, speaker="second", aloud=True)
        for lines in self._stories:
            is_last = len(self._stories) > 1 and lines is self._stories[-1]
            if is_last and lines[0].text in self.phrases.others.values():
                lines[0] = replace(lines[0], text=self.phrases.last_story)
            yield from lines
        yield from self._end

    def _introduce(self, article: Article, title: str, quotes: Sequence[Citation]) -> list[str]:
        """Say the source, the day and the title or place of an article, unless they are known."""
        name, day, today, place = source_name(article), "", self.period.last, ""
        is_known = self.has_headlines and len(self._titles) < _HEADLINES
        if restates(article, quotes, is_known=is_known):
            title, place = "", unsaid_place(article, quotes)
        if article.published and article.published != today:
            is_recent = article.published.year == today.year
            day = (format.day_of_year if is_recent else format.day)(
                article.published, self.phrases.code
            )
        source = "" if name in (self.outlet, title) else name
        return self.phrases.introduce(source, day, title, place)

    def _cue(self) -> str:
        others, count = list(self.phrases.others.values()), self.story_count
        return others[count % len(others)] if count else self.phrases.first_story

    def _quote(
        self, quotes: Sequence[Citation], chapter: str, also: tuple[str, ...] = ()
    ) -> list[ScriptLine]:
        first = len(self._quotes) + 1
        citations = [
            replace(citation, number=number) for number, citation in enumerate(quotes, first)
        ]
        self._quotes += [citation.quote for citation in citations]
        lines = []
        for citation in citations:
            text = spoken_quote(citation)
            lines.append(ScriptLine(text, citation, "second", chapter, also))
            meant = meant_day(citation.quote, citation.article, self.period.last)
            if meant is not None:
                lines.append(ScriptLine(self.phrases.day_meant(meant), chapter=chapter))
        return lines

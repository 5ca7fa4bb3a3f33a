"""« Le Quotidien »: what is new, each story in one to three sentences of an article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.answer import Citation
from bot.digests.disagreement import find_other_figure
from bot.digests.lede import lede
from bot.digests.script import Line, Script, spoken_quote
from bot.digests.stories import Story, find_stories
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from index.article import Article, Period
from index.store.reader import GenerationReader

MOST_STORIES = 8  # that are told; the others are counted


def make_daily(
    generation: GenerationReader,
    period: Period,
    language: Language,
    subjects: Sequence[str] = (),
    earlier: Collection[str] = (),
) -> Script:
    """The news of a span of time, the last day of which is the paper's.

    `subjects` are those that a person follows, `earlier` the articles (ids) of a daily before.
    Processor work, not for an event loop. Raises DamagedIndex.
    """
    stories = find_stories(generation, period, language, subjects, earlier)
    writer = _Writer(ScriptPhrases.of(language), period)
    for story in stories:
        if writer.told < MOST_STORIES:
            writer.tell(story)
    if not writer.told:
        writer.tell_nothing(generation)
    else:
        writer.end(len(stories) - writer.told)
    return Script(
        title=writer.phrases.daily(period.last),
        period=period,
        language=language,
        lines=tuple(writer.lines()),
        sources=tuple(writer.sources),
        asked=tuple(subjects),
    )


@dataclass(slots=True)
class _Writer:
    """The lines, story by story; a sentence is said once."""

    phrases: ScriptPhrases
    period: Period
    sources: list[Article] = field(default_factory=list)
    told: int = 0
    _said: list[str] = field(default_factory=list)
    _stories: list[list[Line]] = field(default_factory=list)
    _end: list[Line] = field(default_factory=list)

    def tell(self, story: Story) -> None:
        """Whose article it is and its headline, then how it begins: the first of the story's
        articles that has sentences to tell it with; who tells it too, who says otherwise."""
        for opening in story.openings:
            article = opening.article
            quotes = lede(article, opening.passage, self._said)
            if quotes:
                break
        else:
            return
        chapter, also = title_of(article, self.phrases.code), story.also
        cue = Line(self._cue(), chapter=chapter, aloud=True)
        if (before := story.follows) is not None and before in self.sources:
            title = title_of(before, self.phrases.code)
            cue = Line(self.phrases.sequel(title), chapter=chapter)
        lines = [
            cue,
            *(Line(self.phrases.followed(each), chapter=chapter) for each in story.subjects),
        ]
        lines.append(self._introduce(article, chapter))
        lines += self._quoted(quotes, chapter, also)
        if also:
            names = format.listing(also, self.phrases.code)
            lines.append(Line(self.phrases.also(names), chapter=chapter, aloud=True))
        other = find_other_figure(story.openings, article, [each.quote for each in quotes])
        if other is not None:
            lines.append(Line(self.phrases.differs, chapter=chapter))
            lines.append(self._introduce(other.article, chapter))
            lines += self._quoted([other], chapter)
        self.sources += story.articles
        self._stories.append(lines)
        self.told += 1

    def tell_nothing(self, generation: GenerationReader) -> None:
        """That nothing is new, and of when the newest article before is."""
        one_day = self.period.first == self.period.last
        text = self.phrases.nothing_in(self.period)
        if one_day:
            text = self.phrases.nothing_on(self.period.last)
        self._end = [Line(text)]
        before = generation.articles(limit=1)
        newest = generation.article(before[0].id) if before else None
        if newest is not None and newest.published and newest.published < self.period.first:
            self.sources.append(newest)
            self._end.append(Line(self.phrases.newest(newest.published)))

    def end(self, left: int) -> None:
        """How many stories are left, and good-bye."""
        if left:
            self._end.append(Line(self.phrases.more_stories(left)))
        self._end.append(Line(self.phrases.end_of_daily(self.period.last), aloud=True))

    def lines(self) -> Iterator[Line]:
        yield Line(self.phrases.daily(self.period.last), aloud=True)
        if self.told:
            yield Line(self.phrases.stories(self.told), aloud=True)
        for lines in self._stories:
            if len(self._stories) > 1 and lines is self._stories[-1] and lines[0].aloud:
                lines[0] = replace(lines[0], text=self.phrases.last_story)
            yield from lines
        yield from self._end

    def _introduce(self, article: Article, chapter: str) -> Line:
        recent = self.period.first.year == self.period.last.year
        text = self.phrases.introduce(article, recent=recent)
        return Line(text, chapter=chapter, aloud=True)

    def _cue(self) -> str:
        others = list(self.phrases.others.values())
        return others[self.told % len(others)] if self.told else self.phrases.first_story

    def _quoted(
        self, quotes: Sequence[Citation], chapter: str, also: tuple[str, ...] = ()
    ) -> list[Line]:
        first = len(self._said) + 1
        cited = [replace(each, number=number) for number, each in enumerate(quotes, first)]
        self._said += [each.quote for each in cited]
        return [Line(spoken_quote(each), each, chapter=chapter, also=also) for each in cited]

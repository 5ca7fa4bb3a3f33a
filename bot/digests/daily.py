"""« Le Quotidien »: what is new, each story in one to three sentences of an article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.answer import Citation
from bot.digests.disagreement import figures_differ
from bot.digests.lede import lede, stands_alone
from bot.digests.script import Line, Script, spoken_quote
from bot.digests.stories import Story, find_stories
from bot.digests.texts import ScriptPhrases
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language
from bot.locale.source import source_line, source_name
from index.article import Article, Period
from index.store.reader import GenerationReader

MOST_STORIES = 8  # that are told; the others are counted
_COMPARED = 4  # other articles of a story in which a figure is looked for that differs


def make_daily(
    generation: GenerationReader,
    period: Period,
    language: Language,
    subjects: Sequence[str] = (),
    told: Collection[str] = (),
) -> Script:
    """The news of a span of time, the last day of which is the paper's.

    `subjects` are those that a person follows, `told` the articles (ids) of a daily before.
    Processor work, not for an event loop. Raises DamagedIndex.
    """
    stories = find_stories(generation, period, language, subjects, told)
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
        """The first of its articles that has sentences to tell it with, and who tells it too."""
        for opening in story.openings:
            article = opening.article
            quotes = lede(article, opening.passage, self._said)
            if quotes:
                break
        else:
            return
        chapter, also = title_of(article, self.phrases.code), story.also
        lines = [Line(self.phrases.followed(each), chapter=chapter) for each in story.subjects]
        lines += self._quoted(quotes, chapter, also)
        lines.append(self._source(article, chapter))
        if also:
            names = format.listing(also, self.phrases.code)
            lines.append(Line(self.phrases.also(names), chapter=chapter, aloud=True))
        lines += self._other_side(story, article, quotes, chapter)
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
        between = list(self.phrases.others.values())
        for at, lines in enumerate(self._stories):
            cue = between[at % len(between)]
            if at == 0:
                cue = self.phrases.first_story
            elif at == len(self._stories) - 1:
                cue = self.phrases.last_story
            yield Line(cue, chapter=lines[0].chapter, aloud=True)
            yield from lines
        yield from self._end

    def _quoted(
        self, quotes: Sequence[Citation], chapter: str, also: tuple[str, ...] = ()
    ) -> list[Line]:
        first = len(self._said) + 1
        cited = [replace(each, number=number) for number, each in enumerate(quotes, first)]
        self._said += [each.quote for each in cited]
        return [Line(spoken_quote(each), each, chapter=chapter, also=also) for each in cited]

    def _source(self, article: Article, chapter: str) -> Line:
        said = source_line(article, source_name(article), self.phrases)
        return Line(said, chapter=chapter, aloud=True)

    def _other_side(
        self, story: Story, article: Article, quotes: Sequence[Citation], chapter: str
    ) -> list[Line]:
        """The sentence of another article that gives another figure, if one does."""
        for opening in story.openings[: 1 + _COMPARED]:
            other = opening.article
            if other.id == article.id:
                continue
            for quote in lede(other, opening.passage):
                if not stands_alone(quote.quote, other.language):
                    continue
                if figures_differ([each.quote for each in quotes], quote.quote, other.language):
                    return [
                        Line(self.phrases.differs, chapter=chapter),
                        *self._quoted([quote], chapter),
                        self._source(other, chapter),
                    ]
        return []

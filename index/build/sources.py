"""The sources of a build's articles: a given iterable, or files, reread where they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from index.article import Article
from index.build.fingerprint import FileReading, Look, look_at, same_as_noted
from index.build.generation import GenerationDraft, UnfitArticle
from index.errors import IndexingError, Problem, ReadError
from index.formats.base import Options, Skipped, Source
from index.formats.process import read_apart
from index.store.articles import SourceRow
from index.store.build_turn import KnownGeneration


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """Conditions of reading.

    Articles whose ids are `removed` are left out. `check` is called before each article, and raises
    to stop. `progress` gets the number of files done and of all files.
    """

    removed: frozenset[str]
    check: Callable[[], None]
    progress: Callable[[int, int], None]


@dataclass(slots=True)
class SourceChanges:
    """What differs from when a generation was made: the files to read, with what they gave then
    (`readings`, by location), and the files that are `gone`, with what they had given.

    `skipped` is what is skipped of the other files, `unchanged` counts these.
    """

    read: list[Source] = field(default_factory=list)
    readings: dict[str, FileReading] = field(default_factory=dict)
    gone: list[FileReading] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.read or self.gone)


class ArticleSupply(Protocol):
    """Gives a draft its articles. `skipped` fills as it goes."""

    @property
    def skipped(self) -> Sequence[Skipped]: ...

    def changes(self, before: KnownGeneration, terms: ReadTerms) -> SourceChanges | None:
        """What differs from when `before` was made by the same rules; None where all must be read
        to know."""
        ...

    def read_changes(
        self, draft: GenerationDraft, changes: SourceChanges, terms: ReadTerms
    ) -> None:
        """Give a draft the articles of what has changed, and note what is skipped of it in
        `changes`."""
        ...

    def skip(self, skipped: Sequence[Skipped]) -> None:
        """Take in what is skipped of files that need not be read."""
        ...

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        """Give a draft all articles; `before` was made by the same rules."""
        ...

    def nothing(self, left_out: int) -> IndexingError:
        """That there was no article, so many having been left out."""
        ...


@dataclass(frozen=True, slots=True)
class GivenArticles:
    """Articles taken one by one."""

    articles: Iterable[Article]
    merge: bool
    skipped: Sequence[Skipped] = ()

    def changes(self, before: KnownGeneration, terms: ReadTerms) -> SourceChanges | None:
        return None

    def read_changes(
        self, draft: GenerationDraft, changes: SourceChanges, terms: ReadTerms
    ) -> None:
        raise NotImplementedError

    def skip(self, skipped: Sequence[Skipped]) -> None:
        raise NotImplementedError

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        for article in self.articles:
            terms.check()
            if article.id in terms.removed:
                draft.articles.leave_out(article.id)
            else:
                draft.add(article, sign=self.merge)
        if self.merge:
            draft.find_copies()

    def nothing(self, left_out: int) -> IndexingError:
        return _no_article(left_out, ())


@dataclass
class FileArticles:
    """Files of articles; unchanged ones are taken from the previous generation."""

    paths: Sequence[Path]
    sources: Sequence[Source]
    options: Options
    skipped: list[Skipped] = field(default_factory=list)
    _looks: dict[str, Look] = field(default_factory=dict)

    def changes(self, before: KnownGeneration, terms: ReadTerms) -> SourceChanges | None:
        left_out = before.left_out()
        if not left_out <= terms.removed or any(map(before.holds, terms.removed - left_out)):
            return None
        known = {row.location: row for row in before.sources()}
        changes = SourceChanges()
        for done, source in enumerate(self.sources):
            terms.check()
            terms.progress(done, len(self.sources))
            row = known.pop(source.location, None)
            if row is not None and same_as_noted(source, row):
                changes.unchanged += 1
                continue
            reading = FileReading.of_row(row) if row is not None else None
            again = self._same(source, reading) if reading else None
            if again is not None:
                changes.unchanged += 1
                changes.skipped += again
                continue
            changes.read.append(source)
            if reading is not None:
                changes.readings[source.location] = reading
        readings = map(FileReading.of_row, known.values())
        changes.gone = [reading for reading in readings if not reading.failed]
        return changes

    def read_changes(
        self, draft: GenerationDraft, changes: SourceChanges, terms: ReadTerms
    ) -> None:
        for source in changes.read:
            terms.check()
            reading = self._read(draft, source, terms)
            draft.writer.note(SourceRow._make(reading.as_row()))
            changes.skipped += reading.skipped

    def skip(self, skipped: Sequence[Skipped]) -> None:
        self.skipped += skipped

    def _same(self, source: Source, reading: FileReading) -> Sequence[Skipped] | None:
        """What of a file is skipped, if it gives what it gave; it is tried again if all was."""
        if not reading.failed:
            same = reading.shown == source.shown and reading.of(source, self._look)
            return reading.skipped if same else None
        skipped = []
        for article in _articles(source, self.options):
            if isinstance(article, Article):
                return None
            skipped.append(article)
        return skipped

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        known = _readings(before) if before else {}
        for done, source in enumerate(self.sources):
            terms.check()
            terms.progress(done, len(self.sources))
            reading = known.get(source.location)
            again = reading is not None and reading.of(source, self._look)
            if reading and again and _take_again(draft, reading, source, terms):
                reading = reading.shown_as(source.shown)
            else:
                reading = self._read(draft, source, terms)
            draft.writer.note(SourceRow._make(reading.as_row()))
            self.skipped += reading.skipped
        draft.find_copies()
        terms.progress(len(self.sources), len(self.sources))

    def _read(self, draft: GenerationDraft, source: Source, terms: ReadTerms) -> FileReading:
        look = self._look(source)
        ids: list[str] = []
        skipped: list[Skipped] = []
        sure = True  # not where what is taken in hangs on what other files give
        for article in _articles(source, self.options):
            terms.check()
            if isinstance(article, Skipped):
                skipped.append(article)
                continue
            in_the_way = draft.holds(article.id)
            try:
                if article.id in terms.removed:
                    draft.articles.leave_out(article.id)
                else:
                    draft.add(article)
                ids.append(article.id)
            except UnfitArticle as error:
                skipped.append(Skipped(article.path, error.problem))
                sure = sure and not in_the_way
        digest = look.digest if sure and look.holds(source.path) else None
        stamp = look.stamp if digest and look.settled else b""
        what = (source.location, source.shown, source.url, digest)
        return FileReading(*what, tuple(ids), tuple(skipped), stamp)

    def _look(self, source: Source) -> Look:
        """The bytes of a file, looked at once as long as nothing says that they have changed."""
        look = self._looks.get(source.location)
        if look is None or not look.holds(source.path):
            look = self._looks[source.location] = look_at(source.path)
        return look

    def nothing(self, left_out: int) -> IndexingError:
        return _no_article(left_out, self.skipped, ", ".join(map(str, self.paths)))


def _take_again(
    draft: GenerationDraft, reading: FileReading, source: Source, terms: ReadTerms
) -> bool:
    """Whether a draft could take what a file gave before; it has then."""
    ids = [each for each in reading.articles if each not in terms.removed]
    if not draft.articles.add_again(ids, reading.shown, source.shown):
        return False
    for each in terms.removed.intersection(reading.articles):
        draft.articles.leave_out(each)
    return True


def _articles(source: Source, options: Options) -> Iterator[Article | Skipped]:
    """What a file gives; that nothing of it can be read is a Skipped too."""
    try:
        yield from read_apart(source, options)
    except ReadError as error:
        yield Skipped(source.shown, error.problem)


def _readings(before: KnownGeneration) -> dict[str, FileReading]:
    return {each.location: each for each in map(FileReading.of_row, before.sources())}


def _no_article(left_out: int, skipped: Sequence[Skipped], shown: str = "") -> IndexingError:
    removed = Problem("count-removed", count=left_out)
    if not skipped:
        if not left_out:
            return IndexingError("no-article", shown=shown)
        return IndexingError("no-article-removed", shown=shown, removed=removed)
    first = skipped[0]
    problem = first.problem.about(first.shown, first.at)
    others = Problem("count-skipped", count=len(skipped), first=problem)
    if not left_out:
        return IndexingError("no-article-skipped", shown=shown, skipped=others)
    return IndexingError("no-article-removed-skipped", shown=shown, removed=removed, skipped=others)
